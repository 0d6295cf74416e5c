package dynamic

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// TestRecordedCells reads every dynamic value that the engine printed in the
// conformance cases, prints it, and compares what encoding/json makes of both.
func TestRecordedCells(t *testing.T) {
	dir := filepath.Join(cmp.Or(os.Getenv("CALYPSO_SHARED"), filepath.Join("..", "..", "..", "shared")), "conformance")
	cells := 0
	var p Parser
	for _, name := range []string{"emulator-dev.jsonl", "fuzz-dev.jsonl"} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Skip("no conformance cases beside the checkout")
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<26)
		for lines.Scan() {
			var c struct {
				ID       string
				Expected struct{ Rows [][]json.RawMessage }
			}
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			for _, row := range c.Expected.Rows {
				for _, cell := range row {
					cells++
					v, err := p.Parse(string(cell))
					if err != nil {
						t.Fatalf("%s: %s: %v", c.ID, cell, err)
					}
					var want, got any
					json.Unmarshal(cell, &want)
					if err := json.Unmarshal(v.AppendJSON(nil), &got); err != nil || !reflect.DeepEqual(got, want) {
						t.Errorf("%s: %s is printed %s", c.ID, cell, v.JSON())
					}
				}
			}
		}
	}
	if cells < 1000 {
		t.Errorf("only %d cells", cells)
	}
}
