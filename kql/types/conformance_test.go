package types

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRecordedCells reads every datetime, timespan, guid and decimal that the
// engine printed in the conformance cases, and prints it again.
func TestRecordedCells(t *testing.T) {
	dir := filepath.Join(cmp.Or(os.Getenv("CALYPSO_SHARED"), filepath.Join("..", "..", "..", "shared")), "conformance")
	seen := map[string]int{}
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
				Expected struct {
					Types []string
					Rows  [][]any
				}
			}
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			for _, row := range c.Expected.Rows {
				for i, cell := range row {
					text, ok := cell.(string)
					if !ok {
						continue
					}
					typ := c.Expected.Types[i]
					if got, known := reprint(typ, text); known {
						seen[typ]++
						if got != text {
							t.Errorf("%s: %s %s is printed %s", c.ID, typ, text, got)
						}
					}
				}
			}
		}
	}
	for _, typ := range []string{"DateTime", "TimeSpan", "Guid", "SqlDecimal"} {
		if seen[typ] == 0 {
			t.Errorf("no cell of type %s", typ)
		}
	}
}

// reprint reads text as a value of a .NET type and prints it as it came.
func reprint(typ, text string) (got string, known bool) {
	switch typ {
	case "DateTime":
		ticks, _ := ParseDateTime(text)
		if len(text) == len("2024-01-02T03:04:05.0000000Z") {
			return string(AppendDateTime(nil, ticks)), true
		}
		return string(AppendDateTimeCell(nil, ticks)), true
	case "TimeSpan":
		ticks, _ := ParseTimeSpan(text)
		return string(AppendTimeSpan(nil, ticks)), true
	case "Guid":
		g, _ := ParseGUID(text)
		return g.String(), true
	case "SqlDecimal":
		d, _ := ParseDecimal(text)
		return string(AppendDecimal(nil, d)), !strings.Contains(text, "E")
	}
	return "", false
}
