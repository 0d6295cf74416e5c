package syntax

import "strings"

// timespanUnits are the suffixes that make a number a timespan.
var timespanUnits = [...]string{
	"d", "day", "days", "h", "hr", "hrs", "hour", "hours", "m", "min", "minute", "minutes",
	"s", "sec", "second", "seconds", "ms", "milli", "millis", "millisec", "millisecond", "milliseconds",
	"micro", "micros", "microsec", "microsecond", "microseconds",
	"nano", "nanos", "nanosec", "nanosecond", "nanoseconds", "tick", "ticks",
}

// number cuts what begins with a digit: a number, a timespan, a guid, or a name such as 2fa.
func (l *lexer) number() keyword {
	s := l.text[l.pos:]
	const chart = "3Dchart"
	if strings.HasPrefix(s, chart) && (len(s) == len(chart) || !isWordByte(s[len(chart)])) {
		l.pos += len(chart)
		return plainKeywords[chart]
	}
	if isGUID(s) {
		l.pos += 36
		return keyword{kind: kRawGUID}
	}
	if n := scanReal(s); n > 0 {
		l.pos += n
		return keyword{kind: kReal}
	}
	if n := scanTimespan(s); n > 0 {
		l.pos += n
		return keyword{kind: kTimespan}
	}
	if n := scanLong(s); n > 0 {
		l.pos += n
		return keyword{kind: kLong}
	}
	l.pos += scanWord(s)
	return keyword{kind: kIdent}
}

func scanDigits(s string) int {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

// ended is n if no name goes on after s[:n], else 0.
func ended(s string, n int) int {
	if n < len(s) && isWordByte(s[n]) {
		return 0
	}
	return n
}

// scanLong is the length of the integer that s begins with, 0 if none.
func scanLong(s string) int {
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' && isHexDigit(s[2]) {
		i := 3
		for i < len(s) && isHexDigit(s[i]) {
			i++
		}
		return ended(s, i)
	}
	return ended(s, scanDigits(s))
}

// scanReal is the length of the real that s begins with, 0 if none. In 1..2 the dots are an
// operator.
func scanReal(s string) int {
	n := scanDigits(s)
	if n < len(s) && s[n] == '.' && !(n+1 < len(s) && s[n+1] == '.' && !(n+2 < len(s) && s[n+2] == '.')) {
		n++
		n += scanDigits(s[n:])
		n += scanExponent(s[n:])
		return ended(s, n)
	}
	e := scanExponent(s[n:])
	if e == 0 {
		return 0
	}
	return ended(s, n+e)
}

func scanExponent(s string) int {
	if s == "" || s[0]|0x20 != 'e' {
		return 0
	}
	i := 1
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	d := scanDigits(s[i:])
	if d == 0 {
		return 0
	}
	return i + d
}

// scanTimespan is the length of a literal such as 5m or 1.5d that s begins with, 0 if none.
func scanTimespan(s string) int {
	n := scanDigits(s)
	if n < len(s) && s[n] == '.' {
		if d := scanDigits(s[n+1:]); d > 0 {
			n += 1 + d
		}
	}
	w := scanWord(s[n:])
	if w == 0 {
		return 0
	}
	for _, u := range timespanUnits {
		if s[n:n+w] == u {
			return n + w
		}
	}
	return 0
}
