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
	put := putLong(t)
	return rowKernel([]types.Type{t, t, stepType}, types.Dynamic, func(_ *function.Call, args []column.Column, n int) (column.Column, error) {
		views := viewsOf[int64](args)
		out := make([]dynamic.Value, n)
		total := 0
		var b dynamic.ArrayBuilder
		for i := range out {
			by := step
			if len(views) > 2 {
				by = views[2].At(i)
			}
			if anyNull(views, i) || by == 0 {
				continue
			}
			at, stop := views[0].At(i), views[1].At(i)
			for b.Len() < maxElements && (by > 0 && at <= stop || by < 0 && at >= stop) {
				put(&b, at)
				next := at + by
				if next > at != (by > 0) {
					break // beyond the range of long
				}
				at = next
			}
			if total += b.Len(); total > maxRangeElements {
				return nil, errRangesTooLong
			}
			out[i] = b.Value()
		}
		return column.NewVec(types.Dynamic, out, nil), nil
	})
}

func rangeReals() function.Kernel {
	return rowKernel([]types.Type{types.Real, types.Real, types.Real}, types.Dynamic, func(_ *function.Call, args []column.Column, n int) (column.Column, error) {
		views := viewsOf[float64](args)
		out := make([]dynamic.Value, n)
		total := 0
		var b dynamic.ArrayBuilder
		for i := range out {
			by := 1.0
			if len(views) > 2 {
				by = views[2].At(i)
			}
			if anyNull(views, i) || by == 0 {
				continue
			}
			start, stop := views[0].At(i), views[1].At(i)
			at := start
			for b.Len() < maxElements && (by > 0 && at <= stop || by < 0 && at >= stop) {
				b.AppendReal(at)
				at = start + by*float64(b.Len())
			}
			if total += b.Len(); total > maxRangeElements {
				return nil, errRangesTooLong
			}
			out[i] = b.Value()
		}
		return column.NewVec(types.Dynamic, out, nil), nil
	})
}

func anyNull[T column.Value](views []column.View[T], i int) bool {
	for j := range views {
		if views[j].Null(i) {
			return true
		}
	}
	return false
}
