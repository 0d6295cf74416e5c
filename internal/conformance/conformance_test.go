package conformance

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/output"
)

var update = flag.Bool("update", false, "take the cases that pass off failing.txt")

const failingFile = "failing.txt"

// leastPassing is the share of each file that must pass whatever the list says.
var leastPassing = map[string]float64{
	"emulator-dev.jsonl":   0.99,
	"fuzz-dev.jsonl":       0.99,
	"docs-extra-dev.jsonl": 1.00,
}

// TestRecordings runs every recorded query the way the command line does for
// -o kusto and compares the answers.
func TestRecordings(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	listed, err := readFailing()
	if err != nil {
		t.Fatal(err)
	}
	failing := map[string]string{}
	for _, file := range []string{"emulator-dev.jsonl", "fuzz-dev.jsonl", "docs-extra-dev.jsonl"} {
		t.Run(file, func(t *testing.T) {
			ran, passed := 0, 0
			for _, r := range readRecordings(t, file) {
				if r.Skip != nil {
					continue
				}
				ran++
				why := run(engine, &r)
				if why == "" {
					passed++
				} else {
					failing[r.ID] = why
				}
				switch {
				case *update:
				case why == "" && listed[r.ID]:
					t.Errorf("%s passes: take it off %s (-update)", r.ID, failingFile)
				case why != "" && !listed[r.ID]:
					t.Errorf("%s: %s\n%s", r.ID, why, r.KQL)
				case why != "":
					t.Logf("%s: %s\n%s", r.ID, why, r.KQL)
				}
			}
			t.Logf("%d of %d pass (%.1f %%)", passed, ran, 100*float64(passed)/float64(ran))
			if float64(passed) < leastPassing[file]*float64(ran) {
				t.Errorf("only %d of %d pass, want %.0f %%", passed, ran, 100*leastPassing[file])
			}
		})
	}
	if *update {
		if err := writeFailing(listed, failing); err != nil {
			t.Fatal(err)
		}
	}
}

// run returns what is wrong with our answer to r, or "".
func run(engine *kql.Engine, r *recording) (why string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	q, diags := engine.Compile(r.KQL, kql.Tables{})
	var tables []kql.Table
	var err error
	if i := slices.IndexFunc(diags, func(d syntax.Diagnostic) bool { return d.Severity == syntax.Error }); i >= 0 {
		err = fmt.Errorf("%s: %s", diags[i].Code, diags[i].Message)
	} else {
		now, _ := types.TicksOf(time.Now())
		tables, err = q.Run(ctx, kql.RunOptions{Now: now})
	}
	switch {
	case err != nil && strings.Contains(err.Error(), "internal error"):
		return err.Error()
	case r.Expected.Error != nil && err == nil:
		return "accepted, want it rejected: " + *r.Expected.Error
	case r.Expected.Error != nil:
		return ""
	case err != nil:
		return "rejected: " + err.Error()
	}
	var buf bytes.Buffer
	if err := output.Write(&buf, output.Kusto, tables, output.Options{}); err != nil {
		return "write: " + err.Error()
	}
	answers, err := parseAnswer(buf.Bytes())
	if err != nil {
		return "answer is not JSON: " + err.Error()
	}
	if len(answers) == 0 {
		return "no table"
	}
	return r.differs(answers[len(answers)-1])
}

func readFailing() (map[string]bool, error) {
	data, err := os.ReadFile(failingFile)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if id, _, _ := strings.Cut(strings.TrimSpace(line), " "); id != "" && !strings.HasPrefix(id, "#") {
			ids[id] = true
		}
	}
	return ids, nil
}

// writeFailing keeps those listed cases that still fail, with the reason; it
// lists all failing cases only where the list was empty, so that it can only
// shrink.
func writeFailing(listed map[string]bool, failing map[string]string) error {
	var lines []string
	for id, why := range failing {
		if len(listed) == 0 || listed[id] {
			first, _, _ := strings.Cut(why, "\n")
			lines = append(lines, id+" "+cut(first, 160)+"\n")
		}
	}
	slices.Sort(lines)
	head := "# Recorded cases that do not pass yet, with the difference. The list can only shrink.\n"
	return os.WriteFile(failingFile, []byte(head+strings.Join(lines, "")), 0o666)
}
