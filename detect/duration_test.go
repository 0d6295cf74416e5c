package detect

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"5m": 5 * time.Minute, "1h": time.Hour, "14d": 14 * day, "30s": 30 * time.Second, "1.5h": 90 * time.Minute,
		"01:30:00": 90 * time.Minute, "1.02:03:04": day + 2*time.Hour + 3*time.Minute + 4*time.Second, " 2d ": 2 * day,
		"PT5M": 5 * time.Minute, "P14D": 14 * day, "P1DT6H": day + 6*time.Hour, "PT1H30M15S": time.Hour + 30*time.Minute + 15*time.Second,
		"P2W": 14 * day, "pt5m": 5 * time.Minute,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q: got %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "m", "5 minutes or so", "P", "PT", "P5", "PT5", "5M5", "P1H", "PT1D", "PT5MM", "P1Y", "P-1D", "PT9999999M", "soon"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q: got %s, want an error", text, got)
		}
	}
}
