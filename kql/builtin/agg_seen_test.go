package builtin

import (
	"math/rand/v2"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// What is remembered of dictionaries must not change results: dictionaries come
// back, others come between, and groups keep being added.
func TestDistinctOverDictionaries(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	dicts := make([]column.Column, 3)
	for i := range dicts {
		b := column.NewTypedBuilder[string](types.String, 0)
		for j := range 40 {
			b.Append(string(rune('a' + (i*15+j)%50)))
		}
		dicts[i] = b.Finish()
	}
	for _, call := range []string{"dcount", "make_set"} {
		o := overloadOf(t, call, 1)
		example := []column.Column{testColumn(types.String, "")}
		byDict, byRow := newTestAccumulator(t, o, example), newTestAccumulator(t, o, example)
		total := 1
		for range 60 {
			d := &column.Dict{Codes: make([]uint32, 50), Values: dicts[r.IntN(len(dicts))]}
			groups := make([]uint32, len(d.Codes))
			total += r.IntN(2)
			for i := range groups {
				d.Codes[i], groups[i] = uint32(r.IntN(40)), uint32(r.IntN(total))
			}
			feed(t, byDict, []column.Column{d}, groups, total, len(groups))
			feed(t, byRow, []column.Column{column.Flat(d)}, groups, total, len(groups))
		}
		if got, want := resultText(t, byDict, total, false), resultText(t, byRow, total, false); got != want {
			t.Errorf("%s: %s, want %s", call, got, want)
		}
	}
}
