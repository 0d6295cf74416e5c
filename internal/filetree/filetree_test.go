package filetree

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Links to folders, within one and as what is named, lead on; loops and second names of
// a file end; what is hidden is left out, and what is no file is told.
func TestWalk(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"logs/b.json", "logs/a.json", "logs/.hidden/c.json", "logs/.d.json", "elsewhere/e.json"} {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"named": "logs", "logs/in": "../elsewhere", "logs/loop": "..", "logs/z.json": "a.json", "logs/gone": "nowhere",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"named":        "named/a.json named/b.json named/gone! named/in/e.json",
		"logs/b.json":  "logs/b.json",
		"logs/.d.json": "logs/.d.json",
		"logs/gone":    "logs/gone!",
	} {
		var got []string
		Walk(filepath.Join(dir, path), func(file string, info fs.FileInfo, err error) {
			name, _ := filepath.Rel(dir, file)
			switch {
			case err != nil && (info != nil || !strings.Contains(err.Error(), filepath.Base(file))):
				t.Errorf("%s: info %v, error %v", file, info, err)
			case err != nil:
				name += "!"
			}
			got = append(got, filepath.ToSlash(name))
		})
		if strings.Join(got, " ") != want {
			t.Errorf("%s: visited are %q, want %q", path, got, want)
		}
	}
}
