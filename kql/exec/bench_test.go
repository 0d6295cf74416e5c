package exec

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

const benchRows = 1 << 20

// benchTable has a million rows: a time, a dictionary of twenty applications,
// GUIDs and numbers of 100,000 users, a number.
func benchTable(b *testing.B) (types.Schema, []*column.Batch) {
	s := schema(b, "time:datetime, app:string, user:string, userid:long, x:long")
	r := rand.New(rand.NewPCG(7, 7))
	apps := make([]string, 20)
	for i := range apps {
		apps[i] = fmt.Sprintf("application %d", i)
	}
	users := make([]string, 100_000)
	for i := range users {
		users[i] = types.GUID128{byte(i), byte(i >> 8), byte(i >> 16), 7: byte(i * 7), 12: byte(i * 31)}.String()
	}
	dict := column.NewVec(types.String, apps, nil)
	var out []*column.Batch
	for from := 0; from < benchRows; from += defaultBatchRows {
		n := defaultBatchRows
		times, codes := make([]int64, n), make([]uint32, n)
		names, ids, xs := make([]string, n), make([]int64, n), make([]int64, n)
		for i := range n {
			times[i] = int64(from+i) * 10_000_000
			codes[i] = uint32(r.IntN(len(apps)))
			u := r.IntN(len(users))
			names[i], ids[i], xs[i] = users[u], int64(u), r.Int64N(1000)
		}
		out = append(out, column.NewBatch(n, []column.Column{
			column.NewVec(types.DateTime, times, nil), &column.Dict{Codes: codes, Values: dict},
			column.NewVec(types.String, names, nil), column.NewVec(types.Long, ids, nil), column.NewVec(types.Long, xs, nil),
		}))
	}
	return s, out
}

func benchPlan(b *testing.B, n plan.Node) {
	b.Helper()
	for b.Loop() {
		r, err := Open(context.Background(), n, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for {
			batch, err := r.Next(context.Background())
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			for i := range batch.Width() {
				if _, err := batch.Column(i); err != nil {
					b.Fatal(err)
				}
			}
		}
		r.Close()
	}
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func BenchmarkFilter(b *testing.B) {
	m := newMaker(b)
	s, batches := benchTable(b)
	in := &plan.Values{Out: s, Batches: batches}
	for _, keep := range []int64{1, 50, 99} {
		b.Run(fmt.Sprintf("%d%% of numbers", keep), func(b *testing.B) {
			benchPlan(b, &plan.Filter{Input: in, Cond: m.call(">", long(keep*10), at(in, 4))})
		})
	}
	b.Run("dictionary", func(b *testing.B) {
		benchPlan(b, &plan.Filter{Input: in, Cond: m.call("has", at(in, 1), text("on 7"))})
	})
	b.Run("and", func(b *testing.B) {
		benchPlan(b, &plan.Filter{Input: in, Cond: &plan.And{Args: []plan.Expr{m.call("has", at(in, 1), text("on 7")), m.call(">", long(500), at(in, 4))}}})
	})
}

func BenchmarkAggregate(b *testing.B) {
	m := newMaker(b)
	s, batches := benchTable(b)
	in := &plan.Values{Out: s, Batches: batches}
	for _, tc := range []struct {
		name string
		keys []int
	}{{"all", nil}, {"app", []int{1}}, {"userid", []int{3}}, {"user guid", []int{2}}, {"app and userid", []int{1, 3}}} {
		b.Run(tc.name, func(b *testing.B) {
			n := &plan.Aggregate{Input: in, Aggs: []plan.Agg{m.agg("count"), m.agg("sum", at(in, 4))}}
			for _, k := range tc.keys {
				n.Keys = append(n.Keys, at(in, k))
				n.Out.Columns = append(n.Out.Columns, s.Columns[k])
			}
			n.Out.Columns = append(n.Out.Columns, types.Column{Name: "n", Type: types.Long}, types.Column{Name: "s", Type: types.Long})
			benchPlan(b, n)
		})
	}
	b.Run("arg_max of all columns by userid", func(b *testing.B) {
		p := &plan.Pick{Kind: plan.PickMax, By: at(in, 0)}
		n := &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 3)}, Aggs: []plan.Agg{{Pick: p}}, Out: schema(b, "userid:long")}
		for i := range s.Columns {
			p.Cols = append(p.Cols, at(in, i))
			n.Out.Columns = append(n.Out.Columns, s.Columns[i])
		}
		benchPlan(b, n)
	})
}

func BenchmarkSort(b *testing.B) {
	s, batches := benchTable(b)
	in := &plan.Values{Out: s, Batches: batches}
	for _, tc := range []struct {
		name string
		keys []int
	}{{"sorted", []int{0}}, {"number", []int{4}}, {"dictionary and number", []int{1, 4}}, {"text", []int{2}}} {
		var keys []plan.SortKey
		for _, k := range tc.keys {
			keys = append(keys, plan.SortKey{Expr: at(in, k)})
		}
		b.Run(tc.name, func(b *testing.B) { benchPlan(b, &plan.Sort{Input: in, Keys: keys}) })
		b.Run("top 100 "+tc.name, func(b *testing.B) { benchPlan(b, &plan.Top{Input: in, Keys: keys, N: long(100)}) })
	}
}

func BenchmarkJoin(b *testing.B) {
	s, batches := benchTable(b)
	in := &plan.Values{Out: s, Batches: batches}
	small := &plan.Values{Out: s, Batches: batches[:2]}
	for _, kind := range []plan.JoinKind{plan.Inner, plan.InnerUnique, plan.LeftOuter, plan.LeftAnti} {
		for _, key := range []int{3, 2} {
			b.Run(fmt.Sprintf("%s on %s", kind, s.Columns[key].Name), func(b *testing.B) {
				out := types.Schema{Columns: append(append([]types.Column(nil), s.Columns...), s.Columns...)}
				if kind == plan.LeftAnti {
					out = s
				}
				benchPlan(b, &plan.Join{Kind: kind, Left: in, Right: small, LeftKeys: []plan.Expr{at(in, key)}, RightKeys: []plan.Expr{at(small, key)}, Out: out})
			})
		}
	}
}
