package config

import (
	"testing"
	"time"
)

// A rule waits for the slowest of its tables, and those of which nothing is said count.
func TestTiming(t *testing.T) {
	long, short := 20*time.Minute, time.Minute
	s := Schedule{Delay: 5 * time.Minute, Tables: []TableTiming{
		{Tables: []string{"AWSCloudTrail", "GCP*"}, Delay: &long},
		{Tables: []string{"Syslog"}, Delay: &short},
		{Tables: []string{"AWS*"}, Window: "arrival"},
	}}
	for _, c := range []struct {
		tables  []string
		delay   time.Duration
		arrival bool
	}{
		{nil, 5 * time.Minute, false},
		{[]string{"SigninLogs"}, 5 * time.Minute, false},
		{[]string{"Syslog"}, time.Minute, false},
		{[]string{"Syslog", "SigninLogs"}, 5 * time.Minute, false},
		{[]string{"Syslog", "GCPAuditLogs"}, 20 * time.Minute, false},
		{[]string{"AWSCloudTrail"}, 20 * time.Minute, false},
		{[]string{"AWSVPCFlow", "Syslog"}, 5 * time.Minute, true},
	} {
		if delay, arrival := s.Timing(c.tables); delay != c.delay || arrival != c.arrival {
			t.Errorf("%v: %s, by arrival: %v; want %s, %v", c.tables, delay, arrival, c.delay, c.arrival)
		}
	}
	if got := s.Unknown([]string{"AWSCloudTrail", "Syslog"}); len(got) != 1 || got[0] != "GCP*" {
		t.Errorf("unknown are %v", got)
	}
}
