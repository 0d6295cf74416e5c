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
