package oracle

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

const differencesFile = "differences.txt"

// differences are the known ones: lines that start with "# " give the reason for
// those that follow.
type differences struct {
	lines []string
}

func readDifferences(t *testing.T) differences {
	data, err := os.ReadFile(differencesFile)
	if err != nil {
		t.Fatal(err)
	}
	d := differences{strings.Split(strings.TrimSpace(string(data)), "\n")}
	reason := false
	seen := map[string]bool{}
	for _, line := range d.lines {
		switch {
		case strings.HasPrefix(line, "#"):
			reason = true
		case line == "":
			reason = false
		case !reason:
			t.Errorf("%s: no reason is given for %q", differencesFile, line)
		case seen[line]:
			t.Errorf("%s: %q is there twice", differencesFile, line)
		}
		seen[line] = line != ""
	}
	return d
}

func (d differences) has(line string) bool { return slices.Contains(d.lines, line) }

// without returns the known differences that are not found any more.
func (d differences) without(found map[string]bool) []string {
	known := map[string]bool{}
	for _, line := range d.lines {
		if line != "" && !strings.HasPrefix(line, "#") && !found[line] {
			known[line] = true
		}
	}
	return slices.Sorted(maps.Keys(known))
}

// write keeps those that are found, and the reasons that still have any.
func (d differences) write(t *testing.T, found map[string]bool) {
	var blocks []string
	for _, block := range strings.Split(strings.Join(d.lines, "\n"), "\n\n") {
		var kept []string
		any := false
		for _, line := range strings.Split(block, "\n") {
			if strings.HasPrefix(line, "#") || found[line] {
				kept = append(kept, line)
				any = any || found[line]
			}
		}
		if any || len(blocks) == 0 {
			blocks = append(blocks, strings.Join(kept, "\n"))
		}
	}
	if err := os.WriteFile(differencesFile, []byte(strings.Join(blocks, "\n\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
}
