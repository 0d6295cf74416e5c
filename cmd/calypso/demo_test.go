package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The exit code tells a script whether all was found.
func TestDemoExitCode(t *testing.T) {
	taken := t.TempDir()
	if err := os.WriteFile(filepath.Join(taken, "mine.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(t.TempDir(), "logs")
	for name, tc := range map[string]struct {
		args []string
		want int
	}{
		"all is found":           {[]string{"--sign-ins", "300", "--users", "20", "--dir", kept}, exitOK},
		"what is late is missed": {[]string{"--sign-ins", "300", "--users", "20", "--delay", "0s"}, exitFailed},
		"another's folder":       {[]string{"--dir", taken}, exitFailed},
		"too few sign-ins":       {[]string{"--sign-ins", "3"}, exitFailed},
		"an argument":            {[]string{"now"}, exitUsage},
	} {
		t.Run(name, func(t *testing.T) {
			if got := run(append([]string{"demo"}, tc.args...)); got != tc.want {
				t.Errorf("exit code %d, want %d", got, tc.want)
			}
		})
	}
	if entries, err := os.ReadDir(kept); err != nil || len(entries) < 3 {
		t.Errorf("the logs were not kept: %v, %v", entries, err)
	}
	if _, err := os.Stat(filepath.Join(taken, "mine.json")); err != nil {
		t.Error(err)
	}
}
