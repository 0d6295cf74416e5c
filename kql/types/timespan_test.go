package types

import (
	"math"
	"testing"
)

func TestParseTimeSpan(t *testing.T) {
	for in, want := range map[string]string{
		"1.02:03:04.5": "1.02:03:04.5000000", "-1.02:03:04.5": "-1.02:03:04.5000000", "01:00:00": "01:00:00",
		"0:0:0.001": "00:00:00.0010000", "100.00:00:00": "100.00:00:00", "23:59:59.9999999": "23:59:59.9999999",
		"12:34": "12:34:00", "3": "3.00:00:00", "1:02:03:04": "1.02:03:04", "0.12:34:56.7": "12:34:56.7000000",
		"1d": "1.00:00:00", "-1d": "-1.00:00:00", "1.5h": "01:30:00", ".5h": "00:30:00", "90s": "00:01:30", "25min": "00:25:00",
		"15 seconds": "00:00:15", "100ms": "00:00:00.1000000", "10microseconds": "00:00:00.0000100", "1tick": "00:00:00.0000001",
		"250nanoseconds": "00:00:00.0000002", " 2h ": "02:00:00", "0.1d": "02:24:00", "1.5tick": "00:00:00.0000001",
		"10675199.02:48:05.4775807": "10675199.02:48:05.4775807", "-10675199.02:48:05.4775808": "-10675199.02:48:05.4775808",
	} {
		ticks, ok := ParseTimeSpan(in)
		if got := string(AppendTimeSpan(nil, ticks)); !ok || got != want {
			t.Errorf("ParseTimeSpan(%q) = %s, %v, want %s", in, got, ok, want)
		}
	}
	for _, s := range []string{
		"", "abc", "1.5", "-", "1w", "1 x", "24:00:00", "00:60", "00:00:60", "1:2:3:4:5", "1.2:3:4:5", "::", ":", "1:", ".5", ".h", "1e3s",
		"10675199.02:48:05.4775808", "99999999999999999999d", "9999999999d", "--1d", "1d2h", "00:00:00.1x", "00:00.5", "null",
	} {
		if ticks, ok := ParseTimeSpan(s); ok {
			t.Errorf("ParseTimeSpan(%q) = %s, want null", s, AppendTimeSpan(nil, ticks))
		}
	}
	for in, want := range map[string]int64{"min": math.MinInt64, "max": math.MaxInt64, "'1d'": TicksPerDay, "2": 2 * TicksPerDay} {
		if got, ok := ParseTimeSpanLiteral(in); !ok || got != want {
			t.Errorf("timespan(%s) = %d, %v, want %d", in, got, ok, want)
		}
	}
}

func FuzzParseTimeSpan(f *testing.F) {
	for _, s := range []string{"1.02:03:04.5", "-90.5s", "15 seconds", "1:02:03:04", "250nanos"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ticks, ok := ParseTimeSpanLiteral(s)
		if !ok {
			return
		}
		text := AppendTimeSpan(nil, ticks)
		if again, ok := ParseTimeSpan(string(text)); !ok || again != ticks {
			t.Fatalf("%q prints %s, which reads as %d, %v", s, text, again, ok)
		}
	})
}
