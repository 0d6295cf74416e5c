package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// clock are the functions that read the query's clock or make datetimes and
// timespans of numbers.
func clock() function.Family {
	return function.Family{Title: "Making datetimes and timespans", Scalars: []function.Scalar{
		{
			Doc:       "Returns the time of the query in UTC, the same wherever the query asks, moved by an offset if one is given.",
			Overloads: []function.Overload{{Sig: "now(offset?: timespan): datetime", Kernel: clockKernel(1)}},
			Examples:  []string{`now() - now() -> 00:00:00`, `now(1d) - now() -> 1.00:00:00`},
			Ambient:   true,
		},
		{
			Doc:       "Returns the time of the query less a timespan.",
			Overloads: []function.Overload{{Sig: "ago(timespan: timespan): datetime", Kernel: clockKernel(-1)}},
			Examples:  []string{`now() - ago(1h) -> 01:00:00`},
			Ambient:   true,
		},
		{
			Doc: "Returns the time when the row was ingested; null if the table does not keep it.",
			Overloads: []function.Overload{{
				Sig: "ingestion_time(): datetime",
				Kernel: function.Kernel{Out: types.DateTime, Run: func(c *function.Call, _ []column.Column, n int) (column.Column, error) {
					return column.NullConst(c.Out, n), nil
				}},
			}},
			Examples:   []string{`isnull(ingestion_time()) -> true`},
			ResultName: function.NamePrefixOnly,
		},
		makeDateTime(),
		makeTimeSpan(),
		fromUnix("seconds", types.TicksPerSecond, `unixtime_seconds_todatetime(1546300800) -> 2019-01-01T00:00:00.0000000Z`),
		fromUnix("milliseconds", types.TicksPerMillisecond, `unixtime_milliseconds_todatetime(1546300800000) -> 2019-01-01T00:00:00.0000000Z`),
		fromUnix("microseconds", types.TicksPerMicrosecond, `unixtime_microseconds_todatetime(1546300800000000) -> 2019-01-01T00:00:00.0000000Z`),
		fromUnix("nanoseconds", 0, `unixtime_nanoseconds_todatetime(1546300800000000000) -> 2019-01-01T00:00:00.0000000Z`),
	}}
}

// clockKernel is the query's time plus sign times the argument, if there is one.
func clockKernel(sign int64) function.Kernel {
	return rowKernel([]types.Type{types.TimeSpan}, types.DateTime, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		if len(args) == 0 {
			return column.NewConst(c.Out, c.Now, n), nil
		}
		offset := column.ViewOf[int64](args[0])
		return ticksOrNull(c.Out, n, func(i int) (int64, bool) {
			if offset.Null(i) {
				return 0, false
			}
			return types.AddTicks(c.Now, sign*offset.At(i))
		}), nil
	})
}

// ticksOrNull returns the column of the n values of f; !ok is a null.
func ticksOrNull(t types.Type, n int, f func(i int) (ticks int64, ok bool)) column.Column {
	out := make([]int64, n)
	var valid column.Bitmap
	for i := range out {
		v, ok := f(i)
		out[i] = v
		if !ok {
			if valid == nil {
				valid = column.FullBitmap(n)
			}
			valid.Clear(i)
		}
	}
	return column.NewVec(t, out, valid)
}

func makeDateTime() function.Scalar {
	in := []types.Type{types.Long, types.Long, types.Long, types.Long, types.Long, types.Real}
	return function.Scalar{
		Doc: "Makes a datetime of its parts, or of one value as todatetime() does; null if there is no such date.",
		Overloads: append([]function.Overload{
			{
				Sig: "make_datetime(year: number, month: number, day: number, hour?: number, minute?: number, second?: number): datetime",
				Kernel: rowKernel(in, types.DateTime, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
					parts := longViews(args[:min(len(args), 5)])
					seconds := secondsOf(args, 5)
					return ticksOrNull(c.Out, n, func(i int) (int64, bool) {
						v, ok := valuesAt(parts, i)
						rest, ok2 := seconds(i)
						if !ok || !ok2 || v[1] > 12 || v[2] > 31 || v[0] > 9999 {
							return 0, false
						}
						day, ok := types.Civil{Year: int(v[0]), Month: int(v[1]), Day: int(v[2])}.Ticks()
						if !ok || v[3] > 23 || v[4] > 59 {
							return 0, false
						}
						return day + v[3]*types.TicksPerHour + v[4]*types.TicksPerMinute + rest, true
					}), nil
				}),
			},
		}, conversionOverloads("make_datetime", types.DateTime)...),
		ResultName: function.NameOnlyArgument,
		Examples:   []string{`make_datetime(2017, 10, 1, 12, 11, 0.1234567) -> 2017-10-01T12:11:00.1234567Z`, `make_datetime(2020, 13, 1) -> `},
	}
}

func makeTimeSpan() function.Scalar {
	// parts has the ticks of each whole number before the seconds, and how many
	// there are of each at most.
	parts := func(limits []int64, ticks []int64) function.Kernel {
		in := []types.Type{types.Long, types.Long, types.Long, types.Real}[4-len(limits)-1:]
		return rowKernel(in, types.TimeSpan, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
			views := longViews(args[:len(limits)])
			seconds := secondsOf(args, len(limits))
			return ticksOrNull(c.Out, n, func(i int) (int64, bool) {
				v, ok := valuesAt(views, i)
				total, ok2 := seconds(i)
				for k := range limits {
					ok = ok && v[k] <= limits[k]
					total += v[k] * ticks[k]
				}
				return total, ok && ok2
			}), nil
		})
	}
	const maxDays = math.MaxInt64/types.TicksPerDay - 1
	return function.Scalar{
		Doc: "Makes a timespan of its parts, or of one value as totimespan() does; null if a part is out of its range.",
		Overloads: append([]function.Overload{
			{
				Sig:    "make_timespan(hours: integer, minutes: integer, seconds?: number): timespan",
				Kernel: parts([]int64{23, 59}, []int64{types.TicksPerHour, types.TicksPerMinute}),
			},
			{
				Sig:    "make_timespan(days: integer, hours: integer, minutes: integer, seconds: number): timespan",
				Kernel: parts([]int64{maxDays, 23, 59}, []int64{types.TicksPerDay, types.TicksPerHour, types.TicksPerMinute}),
			},
		}, conversionOverloads("make_timespan", types.TimeSpan)...),
		ResultName: function.NameOnlyArgument,
		Examples:   []string{`make_timespan(1, 12, 30, 55.123) -> 1.12:30:55.1230000`, `make_timespan(1, 30) -> 01:30:00`},
	}
}

func longViews(args []column.Column) []column.View[int64] {
	views := make([]column.View[int64], len(args))
	for i, a := range args {
		views[i] = column.ViewOf[int64](a)
	}
	return views
}

// valuesAt returns row i of up to five columns; !ok if one is null or negative.
func valuesAt(views []column.View[int64], i int) (v [5]int64, ok bool) {
	for k := range views {
		v[k] = views[k].At(i)
		if views[k].Null(i) || v[k] < 0 {
			return v, false
		}
	}
	return v, true
}

// secondsOf reads the seconds, with their fraction, from args[at] as ticks; none
// are 0.
func secondsOf(args []column.Column, at int) func(i int) (ticks int64, ok bool) {
	if len(args) <= at {
		return func(int) (int64, bool) { return 0, true }
	}
	seconds := column.ViewOf[float64](args[at])
	return func(i int) (int64, bool) {
		s := seconds.At(i)
		if seconds.Null(i) || !(s >= 0 && s < 60) {
			return 0, false
		}
		return int64(math.Round(s * types.TicksPerSecond)), true
	}
}

// fromUnix declares unixtime_…_todatetime(); unit is in ticks, 0 for the
// nanosecond.
func fromUnix(name string, unit int64, example string) function.Scalar {
	name = "unixtime_" + name + "_todatetime"
	fromLong := func(v int64) (int64, bool) {
		if unit == 0 {
			return types.AddTicks(types.UnixEpoch, v/100)
		}
		if v > types.MaxDateTime/unit || v < -types.MaxDateTime/unit {
			return 0, false
		}
		return types.AddTicks(types.UnixEpoch, v*unit)
	}
	fromReal := func(v float64) (int64, bool) {
		ticks := v * float64(unit)
		if unit == 0 {
			ticks = v / 100
		}
		if !(math.Abs(ticks) <= float64(types.MaxDateTime)) {
			return 0, false
		}
		return types.AddTicks(types.UnixEpoch, int64(math.Round(ticks)))
	}
	return function.Scalar{
		Doc: "Returns the datetime that lies a number of units after 1970-01-01 UTC; null if there is none.",
		Overloads: []function.Overload{
			{Sig: name + "(number: integer): datetime", Kernel: function.Map1Null(types.Long, types.DateTime, fromLong)},
			{Sig: name + "(number: real|decimal): datetime", Kernel: function.Map1Null(types.Real, types.DateTime, fromReal)},
		},
		Examples: []string{example},
	}
}
