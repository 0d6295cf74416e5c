package files_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/kql/types"
)

// noTables is a catalog that knows no table.
type noTables struct{}

func (noTables) Schema(string) (types.Schema, bool) { return types.Schema{}, false }

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
