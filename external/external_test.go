package external_test

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/external"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// read returns the first column of what lies at uris, as a list.
func read(t *testing.T, dir string, c types.Column, properties map[string]string, uris ...string) (string, error) {
	t.Helper()
	places, err := external.ParsePlaces([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	table, err := places.Table(external.Request{Schema: types.NewSchema(c), URIs: uris, Properties: properties})
	if err != nil {
		return "", err
	}
	r, err := table.Open(context.Background(), plan.Scan{Columns: []int{0}, BatchRows: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out []string
	for {
		b, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return strings.Join(out, " "), nil
		}
		if err != nil {
			return strings.Join(out, " "), err
		}
		view := column.ViewOf[string](b.Raw(0))
		for i := range b.Len() {
			out = append(out, view.At(i))
		}
	}
}

func archive(t *testing.T, path string, files ...string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for i, text := range files {
		w, err := z.Create(string(rune('a' + i)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

// The files of an archive are one after the other, whether or not they end their
// last line, and so are the arrays of JSON.
func TestArchive(t *testing.T) {
	dir := t.TempDir()
	archive(t, filepath.Join(dir, "a.csv.zip"), "1,x\n2,y", "3,z\n", "4,w")
	archive(t, filepath.Join(dir, "a.multijson.zip"), `[{"a":1},{"a":2}]`, "\n[]", `[{"a":3}]`)
	archive(t, filepath.Join(dir, "torn.multijson.zip"), `[{"a":1}`)
	a := types.Column{Name: "a", Type: types.String}
	for uri, want := range map[string]string{"a.csv.zip": "1 2 3 4", "a.multijson.zip": "1 2 3"} {
		if got, err := read(t, dir, a, nil, uri); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", uri, got, err, want)
		}
	}
	if got, err := read(t, dir, a, nil, "torn.multijson.zip"); err == nil {
		t.Errorf("a torn array was read without an error: %q", got)
	}
}

// A link that leads out of the folder is no way to other files.
func TestLinkOutOfFolder(t *testing.T) {
	dir := t.TempDir()
	open, closed := filepath.Join(dir, "open"), filepath.Join(dir, "closed.txt")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{closed: "secret", filepath.Join(open, "in.txt"): "in"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(closed, filepath.Join(open, "out.txt")); err != nil {
		t.Skip(err)
	}
	a := types.Column{Name: "a", Type: types.String}
	if got, err := read(t, open, a, nil, "in.txt", filepath.Join(open, "in.txt"), "file://"+filepath.Join(open, "in.txt")); err != nil || got != "in in in" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, uri := range []string{"out.txt", closed, "../closed.txt", "file://" + closed, "%2e%2e/closed.txt"} {
		if got, err := read(t, open, a, nil, uri); err == nil {
			t.Errorf("%s was read: %q", uri, got)
		}
	}
}

// A whole number that no int takes is null, and no other number.
func TestIntsOutOfRange(t *testing.T) {
	schema := types.NewSchema(types.Column{Name: "p", Type: types.Int})
	for format, text := range map[string]string{
		"csv":  "70000000000\n-2147483649\n0xffffffff\n2147483647\n-2147483648\n",
		"json": `{"p":70000000000}` + "\n" + `{"p":-2147483649}` + "\n" + `{"p":"4294967295"}` + "\n" + `{"p":2147483647}` + "\n" + `{"p":-2147483648}`,
	} {
		r, err := external.Text("x", strings.NewReader(text), external.Request{Schema: schema, Properties: map[string]string{"format": format}})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var got []int64
		nulls := 0
		for {
			b, err := r.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			view := column.ViewOf[int64](b.Raw(0))
			for i := range b.Len() {
				if view.Null(i) {
					nulls++
				} else {
					got = append(got, view.At(i))
				}
			}
		}
		if nulls != 3 || len(got) != 2 || got[0] != 2147483647 || got[1] != -2147483648 {
			t.Errorf("%s: %d nulls, and %v", format, nulls, got)
		}
	}
}
