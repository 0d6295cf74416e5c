package detect

import (
	"fmt"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/kql/types"
)

// ParseDuration reads a period as rules write it: KQL's 5m, 1h, 14d or
// 1.02:03:04, or ISO 8601's PT5M, P14D.
func ParseDuration(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(strings.ToUpper(s), "P") {
		return parseISO(s)
	}
	if n := strings.TrimLeft(s, "+-"); n != "" && strings.Trim(n, "0") != "" && strings.Trim(n, "0123456789") == "" {
		return 0, fmt.Errorf("%q has no unit: want %[2]sm, %[2]sh or %[2]sd", s, n) // days for Sentinel, which few mean
	}
	ticks, ok := types.ParseTimeSpan(s)
	if !ok {
		return 0, fmt.Errorf("%q is no period: want 5m, 1h, 14d or PT5M", s)
	}
	return time.Duration(ticks) * 100, nil
}

func parseISO(s string) (time.Duration, error) {
	date, clock, _ := strings.Cut(strings.ToUpper(s)[1:], "T")
	d1, ok1 := parseUnits(date, map[byte]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour})
	d2, ok2 := parseUnits(clock, map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second})
	if !ok1 || !ok2 || date+clock == "" {
		return 0, fmt.Errorf("%q is no period: want P14D, PT5H or PT5M", s)
	}
	return d1 + d2, nil
}

func parseUnits(s string, units map[byte]time.Duration) (d time.Duration, ok bool) {
	n, digits := time.Duration(0), 0
	for i := range len(s) {
		if c := s[i]; c >= '0' && c <= '9' && digits < 6 {
			n, digits = n*10+time.Duration(c-'0'), digits+1
			continue
		}
		unit, known := units[s[i]]
		if !known || digits == 0 {
			return 0, false
		}
		d += n * unit
		n, digits = 0, 0
	}
	return d, digits == 0
}

// KQLDuration writes a period as KQL's timespan literals are: in the largest unit
// that it is a whole number of.
func KQLDuration(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "microsecond"}} {
		if d%u.unit == 0 {
			return fmt.Sprintf("%d%s", d/u.unit, u.name)
		}
	}
	return fmt.Sprintf("%dtick", d/100)
}

// ISODuration writes a period in ISO 8601, to the second: P2D, PT5M, P1DT12H.
func ISODuration(d time.Duration) string {
	days, rest := d/(24*time.Hour), d%(24*time.Hour)
	out := "P"
	if days > 0 {
		out += fmt.Sprintf("%dD", days)
	}
	clock := ""
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Hour, "H"}, {time.Minute, "M"}, {time.Second, "S"}} {
		if n := rest / u.unit; n > 0 {
			clock += fmt.Sprintf("%d%s", n, u.name)
		}
		rest %= u.unit
	}
	if clock != "" || days == 0 {
		out += "T" + clock
	}
	if out == "PT" {
		out += "0S"
	}
	return out
}
