package builtin

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// datetimeParts are the functions that take one part of a datetime.
func datetimeParts() function.Family {
	anyPart := func(name string) function.Overload {
		return function.Overload{
			Sig:      name + "(part: literal string, date: datetime): long",
			Analyzer: types.Int,
			Kernel:   rowKernel([]types.Type{types.String, types.DateTime}, types.Long, partRows),
		}
	}
	isPart := checkText(0, func(s string) error {
		part, err := lookupPart(s)
		if part == partOldWeek {
			return fmt.Errorf("%q is %w: week_of_year is the week of the ISO year", s, function.ErrUndocumented)
		}
		return err
	})
	return function.Family{Title: "Parts of datetimes", Scalars: []function.Scalar{
		{
			Doc:       "Returns a part of a datetime: year, quarter, month, week_of_year, day, dayofyear, hour, minute, second, millisecond, microsecond or nanosecond.",
			Overloads: []function.Overload{anyPart("datetime_part")},
			Check:     isPart,
			Examples:  []string{`datetime_part("quarter", datetime(2017-10-30)) -> 4`, `datetime_part("dayOfYear", datetime(2017-10-30)) -> 303`},
		},
		{
			Doc:       "Returns a part of a datetime.",
			Overloads: []function.Overload{anyPart("datepart")},
			Check:     isPart,
			Examples:  []string{`datepart("day", datetime(2017-10-30)) -> 30`},
			Hidden:    true, Obsolete: "datetime_part",
		},
		partFunction("getyear(date: datetime): long", "Returns the year.", partYear, `getyear(datetime(2015-10-12)) -> 2015`),
		partFunction("getmonth(date: datetime): long", "Returns the month, 1 to 12.", partMonth, `getmonth(datetime(2015-10-12)) -> 10`),
		partFunction("monthofyear(date: datetime): long", "Returns the month, 1 to 12.", partMonth, `monthofyear(datetime(2015-10-12)) -> 10`),
		partFunction("dayofmonth(date: datetime): int", "Returns the day of the month, 1 to 31.", partDay, `dayofmonth(datetime(2015-12-14)) -> 14`),
		partFunction("dayofyear(date: datetime): int", "Returns the day of the year, 1 to 366.", partDayOfYear, `dayofyear(datetime(2015-12-14)) -> 348`),
		partFunction("hourofday(date: datetime): long", "Returns the hour, 0 to 23.", partHour, `hourofday(datetime(2015-12-14 18:54)) -> 18`),
		partFunction("week_of_year(date: datetime): long", "Returns the ISO 8601 week, 1 to 53: the first has the year's first Thursday.", partWeek,
			`week_of_year(datetime(2020-12-31)) -> 53`),
		obsolete("week_of_year", partFunction("weekofyear(date: datetime): long", "Returns the week, from Sunday on; the first has the year's first Wednesday.", partOldWeek,
			`weekofyear(datetime(2020-06-15)) -> 25`)),
		{
			Doc: "Returns the days since Sunday, as a timespan.",
			// The engine answers null on the last day that a datetime can hold.
			Overloads: []function.Overload{{Sig: "dayofweek(date: datetime): timespan", Kernel: function.Map1Null(types.DateTime, types.TimeSpan, func(t int64) (int64, bool) {
				return int64(types.DayOfWeek(t)) * types.TicksPerDay, t <= types.MaxDateTime-types.TicksPerDay
			})}},
			Examples: []string{`dayofweek(datetime(1947-11-30 10:00:05)) -> 00:00:00`, `dayofweek(datetime(1970-05-12)) -> 2.00:00:00`},
		},
	}}
}

func obsolete(instead string, f function.Scalar) function.Scalar {
	f.Hidden, f.Obsolete = true, instead
	return f
}

// A datePart is a part of a datetime, or a unit to count in.
type datePart uint8

const (
	partYear datePart = iota
	partQuarter
	partMonth
	partWeek    // of the ISO year
	partOldWeek // weekofyear()
	partDay
	partDayOfYear
	partHour
	partMinute
	partSecond
	partMillisecond
	partMicrosecond
	partNanosecond
)

// lookupPart returns the part that datetime_part() calls name, in any case.
func lookupPart(name string) (datePart, error) {
	switch strings.ToLower(name) {
	case "week_of_year":
		return partWeek, nil
	case "weekofyear":
		return partOldWeek, nil
	case "dayofyear":
		return partDayOfYear, nil
	case "week":
		return 0, unknownWord(name, units+", week_of_year, dayofyear")
	}
	u, err := lookupUnit(name)
	if err != nil {
		return 0, unknownWord(name, units+", week_of_year, dayofyear")
	}
	return u, nil
}

// lookupUnit returns the unit that datetime_add() and datetime_diff() call name,
// in any case.
func lookupUnit(name string) (datePart, error) {
	switch strings.ToLower(name) {
	case "year":
		return partYear, nil
	case "quarter":
		return partQuarter, nil
	case "month":
		return partMonth, nil
	case "week":
		return partWeek, nil
	case "day":
		return partDay, nil
	case "hour":
		return partHour, nil
	case "minute":
		return partMinute, nil
	case "second":
		return partSecond, nil
	case "millisecond":
		return partMillisecond, nil
	case "microsecond":
		return partMicrosecond, nil
	case "nanosecond":
		return partNanosecond, nil
	}
	return 0, unknownWord(name, units+", week")
}

// units are the words that all functions of parts and units of datetimes know.
const units = "year, quarter, month, day, hour, minute, second, millisecond, microsecond, nanosecond"

func partFunction(sig, doc string, part datePart, example string) function.Scalar {
	kernel := rowKernel([]types.Type{types.DateTime}, types.Unknown, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		v := column.FlatVec[int64](args[0])
		out := make([]int64, n)
		part.loop(out, v.Vals)
		return column.NewVec(c.Out, out, v.Valid), nil
	})
	return function.Scalar{Doc: doc, Overloads: []function.Overload{{Sig: sig, Analyzer: types.Int, Kernel: kernel}}, Examples: []string{example}}
}

func partRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	names, dates := column.ViewOf[string](args[0]), column.FlatVec[int64](args[1])
	out := make([]int64, n)
	if name, ok := names.Const(); ok {
		part, err := lookupPart(name)
		if err != nil {
			return nil, err
		}
		part.loop(out, dates.Vals)
		return column.NewVec(c.Out, out, dates.Valid), nil
	}
	for i := range out {
		part, err := lookupPart(names.At(i))
		if err != nil {
			return nil, err
		}
		part.loop(out[i:i+1], dates.Vals[i:i+1])
	}
	return column.NewVec(c.Out, out, dates.Valid), nil
}

// eachTick is small enough to inline: with f a literal the loop has no calls.
func eachTick(out, in []int64, f func(ticks int64) int64) {
	in = in[:len(out)]
	for i := range out {
		out[i] = f(in[i])
	}
}

// loop takes the part of each datetime. Those that are null may hold anything
// that is not negative or beyond the calendar: their result is not looked at.
func (p datePart) loop(out, in []int64) {
	switch p {
	case partYear:
		eachTick(out, in, func(t int64) int64 { y, _, _ := types.DateOfDays(t / types.TicksPerDay); return int64(y) })
	case partQuarter:
		eachTick(out, in, func(t int64) int64 {
			_, m, _ := types.DateOfDays(t / types.TicksPerDay)
			return int64(m-1)/3 + 1
		})
	case partMonth:
		eachTick(out, in, func(t int64) int64 { _, m, _ := types.DateOfDays(t / types.TicksPerDay); return int64(m) })
	case partWeek:
		eachTick(out, in, func(t int64) int64 { return weekNumber(t/types.TicksPerDay, 1, 3) })
	case partOldWeek:
		eachTick(out, in, func(t int64) int64 { return weekNumber(t/types.TicksPerDay, 0, 3) })
	case partDay:
		eachTick(out, in, func(t int64) int64 { _, _, d := types.DateOfDays(t / types.TicksPerDay); return int64(d) })
	case partDayOfYear:
		eachTick(out, in, func(t int64) int64 { return int64(types.DayOfYear(t)) })
	case partHour:
		eachTick(out, in, func(t int64) int64 { return t / types.TicksPerHour % 24 })
	case partMinute:
		eachTick(out, in, func(t int64) int64 { return t / types.TicksPerMinute % 60 })
	case partSecond:
		eachTick(out, in, func(t int64) int64 { return t / types.TicksPerSecond % 60 })
	case partMillisecond:
		eachTick(out, in, func(t int64) int64 { return t % types.TicksPerSecond / types.TicksPerMillisecond })
	case partMicrosecond:
		eachTick(out, in, func(t int64) int64 { return t % types.TicksPerSecond / types.TicksPerMicrosecond })
	case partNanosecond:
		eachTick(out, in, func(t int64) int64 { return t % types.TicksPerSecond * 100 })
	}
}

// weekNumber returns the number of the week of a day (days since 0001-01-01),
// of weeks that begin on the weekday first (0 is Sunday) and belong to the year
// that the day in their middle falls in, which is mid days later.
func weekNumber(days int64, first, mid int64) int64 {
	weekday := (days + 1) % 7 // 0001-01-01 was a Monday
	middle := days - (weekday-first+7)%7 + mid
	return int64(types.DayOfYear(middle*types.TicksPerDay)-1)/7 + 1
}
