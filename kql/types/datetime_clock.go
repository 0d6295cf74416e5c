package types

import "strings"

// timeAndZone reads the rest: [T]H:mm[:ss[.f…]] [AM|PM] [zone].
func (p *dateParser) timeAndZone() bool {
	if !p.skip('T') && !p.skip('t') {
		if p.i == len(p.s) {
			return true
		}
		if p.peek() == ' ' || p.peek() == '\t' {
			p.spaces()
		} else {
			return p.zone()
		}
	}
	if isDigit(p.peek()) && !p.timeOfDay() {
		return false
	}
	p.spaces()
	return p.zone()
}

func (p *dateParser) timeOfDay() bool {
	var n int
	if p.c.Hour, n = p.number(2); n == 0 {
		return false
	}
	if p.skip(':') {
		if p.c.Minute, n = p.number(2); n == 0 {
			return false
		}
		if p.skip(':') {
			if p.c.Second, n = p.number(2); n == 0 {
				return false
			}
			if (p.peek() == '.' || p.peek() == ',') && !p.fraction() {
				return false
			}
		}
	} else if !p.atMeridiem() {
		return false
	}
	return p.meridiem()
}

func (p *dateParser) fraction() bool {
	p.i++
	n := 0
	for ; p.i < len(p.s) && isDigit(p.s[p.i]); p.i++ {
		if n < 7 {
			p.c.Tick = p.c.Tick*10 + int(p.s[p.i]-'0')
			n++
		}
	}
	if n == 0 {
		return false
	}
	for ; n < 7; n++ {
		p.c.Tick *= 10
	}
	return true
}

func (p *dateParser) atMeridiem() bool {
	save := p.i
	p.spaces()
	w := p.word()
	p.i = save
	return strings.EqualFold(w, "am") || strings.EqualFold(w, "pm")
}

// meridiem turns 12-hour time into 24-hour time if AM or PM follows.
func (p *dateParser) meridiem() bool {
	if !p.atMeridiem() {
		return true
	}
	p.spaces()
	pm := p.word()[0]|0x20 == 'p'
	if p.c.Hour < 1 || p.c.Hour > 12 {
		return false
	}
	p.c.Hour %= 12
	if pm {
		p.c.Hour += 12
	}
	return true
}

// zone reads Z, a name of RFC 822, or an offset.
func (p *dateParser) zone() bool {
	c := p.peek()
	if isLetter(c) {
		off, ok := zoneOffset(p.word())
		p.offset = off
		if !ok {
			return false
		}
		c = p.peek()
	}
	if c != '+' && c != '-' {
		return true
	}
	p.i++
	h, n := p.number(2)
	if n == 0 {
		return false
	}
	m := 0
	if p.skip(':') || isDigit(p.peek()) {
		if m, n = p.number(2); n != 2 {
			return false
		}
	}
	if h > 14 || m > 59 {
		return false
	}
	if p.offset = h*60 + m; c == '-' {
		p.offset = -p.offset
	}
	return true
}

// zoneOffset returns minutes east of Greenwich for the zones of RFC 822.
func zoneOffset(w string) (int, bool) {
	var hours int
	switch strings.ToUpper(w) {
	case "Z", "GMT", "UTC", "UT":
	case "EDT":
		hours = -4
	case "EST", "CDT":
		hours = -5
	case "CST", "MDT":
		hours = -6
	case "MST", "PDT":
		hours = -7
	case "PST":
		hours = -8
	default:
		return 0, false
	}
	return hours * 60, true
}
