package detect

import (
	"strings"
	"testing"
	"time"
)

func TestParseKQL(t *testing.T) {
	for name, text := range map[string]string{
		"snake": "let query_frequency = 5m;\nlet query_period = 2d;\nT | take 1",
		"camel": "// a comment\nlet queryPeriod = 2d; let queryFrequency = 5m; let x = 1; T",
	} {
		r, err := Parse("dir/some-rule.kql", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.Frequency != 5*time.Minute || r.Period != 48*time.Hour || r.Query != text || r.Name != "some-rule" || r.ID != "some-rule" ||
			r.Grouping != AlertPerResult || !r.Trigger.Fires(1) || r.Trigger.Fires(0) {
			t.Errorf("%s: got %+v", name, r)
		}
	}
	for text, want := range map[string]time.Duration{
		"let query_frequency = 1h; let wait = 2 * 10m; let query_period = query_frequency + wait; T": 80 * time.Minute,
		"let query_frequency = 1h; let query_period = max_of(query_frequency, 12h) - (30m / 2); T":   11*time.Hour + 45*time.Minute,
	} {
		if r, err := ParseKQL("a.kql", []byte(text)); err != nil || r.Period != want {
			t.Errorf("%s: %+v, %v, want %s", text, r, err, want)
		}
	}
	for text, want := range map[string]string{
		"T | take 1":                  "let query_frequency",
		"let query_frequency = 5m; T": "add let query_period",
		"let query_frequency = 5m; let query_period = f(); T": "add let query_period",
		"let query_period = 2d; T":                            "let query_frequency",
		"T | where (":                                         "a.kql",
		"let query_frequency = bin(5m, 1m); T":                "constant",
		"let query_frequency = 1d; let query_period = 1h; T":  "shorter",
	} {
		if _, err := ParseKQL("a.kql", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q in it", text, err, want)
		}
	}
}
