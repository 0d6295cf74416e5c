package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// seriesStatistics declares series_stats, a column for each figure, and
// series_stats_dynamic, one bag.
func seriesStatistics() []function.Scalar {
	d, b := types.Dynamic, types.Bool
	return []function.Scalar{
		{
			Doc: "Returns figures of a series: least and greatest element with their positions, average, standard deviation and variance.",
			Overloads: []function.Overload{
				{Sig: "series_stats(series: array, ignore_nonfinite?: const bool): dynamic", Kernel: overValues([]types.Type{d, b}, d, func(args []dynamic.Value) dynamic.Value {
					return statsOf(args).array()
				})},
			},
			Examples: []string{`series_stats(dynamic([1,2,3]))[2] -> 3`},
			Tuple:    "min: real, min_idx: long, max: real, max_idx: long, avg: real, stdev: real, variance: real",
		},
		{
			Doc: "Returns figures of a series as a property bag.",
			Overloads: []function.Overload{
				{Sig: "series_stats_dynamic(series: array, ignore_nonfinite?: const bool): dynamic", Kernel: overValues([]types.Type{d, b}, d, func(args []dynamic.Value) dynamic.Value {
					return statsOf(args).bag()
				})},
			},
			Examples: []string{`series_stats_dynamic(dynamic([1,3])).avg -> 2.0`},
		},
	}
}

// stats are the figures of a series.
type stats struct {
	moments
	length         int
	min, max       float64
	minIdx, maxIdx int64
	sum            float64
	ok             bool
}

// statsOf returns the figures of args[0]; not ok if an element is not a finite
// number, unless args[1] says to leave such elements out.
func statsOf(args []dynamic.Value) stats {
	ignore, _ := argument(args, 1).AsBool()
	s := stats{length: args[0].Len(), ok: args[0].Kind() == dynamic.Array}
	for i, e := range args[0].Elements() {
		x, isNum := numberOf(e)
		if !isNum || math.IsNaN(x) || math.IsInf(x, 0) {
			s.ok = s.ok && ignore
			continue
		}
		if s.n == 0 || x < s.min {
			s.min, s.minIdx = x, int64(i)
		}
		if s.n == 0 || x > s.max {
			s.max, s.maxIdx = x, int64(i)
		}
		s.sum += x
		s.add(x)
	}
	s.ok = s.ok && s.n > 0
	return s
}

func (s *stats) variance() float64 { return spread(s.m2, s.n, false) }

func (s stats) array() dynamic.Value {
	if !s.ok {
		return dynamic.Value{}
	}
	var b dynamic.ArrayBuilder
	b.AppendReal(s.min)
	b.AppendLong(s.minIdx)
	b.AppendReal(s.max)
	b.AppendLong(s.maxIdx)
	b.AppendReal(s.sum / s.n)
	b.AppendReal(math.Sqrt(s.variance()))
	b.AppendReal(s.variance())
	return b.Value()
}

func (s stats) bag() dynamic.Value {
	if !s.ok {
		return dynamic.Value{}
	}
	var b dynamic.BagBuilder
	b.SetReal("min", s.min)
	b.SetLong("min_idx", s.minIdx)
	b.SetReal("max", s.max)
	b.SetLong("max_idx", s.maxIdx)
	b.SetReal("avg", s.sum/s.n)
	b.SetReal("stdev", math.Sqrt(s.variance()))
	b.SetReal("variance", s.variance())
	b.SetReal("sum", s.sum)
	b.SetLong("len", int64(s.length))
	return b.Value()
}
