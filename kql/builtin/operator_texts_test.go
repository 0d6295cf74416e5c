package builtin

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// TestTextEqualityOfDictionaries compares texts of dictionaries that have some in
// common, or some twice, of one dictionary too.
func TestTextEqualityOfDictionaries(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	dictionary := func() column.Column {
		vals := make([]string, 1+r.IntN(60))
		for i := range vals {
			vals[i] = fmt.Sprint(r.IntN(30))
		}
		vals[0] = ""
		return column.NewVec(types.String, vals, nil)
	}
	var dicts []column.Column
	for range 10 {
		dicts = append(dicts, dictionary())
	}
	of := func(n int) *column.Dict {
		d := &column.Dict{Codes: make([]uint32, n), Values: dicts[r.IntN(len(dicts))]}
		for i := range d.Codes {
			d.Codes[i] = uint32(r.IntN(d.Values.Len()))
		}
		return d
	}
	for _, unequal := range []bool{false, true} {
		k := textEquality(unequal)
		c := function.NewCall(&function.Env{}, types.Bool)
		for range 500 {
			n := 1 + r.IntN(90)
			a, b := of(n), of(n)
			out, err := k.Run(c, []column.Column{a, b}, n)
			if err != nil {
				t.Fatal(err)
			}
			got := column.FlatVec[bool](out).Vals
			x, y := column.FlatVec[string](a).Vals, column.FlatVec[string](b).Vals
			for i := range n {
				if want := (x[i] == y[i]) != unequal; got[i] != want {
					t.Fatalf("unequal %v: %q and %q: got %v", unequal, x[i], y[i], got[i])
				}
			}
		}
	}
}
