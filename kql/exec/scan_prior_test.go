package exec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// scanRow is a row of TestScanOfOneStep; x is nil for null.
type scanRow struct {
	g int64
	x *int64
}

// scanRows returns rows in which one above 3 never comes behind one of the partition,
// that passes the condition of the scan and is not positive.
func scanRows(r *rand.Rand, n int) []scanRow {
	out := make([]scanRow, n)
	low := map[int64]bool{}
	for i := range out {
		g := int64(r.IntN(4))
		if r.IntN(8) == 0 {
			out[i] = scanRow{g: g}
			continue // null does not pass
		}
		x := int64(r.IntN(14) - 5)
		if low[g] {
			x = min(x, 3)
		}
		if x > -4 {
			low[g] = x <= 0
		}
		out[i] = scanRow{g, &x}
	}
	return out
}

// TestScanOfOneStep runs a scan whose step reads the row before, and what it assigned
// to that, in partitions, over batches of several sizes; once with a condition that
// only fails over a whole batch, for parts of it that are not wanted of the row.
func TestScanOfOneStep(t *testing.T) {
	m := newMaker(t)
	r := rand.New(rand.NewPCG(9, 10))
	for _, fails := range []bool{false, true} {
		for _, n := range []int{0, 1, 2, 50, 700} {
			data := scanRows(r, n)
			want := wantScan(data, fails)
			for _, size := range []int{1, 3, 64, 1000} {
				if got := runPlan(t, scanOfOneStep(t, m, data, fails), Options{BatchRows: size}); got != want {
					t.Errorf("fails %v, %d rows in batches of %d: %s", fails, n, size, firstDifference(got, want))
				}
			}
		}
	}
}

// scanOfOneStep is "step s: x > -4 => sum = s.sum + x, gap = x + s.x, high = x > 3
// and s.x > 0, mixed = s.sum + s.x".
func scanOfOneStep(t *testing.T, m maker, data []scanRow, fails bool) plan.Node {
	s := schema(t, "g:long, x:long")
	gs, xs := column.NewBuilder(types.Long, len(data)), column.NewBuilder(types.Long, len(data))
	for _, d := range data {
		gs.(*column.TypedBuilder[int64]).Append(d.g)
		if d.x == nil {
			xs.AppendNull()
		} else {
			xs.(*column.TypedBuilder[int64]).Append(*d.x)
		}
	}
	in := read(s, column.NewBatch(len(data), []column.Column{gs.Finish(), xs.Finish()}), flatForm)
	x := at(in, 1)
	const record = 6 // columns
	prior := func(i int) plan.Expr { return &plan.Column{Index: record + i, Typ: types.Long} }
	positive := m.call(">", prior(1), long(0))
	if fails {
		positive = m.call("positive", prior(1))
	}
	none := &plan.Literal{Value: column.NullConst(types.Bool, 1).One}
	return &plan.StepScan{
		Input: in, PartitionBy: []plan.Expr{at(in, 0)},
		Defaults: []plan.Expr{long(0), long(-1), none, long(5)},
		Steps: []plan.ScanStep{{Name: "s", Cond: m.call(">", x, long(-4)), Assigns: []plan.ScanAssign{
			{To: 2, Expr: m.call("+", prior(2), x)},
			{To: 3, Expr: m.call("+", x, prior(1))},
			{To: 4, Expr: &plan.And{Args: []plan.Expr{m.call(">", x, long(3)), positive}}},
			{To: 5, Expr: m.call("+", prior(2), prior(1))},
		}}},
		MatchID: true,
		Out:     schema(t, "g:long, x:long, sum:long, gap:long, high:bool, mixed:long, id:long"),
	}
}

func wantScan(data []scanRow, fails bool) string {
	type state struct{ x, sum *int64 }
	states := map[int64]*state{}
	var b strings.Builder
	for _, d := range data {
		if d.x == nil || *d.x <= -4 {
			continue
		}
		s := states[d.g]
		if s == nil {
			s = &state{}
			states[d.g] = s
		}
		gap, high, mixed, sum := "-", "false", "-", *d.x
		if *d.x > 3 {
			high = "-"
		}
		if s.x != nil {
			sum += *s.sum
			gap, mixed = fmt.Sprint(*d.x+*s.x), fmt.Sprint(*s.sum+*s.x)
			high = fmt.Sprint(*d.x > 3 && *s.x > 0)
		}
		if fails {
			high = fmt.Sprint(*d.x > 3)
		}
		s.x, s.sum = d.x, &sum
		fmt.Fprintf(&b, "%d %d %d %s %s %s 0\n", d.g, *d.x, sum, gap, high, mixed)
	}
	return b.String()
}
