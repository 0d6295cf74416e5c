package builtin

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// rangeFunctions declares range().
func rangeFunctions() []function.Scalar {
	const hour = 36_000_000_000
	longs := func(t types.Type, step int64) function.Kernel { return rangeLongs(t, t, step) }
	return []function.Scalar{
		{
			Doc: "Makes an array of the values from start to stop, both included, a step apart; the step is 1, or 1h, if not given.",
			Overloads: []function.Overload{
				{Sig: "range(start: int|long, stop: int|long, step?: int|long): dynamic", Kernel: longs(types.Long, 1)},
				{Sig: "range(start: real, stop: real, step?: real): dynamic", Kernel: rangeReals()},
				{Sig: "range(start: timespan, stop: timespan, step?: timespan): dynamic", Kernel: longs(types.TimeSpan, hour)},
				{Sig: "range(start: datetime, stop: datetime, step?: timespan): dynamic", Kernel: rangeLongs(types.DateTime, types.TimeSpan, hour)},
			},
			Analyzer: []string{"range(start: summable|datetime, stop: summable|datetime, step?: summable|datetime): dynamic"},
			Examples: []string{`range(1, 8, 3) -> [1,4,7]`, `range(1h, 2h) -> ["01:00:00","02:00:00"]`},
		},
	}
}

// maxRangeElements bounds the values that range() makes for one batch of rows,
// which is what memory holds at a time.
const maxRangeElements = 64 << 20

var errRangesTooLong = fmt.Errorf("range(): the arrays of one batch of rows have more than %d values", maxRangeElements)

// rangeLongs makes ranges of values that are whole numbers in memory.
func rangeLongs(t, stepType types.Type, step int64) function.Kernel {
	kind := wordKind(t)
	return stepsKernel(t, stepType, step, longSteps, func(at, by int64, n int) dynamic.Value {
		b := dynamic.NewWordsBuilder(kind, n)
		var vals [64]int64
		for n > 0 {
			part := vals[:min(n, len(vals))]
			for i := range part {
				part[i] = at
				at += by // what is beyond the last value, and may overflow, is not used
			}
			b.Append(part)
			n -= len(part)
		}
		return b.Value()
	})
}

func rangeReals() function.Kernel {
	return stepsKernel(types.Real, types.Real, 1, realSteps, func(at, by float64, n int) dynamic.Value {
		b := dynamic.NewWordsBuilder(dynamic.Real, n)
		var vals [64]float64
		for from := 0; from < n; from += len(vals) {
			part := vals[:min(n-from, len(vals))]
			for i := range part {
				part[i] = at + by*float64(from+i)
			}
			b.AppendReals(part)
		}
		return b.Value()
	})
}

// stepsKernel makes arrays with pack of as many values as steps says.
func stepsKernel[T int64 | float64](t, stepType types.Type, step T, steps func(at, stop, by T) int, pack func(at, by T, n int) dynamic.Value) function.Kernel {
	return rowKernel([]types.Type{t, t, stepType}, types.Dynamic, func(_ *function.Call, args []column.Column, n int) (column.Column, error) {
		views := viewsOf[T](args)
		out := make([]dynamic.Value, n)
		total := 0
		for i := range out {
			by := step
			if len(views) > 2 {
				by = views[2].At(i)
			}
			if anyNull(views, i) || by == 0 {
				continue
			}
			at := views[0].At(i)
			n := steps(at, views[1].At(i), by)
			if total += n; total > maxRangeElements {
				return nil, errRangesTooLong
			}
			out[i] = pack(at, by, n)
		}
		return column.NewVec(types.Dynamic, out, nil), nil
	})
}

// longSteps returns how many values there are from at to stop.
func longSteps(at, stop, by int64) int {
	if by > 0 && at > stop || by < 0 && at < stop {
		return 0
	}
	// Unsigned differences do not overflow.
	n := (uint64(stop) - uint64(at)) / uint64(by)
	if by < 0 {
		n = (uint64(at) - uint64(stop)) / -uint64(by)
	}
	return int(min(n, maxElements-1)) + 1
}

// realSteps is longSteps for reals. It goes step by step, as a quotient may be
// rounded to one value more or less.
func realSteps(start, stop, by float64) int {
	n, at := 0, start
	for n < maxElements && (by > 0 && at <= stop || by < 0 && at >= stop) {
		n++
		at = start + by*float64(n)
	}
	return n
}

func anyNull[T column.Value](views []column.View[T], i int) bool {
	for j := range views {
		if views[j].Null(i) {
			return true
		}
	}
	return false
}
