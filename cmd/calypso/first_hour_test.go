package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	guideBlock = regexp.MustCompile("(?s)```(yaml|sh|)\n(.*?)```")
	guideBlank = regexp.MustCompile(`\s+`)
)

// TestFirstHour does what docs/first-hour.md says: its files are written, its commands run
// one after the other, and each prints the lines below it.
func TestFirstHour(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes ten seconds")
	}
	text, err := os.ReadFile("../../docs/first-hour.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	commands := 0
	for _, m := range guideBlock.FindAllStringSubmatch(string(text), -1) {
		switch m[1] {
		case "sh":
			continue // what no test can do
		case "yaml":
			name, _, _ := strings.Cut(strings.TrimPrefix(m[2], "# "), "\n")
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(m[2]), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, step := range strings.Split(m[2], "$ ")[1:] {
			command, wants, _ := strings.Cut(step, "\n")
			commands++
			c := exec.Command("sh", "-c", command)
			c.Dir = dir
			out, err := c.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", command, err, out)
			}
			printed := guideBlank.ReplaceAllString(string(out), " ")
			for _, want := range strings.Split(strings.TrimSpace(wants), "\n") {
				if want = guideBlank.ReplaceAllString(want, " "); !strings.Contains(printed, want) {
					t.Errorf("%s prints\n%s\nwithout %q", command, out, want)
				}
			}
		}
	}
	if commands < 20 {
		t.Errorf("the guide has %d commands", commands)
	}
}
