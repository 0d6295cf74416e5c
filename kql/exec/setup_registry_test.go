package exec

import (
	"fmt"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func testRegistry(t testing.TB) *function.Registry {
	t.Helper()
	l, s, b := types.Long, types.String, types.Bool
	scalar := func(sig string, k function.Kernel) function.Scalar {
		return function.Scalar{Doc: "Tests.", Examples: []string{"x"}, Overloads: []function.Overload{{Sig: sig, Kernel: k}}}
	}
	number := scalar("row_number(): long", function.Kernel{Out: l, Run: func(_ *function.Call, _ []column.Column, n int) (column.Column, error) {
		out := make([]int64, n)
		for i := range out {
			out[i] = int64(i + 1)
		}
		return column.NewVec(l, out, nil), nil
	}})
	number.Window = true
	agg := func(sig string, in []types.Type, anyOrder bool, mk func(*function.AggregateCall) (function.Accumulator, error)) function.Aggregate {
		return function.Aggregate{Doc: "Tests.", Examples: []string{"x"}, Overloads: []function.AggregateOverload{{Sig: sig, In: in, New: mk, AnyOrder: anyOrder}}}
	}
	reg, err := function.NewRegistry(function.Family{
		Scalars: []function.Scalar{
			scalar("==(a: long, b: long): bool", function.Map2(l, l, b, func(x, y int64) bool { return x == y })),
			scalar(">(a: long, b: long): bool", function.Map2(l, l, b, func(x, y int64) bool { return x > y })),
			scalar("+(a: long, b: long): long", function.Map2(l, l, l, func(x, y int64) int64 { return x + y })),
			scalar("has(a: string, b: string): bool", function.Map2(s, s, b, strings.Contains)),
			scalar("in(a: string, list: dynamic): bool", function.Map2(s, types.Dynamic, b, func(x string, list dynamic.Value) bool {
				for _, e := range list.Elements() {
					if t, ok := e.AsString(); ok && t == x {
						return true
					}
				}
				return false
			})),
			scalar("strlen(a: string): long", function.Map1(s, l, func(x string) int64 { return int64(len(x)) })),
			scalar("underscored(a: string): string", function.Map1(s, s, func(x string) string { return strings.ReplaceAll(x, " ", "_") })),
			scalar("crash(a: long): long", function.Kernel{In: []types.Type{l}, Out: l, Run: func(*function.Call, []column.Column, int) (column.Column, error) {
				panic("crash on purpose")
			}}),
			scalar("positive(a: long): bool", function.Kernel{In: []types.Type{l}, Out: b, Run: func(_ *function.Call, args []column.Column, n int) (column.Column, error) {
				v := column.ViewOf[int64](args[0])
				for i := range n {
					if !v.Null(i) && v.At(i) <= 0 {
						return nil, fmt.Errorf("%d is not positive", v.At(i))
					}
				}
				return column.NewConst(b, true, n), nil
			}}),
			number,
		},
		Aggregates: []function.Aggregate{
			agg("count(): long", nil, true, func(*function.AggregateCall) (function.Accumulator, error) { return &sumAcc{}, nil }),
			agg("sum(x: long): long", []types.Type{l}, true, func(*function.AggregateCall) (function.Accumulator, error) { return &sumAcc{}, nil }),
			agg("make_list(x: long): dynamic", []types.Type{l}, false, func(*function.AggregateCall) (function.Accumulator, error) { return &listAcc{}, nil }),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return reg
}

// sumAcc is sum, and count where there is no argument.
type sumAcc struct{ sums []int64 }

func (a *sumAcc) grow(n int) {
	for len(a.sums) < n {
		a.sums = append(a.sums, 0)
	}
}

func (a *sumAcc) Update(args []column.Column, groups []uint32, total int) error {
	a.grow(total)
	if len(args) == 0 {
		for _, g := range groups {
			a.sums[g]++
		}
		return nil
	}
	v := column.ViewOf[int64](args[0])
	for i, g := range groups {
		if !v.Null(i) {
			a.sums[g] += v.At(i)
		}
	}
	return nil
}

func (a *sumAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	a.grow(total)
	for i, g := range groups {
		a.sums[g] += from.(*sumAcc).sums[i]
	}
	return nil
}

func (a *sumAcc) Result(total int) (column.Column, error) {
	a.grow(total)
	return column.NewVec(types.Long, a.sums[:total], nil), nil
}

func (a *sumAcc) Size() int64 { return 8 * int64(len(a.sums)) }

// listAcc is make_list.
type listAcc struct{ lists [][]int64 }

func (a *listAcc) Update(args []column.Column, groups []uint32, total int) error {
	for len(a.lists) < total {
		a.lists = append(a.lists, nil)
	}
	v := column.ViewOf[int64](args[0])
	for i, g := range groups {
		if !v.Null(i) {
			a.lists[g] = append(a.lists[g], v.At(i))
		}
	}
	return nil
}

func (a *listAcc) Merge(function.Accumulator, []uint32, int) error {
	return fmt.Errorf("make_list must not be merged")
}

func (a *listAcc) Result(total int) (column.Column, error) {
	out := make([]dynamic.Value, total)
	var b dynamic.ArrayBuilder
	for g := range out {
		if g < len(a.lists) {
			for _, x := range a.lists[g] {
				b.AppendLong(x)
			}
		}
		out[g] = b.Value()
	}
	return column.NewVec(types.Dynamic, out, nil), nil
}

func (a *listAcc) Size() int64 { return 24 * int64(len(a.lists)) }
