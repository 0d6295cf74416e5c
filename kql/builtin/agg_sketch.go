package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// sketches declares the scalar functions over what hll() and tdigest() return.
func sketches() function.Family {
	d, r, l := types.Dynamic, types.Real, types.Long
	joined := func(name, doc, prefix string, join func([]dynamic.Value) dynamic.Value, example string) function.Scalar {
		return function.Scalar{
			Doc: doc,
			Overloads: []function.Overload{
				{Sig: name + "(first: array, more...: array): dynamic", Kernel: overDynamics(2, join)},
			},
			Examples:   []string{example},
			ResultName: function.NameFixed,
			Prefix:     prefix,
		}
	}
	return function.Family{Title: "Sketches", Scalars: []function.Scalar{
		{
			Doc: "Returns the number of distinct values that a sketch of hll() stands for.",
			Overloads: []function.Overload{
				{Sig: "dcount_hll(hll: array): long", Kernel: function.Map1Null(d, l, sketchCount)},
			},
			Examples:   []string{`dcount_hll(dynamic([[1,14],[5,6]])) -> 2`},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Tells whether a value is a sketch of hll(). The second argument, which Microsoft's analyzer asks for and nobody documents, is not looked at.",
			Overloads: []function.Overload{
				{Sig: "hll_isvalid(hll: array, value: scalar): bool", Kernel: validKernel(func(v dynamic.Value) bool {
					_, ok := sketchCount(v)
					return ok
				})},
			},
			Examples: []string{"hll_isvalid(dynamic([[1,14],[5,6]]), 0) -> true", "hll_isvalid(dynamic([5,6]), 0) -> false"},
			Hidden:   true,
		},
		{
			Doc: "Tells whether a value is a digest of tdigest(). The second argument, which Microsoft's analyzer asks for and nobody documents, is not looked at.",
			Overloads: []function.Overload{
				{Sig: "tdigest_isvalid(digest: array, value: scalar): bool", Kernel: validKernel(func(v dynamic.Value) bool {
					_, _, ok := readDigest(v)
					return ok
				})},
			},
			Examples: []string{"tdigest_isvalid(dynamic([[7],[1,3],[2,1]]), 0) -> true", "tdigest_isvalid(dynamic(null), 0) -> false"},
			Hidden:   true,
		},
		joined("hll_merge", "Joins sketches of hll() into one.", "hll_merged_result", joinSketches,
			`hll_merge(dynamic([[1,14],[5]]), dynamic([[1,14],[6]])) -> [[1,14],[5,6]]`),
		joined("tdigest_merge", "Joins digests of tdigest() into one.", "tdigests_merge_result", joinDigests,
			`tdigest_merge(dynamic([[7],[1],[2]]), dynamic([[7],[3],[1]])) -> [[7],[1,3],[2,1]]`),
		joined("merge_tdigest", "Joins digests of tdigest() into one, as tdigest_merge() does.", "tdigests_merge_result", joinDigests,
			`merge_tdigest(dynamic([[7],[1],[2]]), dynamic([[7],[3],[1]])) -> [[7],[1,3],[2,1]]`),
		{
			Doc: "Returns the value at a percentile of a digest of tdigest().",
			Overloads: []function.Overload{
				{Sig: "percentile_tdigest(tdigest: array, percentile: number): dynamic", Kernel: function.Map2Null(d, r, d, digestPercentile)},
			},
			Examples:   []string{`percentile_tdigest(dynamic([[7],[1,3],[2,1]]), 50) -> 1`},
			Analyzer:   []string{"percentile_tdigest(tdigest: array, percentile: real): dynamic"},
			Typed:      true,
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Returns the values at several percentiles of a digest of tdigest(), as an array.",
			Overloads: []function.Overload{
				{Sig: "percentiles_array_tdigest(tdigest: array, percentiles: array): dynamic", Kernel: function.Map2(d, d, d, digestPercentiles)},
				{Sig: "percentiles_array_tdigest(tdigest: array, percentile...: number): dynamic", Kernel: digestPercentileList()},
			},
			Examples:   []string{`percentiles_array_tdigest(dynamic([[7],[1,3],[2,1]]), 50, 100) -> [1,3]`},
			ResultName: function.NamePrefix,
			Prefix:     "percentile_tdigest",
		},
		{
			Doc: "Returns how many of the values that a digest of tdigest() stands for are at most the value given.",
			Overloads: []function.Overload{
				{Sig: "rank_tdigest(digest: array, value: scalar): real", Kernel: digestRanks(func(rank, _ int64) float64 { return float64(rank) })},
			},
			Examples: []string{`rank_tdigest(dynamic([[7],[1,3],[2,1]]), 2) -> 2`},
		},
		{
			Doc: "Returns what percentage of the values that a digest of tdigest() stands for are at most the value given.",
			Overloads: []function.Overload{
				{Sig: "percentrank_tdigest(digest: array, value: scalar): real", Kernel: digestRanks(func(rank, total int64) float64 { return 100 * float64(rank) / float64(total) })},
			},
			Examples: []string{`percentrank_tdigest(dynamic([[7],[1,3],[1,1]]), 2) -> 50`},
		},
	}}
}

// validKernel applies a test to the first argument.
func validKernel(valid func(dynamic.Value) bool) function.Kernel {
	k := function.Map1(types.Dynamic, types.Bool, valid)
	return function.Kernel{In: []types.Type{types.Dynamic, types.Unknown}, Out: types.Bool, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return k.Run(c, args[:1], n)
	}}
}

func digestPercentiles(d, ps dynamic.Value) dynamic.Value {
	var b dynamic.ArrayBuilder
	for _, p := range ps.Elements() {
		f, ok := p.ToReal()
		v, in := digestPercentile(d, f)
		if !ok || !in {
			return dynamic.Value{}
		}
		b.Append(v)
	}
	return b.Value()
}

func digestPercentileList() function.Kernel {
	run := func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			d := column.ViewOf[dynamic.Value](args[0])
			ps := viewsOf[float64](args[1:])
			out := make([]dynamic.Value, n)
			var b dynamic.ArrayBuilder
			for i := range out {
				for j := range ps {
					v, _ := digestPercentile(d.At(i), ps[j].At(i))
					b.Append(v)
				}
				out[i] = b.Value()
			}
			return column.NewVec(types.Dynamic, out, nil), nil
		})
	}
	return function.Kernel{In: []types.Type{types.Dynamic, types.Real}, Out: types.Dynamic, Run: run}
}

func digestRanks(of func(rank, total int64) float64) function.Kernel {
	run := func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			d := column.ViewOf[dynamic.Value](args[0])
			x := elementsOf(args[1])
			b := column.NewTypedBuilder[float64](types.Real, n)
			for i := range n {
				if rank, total, ok := digestRank(d.At(i), x.At(i)); ok {
					b.Append(of(rank, total))
				} else {
					b.AppendNull()
				}
			}
			return b.Finish(), nil
		})
	}
	return function.Kernel{In: []types.Type{types.Dynamic, types.Unknown}, Out: types.Real, Run: run}
}
