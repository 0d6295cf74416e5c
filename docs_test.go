package calypso_test

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tree lists the files of the repository, but for what is hidden, by their paths with
// slashes.
func tree(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return fs.SkipDir
		case !d.IsDir():
			files = append(files, filepath.ToSlash(file))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func text(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Every link of the documentation that leads to a file of the repository leads to one.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	for _, file := range tree(t) {
		if !strings.HasSuffix(file, ".md") {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(text(t, file), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(path.Join(path.Dir(file), m[1])); err != nil {
				t.Errorf("%s: the link %s leads nowhere", file, m[1])
			}
		}
	}
}

// The rooms of ARCHITECTURE.md are the packages of the import policy.
func TestRooms(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")
	rooms := map[string][]string{}
	for _, m := range row.FindAllStringSubmatch(text(t, "ARCHITECTURE.md"), -1) {
		rooms[m[1]] = nil
	}
	packages := policy(layers)
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		if _, ok := rooms[name]; !ok {
			t.Errorf("ARCHITECTURE.md does not say what %s promises", name)
		}
		if _, err := os.Stat(name); err != nil {
			t.Errorf("there is no package %s", name)
		}
	}
	for name := range rooms {
		if _, ok := packages[name]; !ok {
			t.Errorf("ARCHITECTURE.md has a room %s, which is no package of the import policy", name)
		}
	}
}

// What ARCHITECTURE.md and CONTRIBUTING.md name is there: files and folders, by a path or
// by their own names, patterns of them, and Go names as pkg.Name or pkg.Type.Name.
func TestNamesInGuides(t *testing.T) {
	files := tree(t)
	quoted := regexp.MustCompile("`([^`\n]+)`")
	block := regexp.MustCompile("(?s)```.*?```")
	goName := regexp.MustCompile(`^([a-z][a-z0-9]*)((?:\.[A-Za-z]\w*)+)$`)
	aPath := regexp.MustCompile(`^[\w.*<>-]+(/[\w.*<>-]+)*/?$`)
	for _, guide := range []string{"ARCHITECTURE.md", "CONTRIBUTING.md"} {
		for _, m := range quoted.FindAllStringSubmatch(block.ReplaceAllString(text(t, guide), ""), -1) {
			name := strings.TrimSuffix(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(m[1], "*"), "/")
			isFile := slices.Contains([]string{".go", ".md", ".txt", ".yaml", ".test"}, path.Ext(name))
			switch {
			case aPath.MatchString(m[1]) && (isFile || strings.Contains(name, "/")):
				if !slices.ContainsFunc(files, func(file string) bool { return names(name, file) }) {
					t.Errorf("%s: there is no %s", guide, m[1])
				}
			case goName.MatchString(m[1]):
				parts := goName.FindStringSubmatch(m[1])
				if !declares(t, files, parts[1], strings.Split(parts[2][1:], ".")) {
					t.Errorf("%s: there is no %s", guide, m[1])
				}
			}
		}
	}
}

// names reports whether a path, or a name alone, is that of a file or of a folder that it
// is in.
func names(name, file string) bool {
	if !strings.Contains(name, "/") {
		ok, _ := path.Match(name, path.Base(file))
		return ok
	}
	for p := file; p != "."; p = path.Dir(p) {
		if ok, _ := path.Match(name, p); ok {
			return true
		}
	}
	return false
}

// declares reports whether the files of a package have all the words.
func declares(t *testing.T, files []string, pkg string, words []string) bool {
	t.Helper()
	var code strings.Builder
	for _, file := range files {
		if path.Base(path.Dir(file)) == pkg && strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
			code.WriteString(text(t, file))
		}
	}
	return !slices.ContainsFunc(words, func(word string) bool {
		return !regexp.MustCompile(`\b` + word + `\b`).MatchString(code.String())
	})
}
