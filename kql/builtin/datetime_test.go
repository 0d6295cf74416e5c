package builtin

import (
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestDatetimeKernels(t *testing.T) {
	const dates = "datetime: 2017-10-30T01:02:03.7654321, 9999-12-31T23:59:59.9999999, 0001-01-01, null"
	checkTables(t, []truthTable{
		{"getyear", []string{dates}, "long: 2017, 9999, 1, null"},
		{"monthofyear", []string{dates}, "long: 10, 12, 1, null"},
		{"dayofmonth", []string{dates}, "int: 30, 31, 1, null"},
		{"dayofyear", []string{dates}, "int: 303, 365, 1, null"},
		{"hourofday", []string{dates}, "long: 1, 23, 0, null"},
		{"dayofweek", []string{dates}, "timespan: 1d, null, 1d, null"},
		{"week_of_year", []string{"datetime: 2015-12-31, 2016-01-01, 2018-12-31, 2023-01-01, 2021-12-26, null"}, "long: 53, 53, 1, 52, 51, null"},
		{"weekofyear", []string{"datetime: 2020-06-15, 2021-01-01, 2021-01-03"}, "long: 25, 53, 1"},
		{"datetime_part", []string{"string: quarter, MILLISECOND, microsecond, nanosecond, dayOfYear", "datetime: 2017-10-30, 2017-10-30T01:02:03.7654321, 2017-10-30T01:02:03.7654321, 2017-10-30T01:02:03.7654321, null"},
			"long: 4, 765, 765432, 765432100, null"},
		{"startofday", []string{dates, "long: 0, 0, -1, 0"}, "datetime: 2017-10-30, 9999-12-31, null, null"},
		{"endofday", []string{dates, "long: 1, 0, -1, 0"}, "datetime: 2017-10-31T23:59:59.9999999, 9999-12-31T23:59:59.9999999, null, null"},
		{"startofweek", []string{"datetime: 2024-02-29, 2024-03-03, 0001-01-01, 2024-02-29", "long: 0, -1, 0, null"}, "datetime: 2024-02-25, 2024-02-25, null, null"},
		{"endofweek", []string{"datetime: 2024-02-29, 0001-01-01, 9999-12-31", "long: 1, 0, 0"}, "datetime: 2024-03-09T23:59:59.9999999, 0001-01-06T23:59:59.9999999, null"},
		{"startofmonth", []string{"datetime: 2024-02-29, 2024-01-31, 2024-01-01", "long: 0, 13, -99999999"}, "datetime: 2024-02-01, 2025-02-01, null"},
		{"endofmonth", []string{"datetime: 2024-02-01, 2024-01-31, 9999-12-01", "long: 0, 13, 0"}, "datetime: 2024-02-29T23:59:59.9999999, 2025-02-28T23:59:59.9999999, 9999-12-31T23:59:59.9999999"},
		{"startofyear", []string{"datetime: 2024-02-29, 2024-01-31, 2024-01-01", "long: 0, -1, 9000"}, "datetime: 2024-01-01, 2023-01-01, null"},
		{"endofyear", []string{"datetime: 2024-02-29, 9999-01-31", "long: 0, 0"}, "datetime: 2024-12-31T23:59:59.9999999, 9999-12-31T23:59:59.9999999"},
		{"datetime_add", []string{"string: month, Quarter, week, nanosecond, day, year, year", "long: 1, 1, -53, 250, -1, 9223372036854775807, null", "datetime: 2020-01-31, 2020-11-30, 2021-03-15, 2020-01-01, 0001-01-01, 2020-01-01, 2020-01-01"},
			"datetime: 2020-02-29, 2021-02-28, 2020-03-09, 2020-01-01T00:00:00.0000002, null, null, null"},
		{"datetime_diff", []string{"string: year, month, week, day, second, nanosecond, hour", "datetime: 2020-12-31, 2020-01-31, 2017-10-29, 2020-01-01T23:00:00, 2020-01-01T00:00:01.9999999, 2017-10-30, null",
			"datetime: 2021-01-01, 2020-02-01, 2017-09-30T23:59:00, 2020-01-01T01:00:00, 2020-01-01T00:00:00.0000001, 2017-10-30T00:00:00.0000007, 2020-01-01"},
			"long: -1, -1, 5, 0, 1, -700, null"},
	})
}

func TestMakeTimeKernels(t *testing.T) {
	checkTables(t, []truthTable{
		{"make_datetime", []string{"long: 2020, 2020, 2021, 9999, 1, null", "long: 2, 13, 2, 12, 1, 1", "long: 29, 1, 29, 31, 1, 1", "long: 23, 0, 0, 23, 24, 0", "long: 59, 0, 0, 59, 0, 0", "real: 59.9999999, 0, 0, 59, 0, 0"},
			"datetime: 2020-02-29T23:59:59.9999999, null, null, 9999-12-31T23:59:59, null, null"},
		{"make_timespan", []string{"long: 1, 0, 0", "long: 12, 24, 1", "long: 30, 0, 59", "real: 55.123, 0, 60"}, "timespan: 1.12:30:55.123, null, null"},
		{"unixtime_seconds_todatetime", []string{"long: 0, -1, 253402300800, null"}, "datetime: 1970-01-01, 1969-12-31T23:59:59, null, null"},
		{"unixtime_seconds_todatetime", []string{"real: 0.5, nan, 1e300"}, "datetime: 1970-01-01T00:00:00.5, null, null"},
		{"unixtime_nanoseconds_todatetime", []string{"long: 1546300800000000123"}, "datetime: 2019-01-01T00:00:00.0000001"},
		{"datetime_utc_to_local", []string{"datetime: 2020-02-02T20:00:00, 2020-07-02, 2020-02-02, null", "string: US/Pacific, Europe/Paris, Nowhere, UTC"}, "datetime: 2020-02-02T12:00:00, 2020-07-02T02:00:00, null, null"},
		{"datetime_local_to_utc", []string{"datetime: 2022-03-27T01:00:00, 2022-03-27T02:00:00, 2022-03-27T03:00:00, 2022-10-30T02:30:00, 2022-10-30T03:00:00", "string: Europe/Brussels, Europe/Brussels, Europe/Brussels, Europe/Brussels, Europe/Brussels"},
			"datetime: 2022-03-27T00:00:00, 2022-03-27T00:00:00, 2022-03-27T01:00:00, 2022-10-30T00:30:00, 2022-10-30T02:00:00"},
	})
}

func TestFormatKernels(t *testing.T) {
	checkTables(t, []truthTable{
		{"format_datetime", []string{"datetime: 2007-03-09T05:04:03, 2007-03-09T00:30:00, 0009-03-09T15:04:03.5, 2020-06-15T00:00:00.0000007, null", "string: dddd M/d/y, hh:mm tt, yyyy yyy h H s.f, FFFFFFF_ff, yyyy"},
			"string: 0909 3/9/7, 12:30 AM, 0009 099 3 15 3.5, 0000007_00, ''"},
		{"format_timespan", []string{"timespan: 29.09:00:05.12345, -1.02:30:00, -90s, 1d, 123ms, null", "string: ddd.h:mm:ss [fffffff], d.hh:mm, mm:ss, dddd, s.FFF, d"},
			"string: 029.9:00:05 [1234500], -1.02:30, -01:30, 0001, 0.123, ''"},
	})
}

// TestZoneNames checks that every name that datetime_list_timezones() gives is
// one that the conversions know, but for those that newer databases dropped.
func TestZoneNames(t *testing.T) {
	names := dynamicAt(runKernel(t, scalarsOf(t, timeZones()), "datetime_list_timezones", types.Dynamic, nil, 1), 0)
	if names.Len() < 500 {
		t.Fatalf("%d names", names.Len())
	}
	unknown := 0
	for _, name := range names.Elements() {
		if _, err := time.LoadLocation(name.String()); err != nil {
			t.Logf("unknown: %v", name)
			unknown++
		}
	}
	if unknown > 3 {
		t.Errorf("%d unknown names", unknown)
	}
}

// TestWeekNumber checks ISO weeks against package time.
func TestWeekNumber(t *testing.T) {
	for days := int64(0); days < 3652058; days += 3 {
		_, want := types.TimeOf(days * types.TicksPerDay).ISOWeek()
		if got := weekNumber(days, 1, 3); got != int64(want) {
			t.Fatalf("day %d: week %d, want %d", days, got, want)
		}
	}
}

func BenchmarkDatetimes(b *testing.B) {
	const n = 4096
	ticks := make([]int64, n)
	for i := range ticks {
		ticks[i] = types.UnixEpoch + int64(i)*12345678901
	}
	dates := column.NewVec(types.DateTime, ticks, nil)
	text := func(s string) column.Column { return column.NewConst(types.String, s, n) }
	reg := scalarsOf(b, datetimeFormats(), datetimeParts(), datetimePeriods(), timeZones())
	for _, bb := range []struct {
		name string
		out  types.Type
		args []column.Column
	}{
		{"format_datetime", types.String, []column.Column{dates, text("yyyy-MM-dd HH:mm:ss")}},
		{"datetime_part", types.Long, []column.Column{text("hour"), dates}},
		{"monthofyear", types.Long, []column.Column{dates}},
		{"startofday", types.DateTime, []column.Column{dates, column.NewConst[int64](types.Long, 0, n)}},
		{"datetime_diff", types.Long, []column.Column{text("day"), dates, dates}},
		{"datetime_utc_to_local", types.DateTime, []column.Column{dates, text("Europe/Paris")}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				runKernel(b, reg, bb.name, bb.out, bb.args, n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}
