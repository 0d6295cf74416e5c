package config

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"time"
)

// Schedule says how rules run.
type Schedule struct {
	// Delay is how long after its end a rule's window is evaluated: for so long logs
	// may be on their way. NRTDelay is the same for near-real-time rules.
	Delay    time.Duration `yaml:"delay"`
	NRTDelay time.Duration `yaml:"nrt_delay"`
	// CatchUp is how far back windows are caught up on that were missed.
	CatchUp time.Duration `yaml:"catch_up"`
	// Keep is how long the ledger tells of a window that is closed; 0 is for ever.
	Keep time.Duration `yaml:"keep"`
	// Workers is how many rules are evaluated at a time.
	Workers int `yaml:"workers"`
	// Memory is what their queries hold together, in bytes, Processors how many
	// processors they use, 0 for all of the machine.
	Memory     int64 `yaml:"memory"`
	Processors int   `yaml:"processors"`
	// Stagger is the time over which rules are spread whose windows end at the same
	// time.
	Stagger time.Duration `yaml:"stagger"`
	// Tables are about rules over tables that do not say it themselves. The first entry
	// that a table is in counts.
	Tables []TableTiming `yaml:"tables"`
}

// A TableTiming says when scheduled rules over tables run. A rule's delay is the longest
// of its tables'; its windows are by arrival if those of one of them are to be.
type TableTiming struct {
	// Tables are names of tables, or patterns of them (AWS*).
	Tables []string `yaml:"tables"`
	// Delay is as Schedule's, which counts if it is nil; Window is arrival, generated or
	// empty, which is generated, too.
	Delay  *time.Duration `yaml:"delay"`
	Window string         `yaml:"window"`
}

// Timing returns how long after its end a window of a rule that reads tables is due, and
// whether its windows are by arrival.
func (s *Schedule) Timing(tables []string) (delay time.Duration, arrival bool) {
	if len(tables) == 0 {
		return s.Delay, false
	}
	for _, name := range tables {
		of := s.Delay
		if i := slices.IndexFunc(s.Tables, func(t TableTiming) bool { return t.has(name) }); i >= 0 {
			t := s.Tables[i]
			if t.Delay != nil {
				of = *t.Delay
			}
			arrival = arrival || t.Window == "arrival"
		}
		delay = max(delay, of)
	}
	return delay, arrival
}

// Unknown returns the tables of Tables that are not known; a pattern must have one.
func (s *Schedule) Unknown(known []string) (out []string) {
	for i := range s.Tables {
		for _, p := range s.Tables[i].Tables {
			one := TableTiming{Tables: []string{p}}
			if !slices.ContainsFunc(known, one.has) && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

func (t *TableTiming) has(table string) bool {
	return slices.ContainsFunc(t.Tables, func(pattern string) bool {
		ok, _ := path.Match(pattern, table) // patterns were checked
		return ok
	})
}

func (t *TableTiming) check() error {
	if len(t.Tables) == 0 {
		return errors.New("want tables: names, or patterns such as AWS*")
	}
	for _, p := range t.Tables {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("table %q: %w", p, err)
		}
	}
	switch {
	case t.Delay == nil && t.Window == "":
		return errors.New("want delay or window")
	case t.Delay != nil && *t.Delay < 0:
		return fmt.Errorf("delay %s: want 0s or more", *t.Delay)
	case !slices.Contains([]string{"", "generated", "arrival"}, t.Window):
		return fmt.Errorf("window %q: want generated (by TimeGenerated) or arrival (by the time when rows arrived)", t.Window)
	}
	return nil
}

// check tells what is wrong with a schedule.
func (s *Schedule) check(wrong func(key, format string, args ...any)) {
	if s.Delay < 0 || s.NRTDelay < 0 || s.CatchUp <= 0 || s.Workers <= 0 || s.Memory <= 0 || s.Processors < 0 || s.Stagger < 0 {
		wrong("schedule", "want catch_up, workers and memory to be positive, and delay, nrt_delay, processors and stagger not to be negative")
	}
	if s.Workers > mostAtOnce || s.Processors > mostAtOnce || s.Memory > mostMemory {
		wrong("schedule", "want workers and processors to be %d at most, and memory %d", mostAtOnce, int64(mostMemory))
	}
	for i := range s.Tables {
		if err := s.Tables[i].check(); err != nil {
			wrong(fmt.Sprintf("schedule.tables[%d]", i), "%w", err)
		}
	}
	if k := s.Keep; k != 0 && k < s.CatchUp {
		wrong("schedule.keep", "%s: want 0, for ever, or catch_up (%s) and more", k, s.CatchUp)
	}
}
