package builtin

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// aggRows is what an aggregate folds per iteration, in batches of 8192 rows.
const (
	aggRows  = 1 << 20
	aggBatch = 8192
)

// aggBatches makes columns of longs and of strings from a dictionary.
func aggBatches(distinct int) (longs, texts, flat []column.Column) {
	r := rand.New(rand.NewPCG(1, 2))
	values := make([]string, distinct)
	for i := range values {
		values[i] = "user" + strconv.Itoa(i) + "@contoso.com"
	}
	dict := column.NewVec(types.String, values, nil)
	for range aggRows / aggBatch {
		vals, codes := make([]int64, aggBatch), make([]uint32, aggBatch)
		for i := range vals {
			codes[i] = uint32(r.IntN(distinct))
			vals[i] = int64(codes[i])
		}
		d := &column.Dict{Codes: codes, Values: dict}
		longs = append(longs, column.NewVec(types.Long, vals, nil))
		texts = append(texts, d)
		flat = append(flat, column.Flat(d))
	}
	return longs, texts, flat
}

func aggBenchGroups(groups int) [][]uint32 {
	r := rand.New(rand.NewPCG(3, 4))
	out := make([][]uint32, aggRows/aggBatch)
	for i := range out {
		out[i] = make([]uint32, aggBatch)
		for j := range out[i] {
			out[i][j] = uint32(r.IntN(groups))
		}
	}
	return out
}

func BenchmarkAggregate(b *testing.B) {
	const distinct = 50_000
	longs, texts, flat := aggBatches(distinct)
	for _, groups := range []int{1, 20_000} {
		by := aggBenchGroups(groups)
		for _, c := range []struct {
			name, call string
			cols       []column.Column
		}{
			{"count", "count()", nil},
			{"sum", "sum(int|long)", longs},
			{"max", "max", longs},
			{"dcount/long", "dcount", longs},
			{"dcount/dict", "dcount", texts},
			{"dcount/text", "dcount", flat},
			{"make_set/dict", "make_set", texts},
			{"make_set/text", "make_set", flat},
			{"make_list/long", "make_list", longs},
			{"percentile", "percentile", longs},
		} {
			b.Run(fmt.Sprintf("%s/groups=%d", c.name, groups), func(b *testing.B) {
				benchAggregate(b, c.call, c.cols, by, groups)
			})
		}
	}
}

func benchAggregate(b *testing.B, call string, cols []column.Column, by [][]uint32, groups int) {
	var example []column.Column
	if cols != nil {
		example = cols[:1:1]
	}
	if call == "percentile" {
		example = append(example, testColumn(types.Real, 50.0))
	}
	t := new(testing.T)
	o := overloadOf(t, call, len(example))
	b.ReportAllocs()
	for b.Loop() {
		acc := newTestAccumulator(t, o, example)
		for i, gs := range by {
			var args []column.Column
			if cols != nil {
				args = cols[i : i+1]
			}
			if err := acc.Update(args, gs, groups); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := acc.Result(groups); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/aggRows, "ns/row")
}
