package types

import "time"

// Ticks of 100 ns, the unit of datetime and timespan.
const (
	TicksPerMicrosecond = 10
	TicksPerMillisecond = 1000 * TicksPerMicrosecond
	TicksPerSecond      = 1000 * TicksPerMillisecond
	TicksPerMinute      = 60 * TicksPerSecond
	TicksPerHour        = 60 * TicksPerMinute
	TicksPerDay         = 24 * TicksPerHour
)

const (
	// MinDateTime is 0001-01-01T00:00:00Z.
	MinDateTime int64 = 0
	// MaxDateTime is 9999-12-31T23:59:59.9999999Z, the last instant that a
	// datetime can hold.
	MaxDateTime int64 = 3652059*TicksPerDay - 1
	// UnixEpoch is 1970-01-01T00:00:00Z in ticks.
	UnixEpoch int64 = 719162 * TicksPerDay
)

// unixToAbsolute is the number of seconds between year 1 and 1970.
const unixToAbsolute = UnixEpoch / TicksPerSecond

// TimeOf returns ticks as a time.Time in UTC.
func TimeOf(ticks int64) time.Time {
	sec, rest := floorDiv(ticks, TicksPerSecond)
	return time.Unix(sec-unixToAbsolute, rest*100).UTC()
}

// TicksOf returns t in ticks, cut off below 100 ns; !ok if t lies outside what
// a datetime can hold.
func TicksOf(t time.Time) (ticks int64, ok bool) {
	sec := t.Unix() + unixToAbsolute
	if sec < 0 || sec > MaxDateTime/TicksPerSecond {
		return 0, false
	}
	return sec*TicksPerSecond + int64(t.Nanosecond())/100, true
}

// AddTicks returns a datetime moved by a timespan; !ok if the result lies
// outside what a datetime can hold, where Kusto answers null.
func AddTicks(datetime, timespan int64) (ticks int64, ok bool) {
	sum := datetime + timespan
	if uint64(sum) > uint64(MaxDateTime) || (timespan > 0) != (sum > datetime) && timespan != 0 {
		return 0, false
	}
	return sum, true
}

// A Civil is a datetime split into the fields of the Gregorian calendar.
type Civil struct {
	Year, Month, Day     int // Month and Day count from 1
	Hour, Minute, Second int
	Tick                 int // 100 ns within the second, 0–9999999
}

// CivilOf splits ticks into calendar fields.
func CivilOf(ticks int64) Civil {
	days, rest := floorDiv(ticks, TicksPerDay)
	y, m, d := DateOfDays(days)
	secs := int(rest / TicksPerSecond)
	return Civil{
		Year: y, Month: m, Day: d,
		Hour: secs / 3600, Minute: secs / 60 % 60, Second: secs % 60,
		Tick: int(rest % TicksPerSecond),
	}
}

// Ticks joins the fields again; !ok if one is out of range (no month 13, no
// 30 February, years 1 to 9999).
func (c Civil) Ticks() (ticks int64, ok bool) {
	if c.Year < 1 || c.Year > 9999 || c.Month < 1 || c.Month > 12 ||
		c.Day < 1 || c.Day > DaysInMonth(c.Year, c.Month) {
		return 0, false
	}
	if uint(c.Hour) > 23 || uint(c.Minute) > 59 || uint(c.Second) > 59 || uint(c.Tick) >= TicksPerSecond {
		return 0, false
	}
	secs := int64(c.Hour*3600 + c.Minute*60 + c.Second)
	return DaysOfDate(c.Year, c.Month, c.Day)*TicksPerDay + secs*TicksPerSecond + int64(c.Tick), true
}

// DateOfDays returns the date that lies days after 0001-01-01. It computes in
// years that begin in March, so that leap days come last; days may be negative.
func DateOfDays(days int64) (year, month, day int) {
	era, doe := floorDiv(days+306, 146097) // 306 days from 0000-03-01 to 0001-01-01
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp) + 3
	year = int(yoe + era*400)
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// DaysOfDate is the inverse of DateOfDays: days from 0001-01-01. A day past the
// month's end runs over into the next month; month must be 1 to 12.
func DaysOfDate(year, month, day int) int64 {
	y, m := int64(year), int64(month)
	if m <= 2 {
		y--
		m += 12
	}
	era, yoe := floorDiv(y, 400)
	doy := (153*(m-3)+2)/5 + int64(day) - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 306
}

// IsLeapYear reports whether year has a 29 February.
func IsLeapYear(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// DaysInMonth returns 28 to 31; month must be 1 to 12.
func DaysInMonth(year, month int) int {
	switch month {
	case 2:
		if IsLeapYear(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// DayOfWeek returns 0 for Sunday to 6 for Saturday.
func DayOfWeek(ticks int64) int {
	days, _ := floorDiv(ticks, TicksPerDay)
	_, w := floorDiv(days+1, 7) // 0001-01-01 was a Monday
	return int(w)
}

// DayOfYear returns 1 to 366.
func DayOfYear(ticks int64) int {
	days, _ := floorDiv(ticks, TicksPerDay)
	y, _, _ := DateOfDays(days)
	return int(days-DaysOfDate(y, 1, 1)) + 1
}

// AddMonths moves ticks by whole months; a day that the new month does not have
// becomes its last one (31 January + 1 month is 28 or 29 February). !ok if the
// result is no datetime.
func AddMonths(ticks, months int64) (int64, bool) {
	const most = 12 * 10000
	if months < -most || months > most {
		return 0, false
	}
	days, rest := floorDiv(ticks, TicksPerDay)
	y, m, d := DateOfDays(days)
	years, mon := floorDiv(int64(y)*12+int64(m-1)+months, 12)
	if years < 1 || years > 9999 {
		return 0, false
	}
	d = min(d, DaysInMonth(int(years), int(mon)+1))
	return DaysOfDate(int(years), int(mon)+1, d)*TicksPerDay + rest, true
}

// AppendDateTime appends ticks as tostring() and dynamic values print them,
// always with seven digits: 2024-01-02T03:04:05.0000000Z.
func AppendDateTime(dst []byte, ticks int64) []byte {
	c := CivilOf(ticks)
	dst = appendSeconds(dst, c)
	return append(appendFraction(append(dst, '.'), c.Tick), 'Z')
}

// AppendDateTimeCell appends ticks as a cell of a REST answer has them: the
// fraction without trailing zeros, and no fraction if it is zero:
// 2024-01-02T03:04:05Z, 2024-01-02T03:04:05.12Z.
func AppendDateTimeCell(dst []byte, ticks int64) []byte {
	c := CivilOf(ticks)
	dst = appendSeconds(dst, c)
	if c.Tick != 0 {
		dst = appendFraction(append(dst, '.'), c.Tick)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	return append(dst, 'Z')
}

func appendSeconds(dst []byte, c Civil) []byte {
	dst = append2(append2(dst, c.Year/100), c.Year%100)
	dst = append2(append(dst, '-'), c.Month)
	dst = append2(append(dst, '-'), c.Day)
	dst = append2(append(dst, 'T'), c.Hour)
	dst = append2(append(dst, ':'), c.Minute)
	return append2(append(dst, ':'), c.Second)
}

func append2(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

func appendFraction(dst []byte, tick int) []byte {
	dst = append2(dst, tick/100000)
	dst = append2(dst, tick/1000%100)
	dst = append2(dst, tick/10%100)
	return append(dst, byte('0'+tick%10))
}

// floorDiv divides towards minus infinity; the rest is never negative.
func floorDiv(a, b int64) (quo, rest int64) {
	quo, rest = a/b, a%b
	if rest < 0 {
		quo--
		rest += b
	}
	return quo, rest
}
