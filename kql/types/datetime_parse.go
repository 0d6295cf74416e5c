package types

import (
	"strconv"
	"strings"
)

// ParseDateTime reads a datetime as todatetime(string) does, in UTC unless the
// text has a zone. It accepts ISO 8601 and its relatives (a date alone, year
// and month, a space for the T, hours of one digit, up to seven and more digits
// of fraction, zones as Z, ±hh:mm, ±hhmm, ±hh), RFC 822, RFC 850 and
// month/day/year with an optional AM or PM. !ok where Kusto answers null.
//
// Source: the Kusto documentation, "The datetime data type".
func ParseDateTime(s string) (ticks int64, ok bool) {
	if ticks, ok = parseISO(s); ok {
		return ticks, true
	}
	p := dateParser{s: strings.TrimSpace(s)}
	return p.parse()
}

// ParseDateTimeLiteral reads what stands between the parentheses of a
// datetime(…) literal. It accepts what ParseDateTime does, "min" and "max", and
// the text in quotes; a number that is no date is ticks, as todatetime takes it:
// published rules write datetime(0) for the least. `null` and empty are the
// caller's: they are no instants.
func ParseDateTimeLiteral(s string) (ticks int64, ok bool) {
	s = unquote(strings.TrimSpace(s))
	switch s {
	case "min":
		return MinDateTime, true
	case "max":
		return MaxDateTime, true
	}
	if ticks, ok = ParseDateTime(s); ok {
		return ticks, true
	}
	ticks, err := strconv.ParseInt(s, 10, 64)
	return ticks, err == nil && s[0] != '+' && ticks >= MinDateTime && ticks <= MaxDateTime
}

// unquote strips one pair of quotes.
func unquote(s string) string {
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}

// parseISO is the fast path for yyyy-MM-ddTHH:mm:ss[.f…][Z].
func parseISO(s string) (int64, bool) {
	if len(s) < 19 || s[4] != '-' || s[7] != '-' || (s[10] != 'T' && s[10] != ' ') || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	c := Civil{
		Year: digits2(s, 0)*100 + digits2(s, 2), Month: digits2(s, 5), Day: digits2(s, 8),
		Hour: digits2(s, 11), Minute: digits2(s, 14), Second: digits2(s, 17),
	}
	i := 19
	if i < len(s) && s[i] == '.' {
		n := 0
		for i++; i < len(s) && isDigit(s[i]); i++ {
			if n < 7 {
				c.Tick = c.Tick*10 + int(s[i]-'0')
			}
			n++
		}
		if n == 0 {
			return 0, false
		}
		for ; n < 7; n++ {
			c.Tick *= 10
		}
	}
	if i < len(s) && s[i] == 'Z' {
		i++
	}
	if i != len(s) {
		return 0, false
	}
	return c.Ticks()
}

// digits2 reads two digits at i; what is no digit gives a number that no field
// of a date accepts.
func digits2(s string, i int) int {
	a, b := s[i]-'0', s[i+1]-'0'
	if a > 9 || b > 9 {
		return 1 << 20
	}
	return int(a)*10 + int(b)
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func isLetter(c byte) bool { return (c|0x20)-'a' < 26 }

// A dateParser reads the text from left to right: weekday, date, time, zone.
type dateParser struct {
	s string
	i int
	c Civil
	// offset of the zone in minutes, to be subtracted.
	offset int
}

func (p *dateParser) parse() (int64, bool) {
	p.weekday()
	if !p.date() {
		return 0, false
	}
	if !p.timeAndZone() || p.i != len(p.s) {
		return 0, false
	}
	ticks, ok := p.c.Ticks()
	if !ok || p.offset == 0 {
		return ticks, ok
	}
	return AddTicks(ticks, -int64(p.offset)*TicksPerMinute)
}

func (p *dateParser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

func (p *dateParser) skip(c byte) bool {
	if p.peek() == c && p.i < len(p.s) {
		p.i++
		return true
	}
	return false
}

func (p *dateParser) spaces() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t') {
		p.i++
	}
}

// blanksBefore skips blanks if one of seps stands behind them: Kusto reads
// datetime(2017 - 08 - 01), which its documentation writes.
func (p *dateParser) blanksBefore(seps string) {
	from := p.i
	p.spaces()
	if p.i == len(p.s) || strings.IndexByte(seps, p.s[p.i]) < 0 {
		p.i = from
	}
}

// number reads up to most digits and returns how many it read.
func (p *dateParser) number(most int) (v, n int) {
	for n < most && p.i < len(p.s) && isDigit(p.s[p.i]) {
		v = v*10 + int(p.s[p.i]-'0')
		p.i++
		n++
	}
	return v, n
}

func (p *dateParser) word() string {
	from := p.i
	for p.i < len(p.s) && isLetter(p.s[p.i]) {
		p.i++
	}
	return p.s[from:p.i]
}

// weekday skips a leading name of a day; whether it is the right one does not
// matter.
func (p *dateParser) weekday() {
	from := p.i
	if w := p.word(); nameIndex(dayNames[:], w) < 0 {
		p.i = from
		return
	}
	p.skip(',')
	p.spaces()
}

// date reads year-month[-day], month/day/year, day month-name year or
// month-name day year.
func (p *dateParser) date() bool {
	if isLetter(p.peek()) {
		return p.dateFromMonthName()
	}
	v, n := p.number(9)
	if n == 4 {
		p.blanksBefore("-/")
	}
	sep := p.peek()
	switch {
	case n == 4 && (sep == '-' || sep == '/' || sep == '.' || sep == ','):
		return p.dateFromYear(v, sep)
	case n == 4 && sep == 0:
		p.c = Civil{Year: v, Month: 1, Day: 1}
		return true
	case n == 8 && (sep == 0 || sep == 'T' || sep == ' '):
		p.c = Civil{Year: v / 10000, Month: v / 100 % 100, Day: v % 100}
		return true
	case n != 1 && n != 2:
		return false
	}
	if sep == ' ' || sep == '-' {
		if p.i+1 < len(p.s) && isLetter(p.s[p.i+1]) {
			p.i++
			return p.dateFromDay(v, sep)
		}
	}
	if sep != '/' && sep != '-' && sep != '.' {
		return false
	}
	p.i++
	day, dn := p.number(2)
	if dn == 0 || !p.skip(sep) {
		return false
	}
	year, ok := p.year()
	p.c = Civil{Year: year, Month: v, Day: day}
	return ok
}

func (p *dateParser) dateFromYear(year int, sep byte) bool {
	p.i++
	p.spaces() // datetime(2025, 6, 14) is a date, too
	p.c = Civil{Year: year, Day: 1}
	if isLetter(p.peek()) {
		p.c.Month = nameIndex(monthNames[:], p.word()) + 1
	} else {
		p.c.Month, _ = p.number(2)
	}
	p.blanksBefore(string(sep))
	if p.skip(sep) {
		p.spaces()
		p.c.Day, _ = p.number(2)
	}
	return p.c.Month > 0 && p.c.Day > 0
}

func (p *dateParser) dateFromDay(day int, sep byte) bool {
	month := nameIndex(monthNames[:], p.word()) + 1
	p.skip('.')
	if !p.skip(sep) && !p.skip(',') {
		return false
	}
	p.spaces()
	year, ok := p.year()
	p.c = Civil{Year: year, Month: month, Day: day}
	return ok
}

func (p *dateParser) dateFromMonthName() bool {
	month := nameIndex(monthNames[:], p.word()) + 1
	p.skip('.')
	p.spaces()
	v, n := p.number(4)
	p.c = Civil{Year: v, Month: month, Day: 1}
	if n == 4 { // November 2014
		return month > 0
	}
	p.skip(',')
	p.spaces()
	p.c.Day = v
	ok := false
	p.c.Year, ok = p.year()
	return ok && n > 0 && month > 0
}

// year reads four digits, or two: 00 to 49 are of this century, as in .NET.
func (p *dateParser) year() (int, bool) {
	v, n := p.number(5)
	switch n {
	case 4:
		return v, true
	case 2:
		if v < 50 {
			return 2000 + v, true
		}
		return 1900 + v, true
	}
	return 0, false
}

var (
	dayNames   = [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
	monthNames = [...]string{"january", "february", "march", "april", "may", "june", "july",
		"august", "september", "october", "november", "december"}
)

// nameIndex finds a name in full or by its first three letters, or -1.
func nameIndex(names []string, w string) int {
	if len(w) < 3 {
		return -1
	}
	for i, n := range names {
		if strings.EqualFold(w, n) || strings.EqualFold(w, n[:3]) {
			return i
		}
	}
	return -1
}
