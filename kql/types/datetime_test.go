package types

import (
	"testing"
	"time"
)

func TestParseDateTime(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"2014-05-25T08:20:03.123456Z", "2014-05-25T08:20:03.123456Z"},
		{"2014-05-25T08:20:03.123456", "2014-05-25T08:20:03.123456Z"},
		{"2014-05-25T08:20", "2014-05-25T08:20:00Z"},
		{"2014-11-08 15:55:55.123456Z", "2014-11-08T15:55:55.123456Z"},
		{"2014-11-08 15:55:55", "2014-11-08T15:55:55Z"},
		{"2014-11-08 5:55", "2014-11-08T05:55:00Z"},
		{"2014-11-08", "2014-11-08T00:00:00Z"},
		{"  2014-11-8  ", "2014-11-08T00:00:00Z"},
		{"2014-11", "2014-11-01T00:00:00Z"},
		{"2014", "2014-01-01T00:00:00Z"},
		{"2014/1/2", "2014-01-02T00:00:00Z"},
		{"2025, 6, 14", "2025-06-14T00:00:00Z"},
		{"20141108", "2014-11-08T00:00:00Z"},
		{"2014-11-08T15:05:02.1234567899Z", "2014-11-08T15:05:02.1234567Z"},
		{"2014-11-08T15:05:02,5Z", "2014-11-08T15:05:02.5Z"},
		{"2014-11-08T15:05:02+02:00", "2014-11-08T13:05:02Z"},
		{"2014-11-08T15:05:02.5-0730", "2014-11-08T22:35:02.5Z"},
		{"2014-11-08 15:05:02 +01", "2014-11-08T14:05:02Z"},
		{"2014-11-08T15:05 GMT", "2014-11-08T15:05:00Z"},
		{"2014-11-08 15:05:25 GMT+1", "2014-11-08T14:05:25Z"},
		{"Sat, 8 Nov 14 15:05:02 GMT", "2014-11-08T15:05:02Z"},
		{"Sat, 8 Nov 2014 15:05:02 EST", "2014-11-08T20:05:02Z"},
		{"Sat, 8 Nov 14 15:05", "2014-11-08T15:05:00Z"},
		{"8 Nov 14 15:05 GMT", "2014-11-08T15:05:00Z"},
		{"Saturday, 08-Nov-14 15:05:02 GMT", "2014-11-08T15:05:02Z"},
		{"08-Nov-94 15:05", "1994-11-08T15:05:00Z"},
		{"November 8, 2014 3:05 pm", "2014-11-08T15:05:00Z"},
		{"Nov 2014", "2014-11-01T00:00:00Z"},
		{"2014-Nov-08 15:05", "2014-11-08T15:05:00Z"},
		{"2017 - 08 - 01", "2017-08-01T00:00:00Z"},
		{"2017 / 8 / 1 10:00", "2017-08-01T10:00:00Z"},
		{"12-02-2022", "2022-12-02T00:00:00Z"},
		{"1/2/2016 3:04:05 PM", "2016-01-02T15:04:05Z"},
		{"11/8/2014 12:30:00 AM", "2014-11-08T00:30:00Z"},
		{"11/8/2014 12:30 PM", "2014-11-08T12:30:00Z"},
		{"11/8/2014", "2014-11-08T00:00:00Z"},
		{"0001-01-01", "0001-01-01T00:00:00Z"},
		{"9999-12-31 23:59:59.9999999", "9999-12-31T23:59:59.9999999Z"},
		{"2000-02-29", "2000-02-29T00:00:00Z"},
	} {
		ticks, ok := ParseDateTime(c.in)
		if got := string(AppendDateTimeCell(nil, ticks)); !ok || got != c.want {
			t.Errorf("ParseDateTime(%q) = %s, %v, want %s", c.in, got, ok, c.want)
		}
		if again, ok := ParseDateTime(string(AppendDateTime(nil, ticks))); !ok || again != ticks {
			t.Errorf("%q does not read back", c.in)
		}
	}
	for _, s := range []string{
		"", " ", "abc", "2020-13-01", "2020-02-30", "1900-02-29", "2020-01-01T24:00:00", "2020-01-01T10:60", "2020-01-01 x",
		"2020-01-01T10:00:00Zx", "2017 08 01", "2017 - 08 01", "2017 - - 08", "2020-01-01T10:00:00.", "10:00", "0000-01-01", "9999-12-31T23:59:59-01:00",
		"0001-01-01T00:00:00+01:00", "1/2", "13/1/2020", "1/2/3", "2020-01-01T10:00:00 XYZ", "13:00 PM 2020-01-01", "Nov 201", "Nov", "Smarch 8, 2014",
		"11/8/2014 13:00 PM", "2020-1a-01T00:00:00", "202-01-01T00:00:000", "not a date", "12345", "123456789",
	} {
		if ticks, ok := ParseDateTime(s); ok {
			t.Errorf("ParseDateTime(%q) = %s, want null", s, AppendDateTime(nil, ticks))
		}
	}
}

func TestParseDateTimeLiteral(t *testing.T) {
	for in, want := range map[string]int64{
		"min": MinDateTime, "max": MaxDateTime, " '1970-01-01' ": UnixEpoch, `"1970-01-01T00:00Z"`: UnixEpoch, "1970-01-01": UnixEpoch,
	} {
		if got, ok := ParseDateTimeLiteral(in); !ok || got != want {
			t.Errorf("%s: %d, %v, want %d", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "null", "'", "''"} {
		if _, ok := ParseDateTimeLiteral(in); ok {
			t.Errorf("%q is no datetime", in)
		}
	}
}

// TestCivilAgreesWithTime compares every day of 0001 to 9999 with package time.
func TestCivilAgreesWithTime(t *testing.T) {
	at := time.Date(1, 1, 1, 12, 34, 56, 789_012_300, time.UTC)
	const clock = 12*TicksPerHour + 34*TicksPerMinute + 56*TicksPerSecond + 7890123
	for day := range int64(3652059) {
		ticks := day*TicksPerDay + clock
		c := CivilOf(ticks)
		y, m, d := at.Date()
		if want := (Civil{y, int(m), d, 12, 34, 56, 7890123}); c != want {
			t.Fatalf("day %d is %v, want %v", day, c, want)
		}
		if back, ok := c.Ticks(); !ok || back != ticks {
			t.Fatalf("%v is %d, want %d", c, back, ticks)
		}
		if DayOfWeek(ticks) != int(at.Weekday()) || DayOfYear(ticks) != at.YearDay() {
			t.Fatalf("%v: day %d of the week, %d of the year", c, DayOfWeek(ticks), DayOfYear(ticks))
		}
		at = at.AddDate(0, 0, 1)
	}
}

func TestTimeConversion(t *testing.T) {
	for _, ticks := range []int64{MinDateTime, MaxDateTime, UnixEpoch, UnixEpoch - 1, UnixEpoch + 1} {
		if back, ok := TicksOf(TimeOf(ticks)); !ok || back != ticks {
			t.Errorf("%d becomes %s becomes %d, %v", ticks, TimeOf(ticks), back, ok)
		}
	}
	for _, at := range []time.Time{TimeOf(MaxDateTime).Add(100), TimeOf(0).Add(-1), time.Unix(1<<60, 0)} {
		if _, ok := TicksOf(at); ok {
			t.Errorf("%s is no datetime", at)
		}
	}
}

func TestAddTicks(t *testing.T) {
	const most = 1<<63 - 1
	for _, c := range []struct {
		at, span int64
		ok       bool
	}{
		{0, 0, true}, {0, -1, false}, {1, -1, true}, {MaxDateTime, 0, true}, {MaxDateTime, 1, false},
		{MaxDateTime, -MaxDateTime, true}, {MaxDateTime, most, false}, {MaxDateTime, -most - 1, false}, {0, most, false},
	} {
		got, ok := AddTicks(c.at, c.span)
		if ok != c.ok || ok && got != c.at+c.span {
			t.Errorf("%d + %d = %d, %v", c.at, c.span, got, ok)
		}
	}
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int64
		want   string
	}{
		{"2020-01-31T01:02:03.5Z", 1, "2020-02-29T01:02:03.5Z"},
		{"2020-11-30T00:00:00Z", 3, "2021-02-28T00:00:00Z"},
		{"2020-02-29T00:00:00Z", -12, "2019-02-28T00:00:00Z"},
		{"2020-03-31T00:00:00Z", -1, "2020-02-29T00:00:00Z"},
		{"0001-01-31T00:00:00Z", -1, ""},
		{"9999-12-31T00:00:00Z", 1, ""},
		{"2020-01-01T00:00:00Z", 1 << 62, ""},
	} {
		ticks, _ := ParseDateTime(c.from)
		got, ok := AddMonths(ticks, c.months)
		if ok != (c.want != "") || ok && string(AppendDateTimeCell(nil, got)) != c.want {
			t.Errorf("%s + %d months = %s, %v", c.from, c.months, AppendDateTimeCell(nil, got), ok)
		}
	}
}

func FuzzParseDateTime(f *testing.F) {
	for _, s := range []string{"2014-05-25T08:20:03.123456Z", "Sat, 8 Nov 14 15:05:02 GMT", "1/2/2016 3:04:05 PM", "2014-11-08 15:05 +01:30", "08-Nov-14"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ticks, ok := ParseDateTimeLiteral(s)
		if !ok {
			return
		}
		if ticks < MinDateTime || ticks > MaxDateTime {
			t.Fatalf("%q is out of range: %d", s, ticks)
		}
		for _, text := range [][]byte{AppendDateTime(nil, ticks), AppendDateTimeCell(nil, ticks)} {
			if again, ok := ParseDateTime(string(text)); !ok || again != ticks {
				t.Fatalf("%q prints %s, which reads as %d, %v", s, text, again, ok)
			}
		}
	})
}
