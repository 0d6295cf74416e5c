package api

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/kql/types"
)

// An interval is a time span in ticks, both ends within.
type interval struct{ from, to int64 }

// parseInterval reads a time interval of ISO 8601: a duration that ends now (PT1H), two
// times, or a time and a duration, separated by a slash.
//
// Source: ISO 8601-1, "Time interval", of which the Log Analytics query API takes these
// forms.
func parseInterval(text string, now int64) (interval, error) {
	first, second, two := strings.Cut(text, "/")
	if !two {
		d, err := parsePeriod(first)
		return checkInterval(text, interval{now - d, now}, err)
	}
	switch isPeriod(first) + 2*isPeriod(second) {
	case 1:
		d, err := parsePeriod(first)
		if err != nil {
			return interval{}, err
		}
		to, err := parseInstant(second)
		return checkInterval(text, interval{to - d, to}, err)
	case 2:
		d, err := parsePeriod(second)
		if err != nil {
			return interval{}, err
		}
		from, err := parseInstant(first)
		return checkInterval(text, interval{from, from + d}, err)
	case 3:
		return interval{}, fmt.Errorf("timespan %q: two durations say no time: want START/END, such as 2026-03-01T00:00:00Z/PT6H", text)
	}
	from, err := parseInstant(first)
	if err != nil {
		return interval{}, err
	}
	to, err := parseInstant(second)
	return checkInterval(text, interval{from, to}, err)
}

func checkInterval(text string, v interval, err error) (interval, error) {
	switch {
	case err != nil:
		return interval{}, err
	case v.to < v.from:
		return interval{}, fmt.Errorf("timespan %q ends before it begins", text)
	case v.from < 0 || v.to > types.MaxDateTime:
		return interval{}, fmt.Errorf("timespan %q is outside the years 1 to 9999", text)
	}
	return v, nil
}

func isPeriod(text string) int {
	if strings.HasPrefix(text, "P") {
		return 1
	}
	return 0
}

// parseInstant reads a time; without a zone it is UTC.
func parseInstant(text string) (int64, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			ticks, _ := types.TicksOf(t)
			return ticks, nil
		}
	}
	return 0, fmt.Errorf("timespan: %q is no time: want one such as 2026-03-01T12:00:00Z", text)
}

// parsePeriod reads a duration, such as P1DT12H. Months and years have no one length.
func parsePeriod(text string) (int64, error) {
	wrong := fmt.Errorf("timespan: %q is no duration: want one such as P1D, PT6H or P1DT30M", text)
	rest, ok := strings.CutPrefix(text, "P")
	if !ok || rest == "" {
		return 0, wrong
	}
	units := map[byte]int64{'W': 7 * types.TicksPerDay, 'D': types.TicksPerDay}
	var sum float64
	for rest != "" {
		if rest[0] == 'T' && units['H'] == 0 && len(rest) > 1 {
			units = map[byte]int64{'H': types.TicksPerHour, 'M': types.TicksPerMinute, 'S': types.TicksPerSecond}
			rest = rest[1:]
			continue
		}
		end := strings.IndexFunc(rest, func(c rune) bool { return (c < '0' || c > '9') && c != '.' })
		if end < 0 {
			return 0, wrong
		}
		n, err := strconv.ParseFloat(rest[:end], 64)
		unit, known := units[rest[end]]
		if !known && (rest[end] == 'M' || rest[end] == 'Y') {
			return 0, fmt.Errorf("timespan: %q has months or years, whose length differs: say it in days", text)
		}
		if err != nil || !known {
			return 0, wrong
		}
		sum += n * float64(unit)
		rest = rest[end+1:]
	}
	if sum > math.MaxInt64/4 {
		return 0, wrong
	}
	return int64(sum), nil
}
