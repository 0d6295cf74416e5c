package files_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// noTables is a catalog that knows no table.
type noTables struct{}

func (noTables) Schema(string) (types.Schema, bool) { return types.Schema{}, false }

// knows is a catalog that knows one table, without columns.
type knows string

func (k knows) Schema(name string) (types.Schema, bool) { return types.Schema{}, name == string(k) }

// Links to folders are followed, once each; a table is called after the nearest
// folder that is called after a table, whatever the format.
func TestLinksAndNames(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"far/part-1.json":            `{"a":1}`,
		"logs/SigninLogs/part-1.csv": "a,b\n1,2\n",
		"logs/Own_CL/y=2026/1.json":  `{"a":1}`,
		"logs/other.json":            `{"a":1}`,
		"Above_CL/logs/mine.json":    `{"a":1}`,
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"logs/again": "SigninLogs", "logs/up": "..", "link": "logs", "logs/z.json": "other.json"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	set, err := files.Open(context.Background(), []files.Spec{{Path: filepath.Join(dir, "link")}, {Path: filepath.Join(dir, "Above_CL", "logs")}, {Path: filepath.Join(dir, "logs", "Own_CL", "y=2026")}}, files.Options{Tables: knows("SigninLogs"), Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	got := ""
	for _, name := range set.Names() {
		table, _ := set.Table(name)
		got += fmt.Sprintf("%s %d\n", name, table.(plan.Sizer).Rows())
	}
	if want := "1 1\nAbove_CL 1\nOwn_CL 1\nSigninLogs 1\nmine 1\nother 1\npart-1 1\n"; got != want {
		t.Errorf("tables\n%swant\n%s", got, want)
	}
}

// What cannot be read in a folder is told, and the rest of it is there.
func TestFolderWithBrokenFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("good.jsonl", `{"a":1}`)
	write("torn.parquet", "PAR1 and nothing else PAR1")
	write("empty.json", "")
	for link, to := range map[string]string{"dead.json": "nowhere", "itself": "itself", "loop": "."} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	set, err := files.Open(context.Background(), []files.Spec{{Path: dir}}, files.Options{Tables: noTables{}, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	if names := strings.Join(set.Names(), " "); names != "good" {
		t.Errorf("tables %s, want good", names)
	}
	told := ""
	for _, p := range set.Report().Problems() {
		told += p.String() + "\n"
	}
	for _, name := range []string{"torn.parquet", "dead.json", "itself"} {
		if !strings.Contains(told, name) {
			t.Errorf("%s is not in the report:\n%s", name, told)
		}
	}
}

// Where JSON and CSV are one table with Parquet, Parquet says the types: a value that does
// not read as its column's is told, and hides no others.
func TestParquetBesideText(t *testing.T) {
	dir := t.TempDir()
	var file bytes.Buffer
	schema := types.NewSchema(types.Column{Name: "x", Type: types.Int}, types.Column{Name: "g", Type: types.GUID})
	w, err := parquet.NewWriter(&file, schema, parquet.WriterOptions{})
	if err == nil {
		err = w.Write(column.NewBatch(1, []column.Column{column.NewConst(types.Int, int64(1), 1), column.NullConst(types.GUID, 1)}))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	var specs []files.Spec
	for name, text := range map[string]string{"a.json": `{"x":2,"g":null,"more":1.5}`, "b.json": `{"x":"two"}`, "c.csv": "x,g,note\n3,,\n", "d.parquet": file.String()} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		specs = append(specs, files.Spec{Table: "T", Path: path})
	}
	set, err := files.Open(context.Background(), specs, files.Options{Tables: noTables{}, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	table, _ := set.Table("T")
	got := map[string]types.Type{}
	for _, c := range table.Schema().Columns {
		got[c.Name] = c.Type
	}
	if want := map[string]types.Type{"x": types.Int, "g": types.GUID, "more": types.Real, "note": types.String}; !maps.Equal(got, want) || table.(plan.Sizer).Rows() != 4 {
		t.Errorf("%d rows of %v, want 4 of %v", table.(plan.Sizer).Rows(), got, want)
	}
	if p := set.Report().Problems(); len(p) != 1 || !strings.Contains(p[0].String(), "x") || !strings.Contains(p[0].String(), "two") {
		t.Errorf("problems: %v", p)
	}
}
