package types

import (
	"math"
	"math/bits"
	"strings"
)

// ParseTimeSpan reads a timespan as totimespan(string) does: [-][d.]hh:mm[:ss[.f…]],
// whole days ("3"), or a number with a unit ("1.5h", "90s", "10microseconds",
// "15 seconds"). !ok where Kusto answers null, "1.5" among them.
//
// Source: the Kusto documentation, "The timespan data type".
func ParseTimeSpan(s string) (ticks int64, ok bool) {
	s = strings.TrimSpace(s)
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg, s = s[0] == '-', s[1:]
	}
	var mag uint64
	switch {
	case s == "" || !isDigit(s[0]) && s[0] != '.':
		return 0, false
	case strings.IndexByte(s, ':') >= 0:
		mag, ok = parseClock(s)
	default:
		mag, ok = parseUnits(s)
	}
	switch {
	case !ok, mag > 1<<63, mag == 1<<63 && !neg:
		return 0, false
	case neg:
		return int64(-mag), true
	}
	return int64(mag), true
}

// ParseTimeSpanLiteral reads what stands between the parentheses of a
// timespan(…) literal, or a bare literal such as 1.5h. It accepts what
// ParseTimeSpan does, "min" and "max", and the text in quotes.
func ParseTimeSpanLiteral(s string) (ticks int64, ok bool) {
	s = unquote(strings.TrimSpace(s))
	switch s {
	case "min":
		return math.MinInt64, true
	case "max":
		return math.MaxInt64, true
	}
	return ParseTimeSpan(s)
}

// parseClock reads [d.]hh:mm[:ss[.f…]] or d:hh:mm:ss.
func parseClock(s string) (uint64, bool) {
	var f [4]uint64
	colons := strings.Count(s, ":")
	first, rest, _ := strings.Cut(s, ":")
	if d, h, dotted := strings.Cut(first, "."); dotted || colons == 3 {
		if !dotted {
			d, h, rest, _ = cut3(d, rest)
			colons--
		}
		var ok bool
		if f[0], ok = parseUint(d, math.MaxInt64/TicksPerDay); !ok {
			return 0, false
		}
		first = h
	}
	if colons < 1 || colons > 2 {
		return 0, false
	}
	mins, secs, _ := strings.Cut(rest, ":")
	var okH, okM, okS bool
	f[1], okH = parseUint(first, 23)
	f[2], okM = parseUint(mins, 59)
	okS = true
	var frac uint64
	if colons == 2 {
		whole, fr, dotted := strings.Cut(secs, ".")
		f[3], okS = parseUint(whole, 59)
		if dotted {
			var ok bool
			frac, ok = fractionTicks(fr, TicksPerSecond)
			okS = okS && ok
		}
	}
	if !okH || !okM || !okS {
		return 0, false
	}
	return f[0]*TicksPerDay + f[1]*TicksPerHour + f[2]*TicksPerMinute + f[3]*TicksPerSecond + frac, true
}

// cut3 moves one field from rest into the second result.
func cut3(d, rest string) (days, hours, tail string, ok bool) {
	hours, tail, ok = strings.Cut(rest, ":")
	return d, hours, tail, ok
}

// parseUint reads plain digits up to most.
func parseUint(s string, most uint64) (v uint64, ok bool) {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) || v > most/10 {
			return 0, false
		}
		v = v*10 + uint64(s[i]-'0')
	}
	return v, s != "" && v <= most
}

// fractionTicks returns 0.digits × unit, cut off below a tick.
func fractionTicks(digits string, unit uint64) (uint64, bool) {
	var num, den uint64 = 0, 1
	for i := 0; i < len(digits); i++ {
		if !isDigit(digits[i]) {
			return 0, false
		}
		if i < 18 {
			num, den = num*10+uint64(digits[i]-'0'), den*10
		}
	}
	hi, lo := bits.Mul64(num, unit)
	q, _ := bits.Div64(hi, lo, den) // num < den, so q < unit
	return q, true
}

// parseUnits reads a number and a unit; a whole number alone is days.
func parseUnits(s string) (uint64, bool) {
	n := 0
	for n < len(s) && (isDigit(s[n]) || s[n] == '.') {
		n++
	}
	name := strings.TrimLeft(s[n:], " \t")
	whole, frac, dotted := strings.Cut(s[:n], ".")
	if name == "" {
		days, ok := parseUint(whole, math.MaxInt64/TicksPerDay)
		return days * TicksPerDay, ok && !dotted
	}
	unit, div, ok := unitTicks(name)
	if !ok || whole == "" && frac == "" {
		return 0, false
	}
	if whole == "" {
		whole = "0"
	}
	w, ok := parseUint(whole, math.MaxInt64)
	hi, lo := bits.Mul64(w, unit)
	f, okF := fractionTicks(frac, unit)
	if !ok || !okF || hi != 0 || lo+f < lo {
		return 0, false
	}
	return (lo + f) / div, true
}

// unitTicks returns the length of a unit in ticks, as a fraction: a nanosecond
// is 1/100.
func unitTicks(name string) (ticks, div uint64, ok bool) {
	switch name {
	case "d", "day", "days":
		return TicksPerDay, 1, true
	case "h", "hr", "hrs", "hour", "hours":
		return TicksPerHour, 1, true
	case "m", "min", "minute", "minutes":
		return TicksPerMinute, 1, true
	case "s", "sec", "second", "seconds":
		return TicksPerSecond, 1, true
	case "ms", "milli", "millis", "millisec", "millisecond", "milliseconds":
		return TicksPerMillisecond, 1, true
	case "micro", "micros", "microsec", "microsecond", "microseconds":
		return TicksPerMicrosecond, 1, true
	case "nano", "nanos", "nanosec", "nanosecond", "nanoseconds":
		return 1, 100, true
	case "tick", "ticks":
		return 1, 1, true
	}
	return 0, 0, false
}

// AppendTimeSpan appends ticks as Kusto prints them: [-][d.]hh:mm:ss[.fffffff],
// the fraction with seven digits or not at all.
func AppendTimeSpan(dst []byte, ticks int64) []byte {
	mag := uint64(ticks)
	if ticks < 0 {
		dst = append(dst, '-')
		mag = -mag
	}
	if days := mag / TicksPerDay; days > 0 {
		dst = appendUint(dst, days)
		dst = append(dst, '.')
	}
	secs := int(mag % TicksPerDay / TicksPerSecond)
	dst = append2(dst, secs/3600)
	dst = append2(append(dst, ':'), secs/60%60)
	dst = append2(append(dst, ':'), secs%60)
	if f := int(mag % TicksPerSecond); f != 0 {
		dst = appendFraction(append(dst, '.'), f)
	}
	return dst
}
