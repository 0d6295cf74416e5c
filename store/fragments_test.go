package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/exec"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// unparted hides that a source has parts.
type unparted struct{ plan.Source }

// answers runs a query over table Events at a time and prints its rows. It reports
// how many parts had been computed before.
func answers(t *testing.T, e *kql.Engine, snap *Snapshot, text string, now time.Time, parted bool) (string, int64) {
	t.Helper()
	src, ok := snap.Table("Events")
	if !ok {
		t.Fatal("no table")
	}
	if !parted {
		src = unparted{src}
	}
	return answersOf(t, e, kql.Tables{"Events": src}, text, now)
}

func answersOf(t *testing.T, e *kql.Engine, tables kql.Tables, text string, now time.Time) (string, int64) {
	t.Helper()
	q, diags := e.Compile(text, tables)
	stats := &exec.Stats{}
	answer, ran, err := q.RunPlan(context.Background(), kql.RunOptions{Now: ticks(now), Stats: stats})
	if err != nil {
		t.Fatalf("%s: %v %v", text, err, diags)
	}
	var out strings.Builder
	for _, b := range answer[0].Batches {
		for i := range b.Len() {
			for c := range b.Width() {
				col, err := b.Column(c)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&out, "%v ", cell(col, i))
			}
			out.WriteByte('\n')
		}
	}
	return out.String(), reused(ran, stats)
}

func cell(c column.Column, i int) any {
	if c.Null(i) {
		return nil
	}
	switch v := column.Flat(c).(type) {
	case *column.Vec[string]:
		return v.Vals[i]
	case *column.Vec[dynamic.Value]:
		return v.Vals[i].JSON()
	case *column.Vec[float64]:
		return v.Vals[i]
	case *column.Vec[int64]:
		return v.Vals[i]
	}
	return c.Type()
}

// reused counts the parts that had been computed before.
func reused(p *plan.Query, stats *exec.Stats) (n int64) {
	var visit func(plan.Node)
	visit = func(node plan.Node) {
		if o := stats.Of(node); o != nil {
			n += o.Skips().Fragments.Load()
		}
		for _, in := range node.Inputs() {
			visit(in)
		}
	}
	for _, r := range p.Results {
		visit(r.Root)
	}
	return n
}

// TestFragmentsChangeNoAnswer asks the same queries again and again, at later
// times, while rows come, segments are joined and rows purged, and compares each
// answer with one for which nothing is kept.
func TestFragmentsChangeNoAnswer(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	// Segments are put together from blocks of a hundred rows and more.
	s := open(t, t.TempDir(), Options{idle: true, SegmentRows: 3200})
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	queries := []string{
		"Events | where TimeGenerated > ago(3m) and N % 2 == 1 | summarize count(), min(N)",
		"Events | where TimeGenerated between (ago(20m) .. ago(1m)) and User == 'ada' and N % 50 == 0 | summarize count(), arg_max(TimeGenerated, *) by User",
		"Events | where User has 'cleo' | where Props.n > 900 | project N, Props | top 20 by N",
		"Events | where N in (5, 105, 1005, 1905) or TimeGenerated > ago(15s)",
		"Events | where N == toscalar(Events | where TimeGenerated > ago(5m) | summarize min(N)) | extend _TimeReceived",
		"Events | where TimeGenerated + 1m > ago(N * 1ms) and N % 2 == 1 | count",
		"Events | where TimeGenerated < ago(N * 1ms) - 40s and N % 2 == 1 | count",
		"Events | where TimeGenerated < ago(40s) and N % 2 == 1 | count",
		"Events | where ago(N * 1s) < TimeGenerated and N % 3 == 1 | summarize min(N)",
		"Events | where N % 100 == 7 | take 3 | count",
		"Events | summarize count(), dcount(N), min(TimeGenerated), avg(N), make_set(N % 7), arg_max(TimeGenerated, Props) by User",
		"Events | where TimeGenerated > ago(6m) | summarize n = count(), latest = max(TimeGenerated), list = make_list(N, 20) by User, minute = bin(TimeGenerated, 1m)",
		"Events | where TimeGenerated between (ago(25m) .. ago(2m)) | extend odd = N % 2 == 1 | where odd | summarize countif(User == 'ada'), take_any(N), arg_min(TimeGenerated, *) by odd",
		"Events | where TimeGenerated > ago(4m) | summarize sum(N), sum(N * 0.1), make_list(N)",
		"Events | where TimeGenerated > ago(1h) and User in ('ada', 'cleo') | summarize count() by tostring(Props.n % 3), User | where count_ > 3 | top 4 by count_",
		"Events | where N % 3 == 0 | distinct User, N % 11",
		"Events | summarize fresh = countif(TimeGenerated > ago(1m)), arg_max(tostring(Props.n), N, User)",
	}
	var hits int64
	rows := 0
	for round := range 20 {
		for range 1 + r.IntN(3) {
			n := 20 + r.IntN(100)
			mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", rows, rows+n)}})
			rows += n
			if r.IntN(4) == 0 { // rows that come late, or again
				from := r.IntN(rows)
				mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", from, from+1+r.IntN(30))}})
			}
			if r.IntN(3) > 0 {
				if err := s.Seal(); err != nil {
					t.Fatal(err)
				}
			}
		}
		switch round % 10 {
		case 5:
			err = s.Compact("Events")
		case 7:
			_, err = s.Purge(context.Background(), "Events", fmt.Sprint("test ", round), "tests", func(_ types.Schema, b *column.Batch) ([]uint32, error) {
				var gone []uint32
				c, err := b.Column(1)
				if err != nil {
					return nil, err
				}
				for i, v := range column.FlatVec[int64](c).Vals {
					if v%100 == 3 {
						gone = append(gone, uint32(i))
					}
				}
				return gone, nil
			})
		case 9:
			if round == 9 {
				err = s.Drop("Events")
				rows = 0
				mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 10)}})
				rows = 10
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 * len(queries) {
			// The window moves by less than a segment, so that one of which some
			// rows are in it is asked again.
			text, now := queries[i%len(queries)], start.Add(time.Duration(rows+i/len(queries)*12)*time.Second)
			with, n := answers(t, engine, s.Snapshot(), text, now, true)
			without, _ := answers(t, engine, s.Snapshot(), text, now, false)
			hits += n
			if with != without && !strings.Contains(text, "take") {
				t.Fatalf("round %d: %s\nwith what is kept:\n%s\nwithout:\n%s", round, text, with, without)
			}
		}
	}
	if hits < 2000 {
		t.Errorf("only %d parts were taken from what is kept", hits)
	}
}

// TestFragmentsAtOnce asks from several goroutines, with little room.
func TestFragmentsAtOnce(t *testing.T) {
	s := open(t, t.TempDir(), Options{idle: true, FragmentBytes: 20_000})
	for i := range 20 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", i*100, i*100+100)}})
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 30 {
				src, _ := s.Snapshot().Table("Events")
				q, _ := engine.Compile(fmt.Sprintf("Events | where N %% 10 == %d | summarize sum(N)", (g+i)%5), kql.Tables{"Events": src})
				answer, err := q.Run(context.Background(), kql.RunOptions{Now: ticks(start), Workers: 2})
				if err != nil {
					t.Error(err)
					return
				}
				c, _ := answer[0].Batches[0].Column(0)
				if got, want := column.FlatVec[int64](c).Vals[0], int64(200*995+200*((g+i)%5)); got != want {
					t.Errorf("sum is %d, want %d", got, want)
				}
			}
		})
	}
	all.Wait()
	s.fragments.mu.Lock()
	defer s.fragments.mu.Unlock()
	if s.fragments.bytes > 20_000 || len(s.fragments.kept) == 0 {
		t.Errorf("%d bytes are kept in %d fragments", s.fragments.bytes, len(s.fragments.kept))
	}
}
