package reference

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql"
)

var update = flag.Bool("update", false, "write the pages")

const folder = "../../docs/reference"

// TestPages compares the pages in docs/reference with the declarations: none may
// differ, be absent, or be left over.
func TestPages(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	pages := familyPages(engine.Functions())
	pages["coverage.md"] = coveragePage(t, engine)
	pages["request-properties.md"] = propertiesPage()
	pages["commands.md"] = commandsPage()
	if *update {
		write(t, pages)
	}
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(folder, name))
		switch {
		case err != nil:
			t.Errorf("%v (write it with -update)", err)
		case string(got) != want:
			t.Errorf("docs/reference/%s is not what the declarations say, from line %d (write it with -update)", name, firstDifference(string(got), want))
		}
	}
	for _, name := range written(t) {
		if _, ok := pages[name]; !ok {
			t.Errorf("docs/reference/%s belongs to no family (-update removes it)", name)
		}
	}
}

// write replaces the pages of the folder by these.
func write(t *testing.T, pages map[string]string) {
	for _, name := range written(t) {
		if _, ok := pages[name]; ok {
			continue
		}
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// written returns the names of the pages in the folder.
func written(t *testing.T) []string {
	paths, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range paths {
		paths[i] = filepath.Base(p)
	}
	return paths
}

// firstDifference returns the number of the first line in which a and b differ.
func firstDifference(a, b string) int {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range as {
		if i >= len(bs) || as[i] != bs[i] {
			return i + 1
		}
	}
	return len(as) + 1
}
