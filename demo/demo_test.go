package demo

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/tenant"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/output"
)

// loaded writes and loads the logs of a small demo.
func loaded(t *testing.T, change func(*Options)) *Demo {
	t.Helper()
	o := Defaults()
	o.Dir, o.Users, o.SignIns = filepath.Join(t.TempDir(), "logs"), 200, 1000
	if change != nil {
		change(&o)
	}
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if _, err := d.Write(); err != nil {
		t.Fatal(err)
	}
	if err := d.Load(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	return d
}

func judged(t *testing.T, d *Demo) *Verdict {
	t.Helper()
	v := d.NewVerdict()
	if err := d.Replay(context.Background(), func(r Run) error { v.Add(r); return nil }); err != nil {
		t.Fatal(err)
	}
	v.Judge()
	return v
}

// The rule reports what was planted, as planted, and nothing else.
func TestDemoIsRight(t *testing.T) {
	for _, seed := range []uint64{1, 7, 4711} {
		d := loaded(t, func(o *Options) { o.Seed = seed })
		v := judged(t, d)
		if len(v.Wrong) > 0 {
			t.Errorf("seed %d:\n%s", seed, strings.Join(v.Wrong, "\n"))
		}
		must, earlier, never := v.split()
		if len(v.Fired) != len(must) || len(must) < 12 || len(earlier) != 1 || len(never) < 4 || len(v.runs) != 36 {
			t.Errorf("seed %d: %d fired of %d, %d earlier, %d never, in %d runs", seed, len(v.Fired), len(must), len(earlier), len(never), len(v.runs))
		}
	}
}

// A run before a row arrived does not have the row: without a delay, the
// detection that is four minutes late is missed, and the demo says so.
func TestLateArrivalIsMissed(t *testing.T) {
	v := judged(t, loaded(t, func(o *Options) { o.Delay = 0 }))
	if s := strings.Join(v.Wrong, "\n"); !strings.Contains(s, "late-detection did not fire") || strings.Contains(s, "not planted") {
		t.Errorf("wrong: %q", v.Wrong)
	}
}

// A rule that reports too much, or other values, is found out.
func TestVerdictSeesMistakes(t *testing.T) {
	d := loaded(t, nil)
	good := d.rule.Query
	for name, tc := range map[string]struct{ old, new, want string }{
		"an old detection":     {"where FirstSeen > ago(every)", "where TimeGenerated > ago(every)", "must fire at"},
		"a look-alike":         {`RiskEventType == "suspiciousAPITraffic"`, `RiskEventType =~ "suspiciousAPITraffic"`, "must never fire"},
		"nothing of the sort":  {`RiskEventType == "suspiciousAPITraffic"`, "true", "was not planted"},
		"the wrong alert":      {`AlertType == "SuspiciousAPITraffic" and `, "", "other-alerts has"},
		"the wrong sign-in":    {"arg_max(Received, *)", "arg_max(TimeGenerated, *)", "two-sign-ins has"},
		"a detection too many": {"by Id\n", "by Id, RiskState\n", "times"},
		"nothing":              {"where FirstSeen > ago(every)", "where false", "did not fire"},
	} {
		t.Run(name, func(t *testing.T) {
			d.rule.Query = strings.Replace(good, tc.old, tc.new, 1)
			v := judged(t, d)
			if got := strings.Join(v.Wrong, "\n"); !strings.Contains(got, tc.want) {
				t.Errorf("want %q in\n%s", tc.want, got)
			}
		})
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	d, err := New(Options{Dir: dir, Users: 10, SignIns: 100})
	if err != nil {
		t.Fatal(err)
	}
	first, err := d.Write()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.Write(); err != nil || again != first {
		t.Errorf("the second time: %+v, %v; the first: %+v", again, err, first)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "mine.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.options.Dir = other
	if _, err := d.Write(); err == nil || !strings.Contains(err.Error(), "other files") {
		t.Errorf("a folder with other files: %v", err)
	}
	if _, err := os.Stat(filepath.Join(other, "mine.txt")); err != nil {
		t.Error(err)
	}
}

// The story that the demo tells ends with the right words.
func TestTelling(t *testing.T) {
	d := loaded(t, nil)
	v := judged(t, d)
	var b bytes.Buffer
	d.TellWritten(&b, Written{Files: 3, Bytes: 5 << 20}, time.Second)
	d.TellLoaded(&b, Written{Files: 3, Bytes: 5 << 20}, time.Second)
	if err := TellFired(&b, v.Fired[0]); err != nil {
		t.Fatal(err)
	}
	if err := d.TellVerdict(&b, v, output.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1,000 sign-ins", "5 MB in 3 files", "every 5m over the last 48h", "09:10  plain: ", "┌ MEDIUM · Suspicious API traffic by ",
		"13 rows\n", "36 runs, one every 5m from 09:05 to 12:00, each over the 3,100 rows", "All 13 were reported", "5 others stayed silent"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	v.Wrong = []string{"something"}
	b.Reset()
	if err := d.TellVerdict(&b, v, output.Options{}); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); !strings.HasSuffix(s, "Not as it must be:\n  something\n") || strings.Contains(s, "All 13") {
		t.Errorf("told\n%s", s)
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{5 * time.Minute: "5m", 48 * time.Hour: "48h", 90 * time.Minute: "1h30m", 0: "0s", 90 * time.Second: "1m30s", 10 * time.Minute: "10m"} {
		if got := short(d); got != want {
			t.Errorf("%s: got %s", d, got)
		}
	}
	if got := grouped(1234567) + grouped(999) + grouped(1000); got != "1,234,567"+"999"+"1,000" {
		t.Error(got)
	}
}

// mission returns the query that this project was made for as a rule. The test
// is skipped where the checkout has no such neighbour.
func mission(t *testing.T) *detect.Rule {
	t.Helper()
	shared := os.Getenv("CALYPSO_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "shared")
	}
	path := filepath.Join(shared, "mission", "suspicious-api-traffic.kql")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skip(err)
	}
	r, err := detect.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The columns of the result, in order and with types, are those that Microsoft's
// own analyzer computes over the same tables.
func TestMissionSchema(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "mission.schema"))
	if err != nil {
		t.Fatal(err)
	}
	d := loaded(t, nil)
	for name, r := range map[string]*detect.Rule{"shipped": d.rule, "mission": nil} {
		t.Run(name, func(t *testing.T) {
			if r == nil {
				r = mission(t)
			}
			e, err := detect.Evaluate(context.Background(), r, end(), d.querier)
			if err != nil {
				t.Fatal(err)
			}
			if got := schemaText(e.Schema); got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func schemaText(s types.Schema) string {
	var b strings.Builder
	for _, c := range s.Columns {
		b.WriteString(c.Name + ": " + c.Type.String() + "\n")
	}
	return b.String()
}

// The mission's query and the shipped rule are the same detection: at every
// tick, and at that of the detection of the day before, the same rows with the
// same values.
func TestMissionAndRuleAgree(t *testing.T) {
	query := mission(t)
	d := loaded(t, nil)
	ticks := []time.Time{}
	for at := end().Add(-Span); !at.After(end()); at = at.Add(tenant.Tick) {
		ticks = append(ticks, at)
	}
	for _, c := range d.tenant.Cases() {
		if !c.Window.IsZero() {
			ticks = append(ticks, c.Window)
		}
	}
	rows := 0
	for _, at := range ticks {
		ours, n := answer(t, d, d.rule, at)
		theirs, m := answer(t, d, query, at)
		if ours != theirs {
			t.Errorf("%s:\nrule\n%s\nquery\n%s", at, ours, theirs)
		}
		rows += n
		if n != m {
			t.Errorf("%s: %d rows and %d", at, n, m)
		}
	}
	if rows < 20 {
		t.Errorf("only %d rows were compared", rows)
	}
}

// answer is the result of a rule as JSON lines, sorted.
func answer(t *testing.T, d *Demo, r *detect.Rule, at time.Time) (string, int) {
	t.Helper()
	e, err := detect.Evaluate(context.Background(), r, at, d.querier)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := output.Write(&b, output.JSONL, []kql.Table{{Schema: e.Schema, Batches: e.Batches}}, output.Options{}); err != nil {
		t.Fatal(err)
	}
	return sortedLines(b.String()), e.Rows
}
