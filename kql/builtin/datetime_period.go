package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// datetimePeriods are the functions that move datetimes by units of the calendar
// or to the ends of its periods.
func datetimePeriods() function.Family {
	isUnit := checkText(0, func(s string) error { _, err := lookupUnit(s); return err })
	return function.Family{Title: "Calendar periods", Scalars: []function.Scalar{
		{
			Doc: "Moves a datetime by a number of units: year, quarter, month, week, day, hour, minute, second, millisecond, microsecond or nanosecond.",
			Overloads: []function.Overload{{
				Sig:    "datetime_add(part: literal string, value: integer, datetime: datetime): datetime",
				Kernel: rowKernel([]types.Type{types.String, types.Long, types.DateTime}, types.DateTime, addUnitRows),
			}},
			Check:    isUnit,
			Examples: []string{`datetime_add("month", 1, datetime(2020-01-31)) -> 2020-02-29T00:00:00.0000000Z`, `datetime_add("day", -1, datetime(0001-01-01)) -> `},
		},
		{
			Doc: "Counts the boundaries between units that lie between two datetimes, the second being the earlier one; weeks begin on Sunday.",
			Overloads: []function.Overload{{
				Sig:    "datetime_diff(part: literal string, datetime1: datetime, datetime2: datetime): long",
				Kernel: rowKernel([]types.Type{types.String, types.DateTime, types.DateTime}, types.Long, diffUnitRows),
			}},
			Check:    isUnit,
			Examples: []string{`datetime_diff("month", datetime(2020-02-01), datetime(2020-01-31)) -> 1`, `datetime_diff("minute", datetime(2020-01-01), datetime(2020-01-01 13:45)) -> -825`},
		},
		periodFunction("startofday", "Returns the beginning of the day", startOfDay, function.NameFirstArgument, `startofday(datetime(2017-01-01 10:10), -1) -> 2016-12-31T00:00:00.0000000Z`),
		periodFunction("startofweek", "Returns the beginning of the week, a Sunday,", startOfWeek, function.NameNone, `startofweek(datetime(2017-01-03)) -> 2017-01-01T00:00:00.0000000Z`),
		periodFunction("startofmonth", "Returns the beginning of the month", startOfMonth, function.NameNone, `startofmonth(datetime(2017-01-03), 1) -> 2017-02-01T00:00:00.0000000Z`),
		periodFunction("startofyear", "Returns the beginning of the year", startOfYear, function.NameNone, `startofyear(datetime(2017-03-03)) -> 2017-01-01T00:00:00.0000000Z`),
		periodFunction("endofday", "Returns the last tick of the day", endOfDay, function.NameNone, `endofday(datetime(2017-01-01)) -> 2017-01-01T23:59:59.9999999Z`),
		periodFunction("endofweek", "Returns the last tick of the week, a Saturday,", endOfWeek, function.NameNone, `endofweek(datetime(2017-01-01)) -> 2017-01-07T23:59:59.9999999Z`),
		periodFunction("endofmonth", "Returns the last tick of the month", endOfMonth, function.NameNone, `endofmonth(datetime(2020-02-15)) -> 2020-02-29T23:59:59.9999999Z`),
		periodFunction("endofyear", "Returns the last tick of the year", endOfYear, function.NameNone, `endofyear(datetime(2020-02-15)) -> 2020-12-31T23:59:59.9999999Z`),
	}}
}

// periodFunction declares a function to an end of a period, moved by an optional
// number of periods.
func periodFunction(name, doc string, f func(t, offset int64) (int64, bool), naming function.ResultName, example string) function.Scalar {
	kernel := rowKernel([]types.Type{types.DateTime, types.Long}, types.DateTime, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		dates := column.ViewOf[int64](args[0])
		if len(args) == 1 {
			return ticksOrNull(c.Out, n, func(i int) (int64, bool) {
				if dates.Null(i) {
					return 0, false
				}
				return f(dates.At(i), 0)
			}), nil
		}
		offsets := column.ViewOf[int64](args[1])
		return ticksOrNull(c.Out, n, func(i int) (int64, bool) {
			if dates.Null(i) || offsets.Null(i) {
				return 0, false
			}
			return f(dates.At(i), offsets.At(i))
		}), nil
	})
	return function.Scalar{
		Doc:        doc + " that a datetime lies in, moved by a number of them if one is given.",
		Overloads:  []function.Overload{{Sig: name + "(date: datetime, offset?: long): datetime", Kernel: kernel}},
		Examples:   []string{example},
		ResultName: naming,
	}
}

// dayPeriod returns the ends of the period of size days that t lies in, moved by
// offset periods; skew is how many days after the beginning of one 0001-01-01 is.
func dayPeriod(t, offset, size, skew int64) (start, end int64, ok bool) {
	const most = types.MaxDateTime / types.TicksPerDay
	if offset > most || offset < -most {
		return 0, 0, false
	}
	days := t / types.TicksPerDay
	days += offset*size - (days+skew)%size
	return days * types.TicksPerDay, (days+size)*types.TicksPerDay - 1, true
}

// inCalendar returns t where it is a datetime.
func inCalendar(t int64, ok bool) (int64, bool) {
	return t, ok && t >= types.MinDateTime && t <= types.MaxDateTime
}

func startOfDay(t, offset int64) (int64, bool) {
	start, _, ok := dayPeriod(t, offset, 1, 0)
	return inCalendar(start, ok)
}

func endOfDay(t, offset int64) (int64, bool) {
	_, end, ok := dayPeriod(t, offset, 1, 0)
	return inCalendar(end, ok)
}

func startOfWeek(t, offset int64) (int64, bool) {
	start, _, ok := dayPeriod(t, offset, 7, 1)
	return inCalendar(start, ok)
}

func endOfWeek(t, offset int64) (int64, bool) {
	_, end, ok := dayPeriod(t, offset, 7, 1)
	return inCalendar(end, ok)
}

func startOfMonth(t, offset int64) (int64, bool) {
	days := t / types.TicksPerDay
	_, _, d := types.DateOfDays(days)
	return types.AddMonths((days-int64(d-1))*types.TicksPerDay, offset)
}

func endOfMonth(t, offset int64) (int64, bool) {
	start, ok := startOfMonth(t, offset)
	if !ok {
		return 0, false
	}
	y, m, _ := types.DateOfDays(start / types.TicksPerDay)
	return start + int64(types.DaysInMonth(y, m))*types.TicksPerDay - 1, true
}

func startOfYear(t, offset int64) (int64, bool) {
	y, _, _ := types.DateOfDays(t / types.TicksPerDay)
	year := int64(y) + offset
	if offset > 9999 || offset < -9999 || year < 1 || year > 9999 {
		return 0, false
	}
	return types.DaysOfDate(int(year), 1, 1) * types.TicksPerDay, true
}

func endOfYear(t, offset int64) (int64, bool) {
	start, ok := startOfYear(t, offset)
	if !ok {
		return 0, false
	}
	y, _, _ := types.DateOfDays(start / types.TicksPerDay)
	return types.DaysOfDate(y+1, 1, 1)*types.TicksPerDay - 1, true
}

func addUnitRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	names, counts, dates := column.ViewOf[string](args[0]), column.ViewOf[int64](args[1]), column.ViewOf[int64](args[2])
	var units unitReader
	out := column.NewTypedBuilder[int64](c.Out, n)
	for i := range n {
		unit, err := units.read(names.At(i))
		if err != nil {
			return nil, err
		}
		t, ok := int64(0), false
		if !counts.Null(i) && !dates.Null(i) {
			t, ok = unit.add(dates.At(i), counts.At(i))
		}
		if ok {
			out.Append(t)
		} else {
			out.AppendNull()
		}
	}
	return out.Finish(), nil
}

func diffUnitRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	names, a, b := column.ViewOf[string](args[0]), column.ViewOf[int64](args[1]), column.ViewOf[int64](args[2])
	var units unitReader
	out := column.NewTypedBuilder[int64](c.Out, n)
	for i := range n {
		unit, err := units.read(names.At(i))
		if err != nil {
			return nil, err
		}
		if a.Null(i) || b.Null(i) {
			out.AppendNull()
			continue
		}
		out.Append(unit.number(a.At(i)) - unit.number(b.At(i)))
	}
	return out.Finish(), nil
}

// A unitReader reads names of units that seldom change from row to row.
type unitReader struct {
	name string
	unit datePart
}

func (r *unitReader) read(name string) (datePart, error) {
	if r.name == "" || r.name != name {
		unit, err := lookupUnit(name)
		if err != nil {
			return 0, err
		}
		r.name, r.unit = name, unit
	}
	return r.unit, nil
}

// ticks returns the length of a unit of fixed length from the tick up, else 0.
func (p datePart) ticks() int64 {
	switch p {
	case partWeek:
		return 7 * types.TicksPerDay
	case partDay:
		return types.TicksPerDay
	case partHour:
		return types.TicksPerHour
	case partMinute:
		return types.TicksPerMinute
	case partSecond:
		return types.TicksPerSecond
	case partMillisecond:
		return types.TicksPerMillisecond
	case partMicrosecond:
		return types.TicksPerMicrosecond
	}
	return 0
}

// add moves t by n units; !ok if the result is no datetime.
func (p datePart) add(t, n int64) (int64, bool) {
	const most, mostMonths = types.MaxDateTime, 12 * 10000
	switch {
	case p == partNanosecond:
		return types.AddTicks(t, n/100)
	case n > most || n < -most || p.ticks() == 0 && (n > mostMonths || n < -mostMonths):
		return 0, false
	case p == partYear:
		return types.AddMonths(t, 12*n)
	case p == partQuarter:
		return types.AddMonths(t, 3*n)
	case p == partMonth:
		return types.AddMonths(t, n)
	}
	unit := p.ticks()
	if n > most/unit || n < -most/unit {
		return 0, false
	}
	return types.AddTicks(t, n*unit)
}

// number returns how many units have begun between year 1 and t.
func (p datePart) number(t int64) int64 {
	switch p {
	case partYear, partQuarter, partMonth:
		y, m, _ := types.DateOfDays(t / types.TicksPerDay)
		months := int64(y)*12 + int64(m) - 1
		if p == partYear {
			return months / 12
		}
		if p == partQuarter {
			return months / 3
		}
		return months
	case partWeek:
		return (t/types.TicksPerDay + 1) / 7
	case partNanosecond:
		return t * 100
	}
	return t / p.ticks()
}
