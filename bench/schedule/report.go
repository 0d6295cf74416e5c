package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// report prints what the runs took.
func (s *simulation) report(w io.Writer) {
	fmt.Fprintf(w, "%d rules every %s, %.0f sign-ins/s for %.1f h: %d rows, %.1f GB in the store, %.1f µs of processor time to store one; load %s\n",
		len(s.rules), s.o.every, s.o.rate, s.o.hours, s.rows, float64(diskBytes(s.o.dir))/1e9, s.fed*1000/float64(max(1, s.rows)), load())
	fmt.Fprintf(w, "\n%8s %12s %12s %12s %12s %14s\n", "hour", "rows", "ms a tick", "median", "the first", "share of a core")
	for _, part := range s.stretches() {
		first := part[0].cpu
		if len(s.o.at) > 0 && len(part) > firstTicks {
			part = part[firstTicks:]
		}
		var cpu []float64
		sum := 0.0
		for _, t := range part {
			cpu = append(cpu, t.cpu)
			sum += t.cpu
		}
		slices.Sort(cpu)
		last := part[len(part)-1]
		ms := sum / float64(len(part))
		fmt.Fprintf(w, "%8.1f %12d %12.1f %12.1f %12.1f %13.3f%%\n", last.hour, last.rows, ms, cpu[len(cpu)/2], first, ms/float64(s.o.every.Milliseconds())*100)
	}
	s.compared(w)
	s.costly(w)
}

// stretches splits the ticks where no rule ran between them, else into eight stretches
// of time.
func (s *simulation) stretches() (out [][]tick) {
	if len(s.o.at) == 0 {
		return slices.Collect(slices.Chunk(s.ticks, max(1, (len(s.ticks)+7)/8)))
	}
	for i, t := range s.ticks {
		if i == 0 || t.hour-s.ticks[i-1].hour > 1.5*s.o.every.Hours() {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], t)
	}
	return out
}

// compared prints the runs that were compared: those of one time together, or those
// before one of the hours.
func (s *simulation) compared(w io.Writer) {
	type sum struct {
		to                 time.Time
		n, differ          int
		kept, plain, scan  float64
		keptRead, plainAll int64
	}
	var sums []sum
	for _, r := range s.runs {
		if r.again == nil {
			continue
		}
		to := r.to
		for _, at := range s.o.at {
			if end := begin().Add(hoursOf(at)); !r.to.After(end) {
				to = end
				break
			}
		}
		if len(sums) == 0 || !sums[len(sums)-1].to.Equal(to) {
			sums = append(sums, sum{to: to})
		}
		x := &sums[len(sums)-1]
		x.n++
		x.kept, x.plain, x.scan = x.kept+r.cpu, x.plain+r.again.cpu, x.scan+r.again.scan
		x.keptRead, x.plainAll = x.keptRead+r.again.read, x.plainAll+r.again.whole
		if !r.again.same {
			x.differ++
		}
	}
	if len(sums) == 0 {
		return
	}
	fmt.Fprintf(w, "\nqueries alone; the same with nothing kept; and reading the whole window:\n%8s %6s %10s %12s %10s %8s %12s %14s\n", "hour", "runs", "ms", "nothing kept", "scan", "times", "rows read", "of a scan")
	for _, x := range sums {
		if n := float64(x.n); len(s.o.at) > 0 { // what one takes
			x.kept, x.plain, x.scan = x.kept/n, x.plain/n, x.scan/n
			x.keptRead, x.plainAll = x.keptRead/int64(x.n), x.plainAll/int64(x.n)
		}
		fmt.Fprintf(w, "%8.1f %6d %10.1f %12.1f %10.1f %8.1f %12d %14d\n", x.to.Sub(begin()).Hours(), x.n, x.kept, x.plain, x.scan, x.scan/max(x.kept, 0.001), x.keptRead, x.plainAll)
		if x.differ > 0 {
			fmt.Fprintf(w, "         %d answers have another number of rows\n", x.differ)
		}
	}
}

// A ruleCost is what a rule took in the second half of the time, or before the last of
// the hours.
type ruleCost struct {
	rule        *detect.Rule
	n           int
	cpu         float64
	again       float64
	compared    int
	read, whole int64
	failed      error
}

// costly prints the rules that took most.
func (s *simulation) costly(w io.Writer) {
	by := map[*detect.Rule]*ruleCost{}
	var all []*ruleCost
	half := begin().Add(hoursOf(s.o.hours / 2))
	if n := len(s.o.at); n > 0 {
		half = begin().Add(hoursOf(s.o.at[n-1]) - s.o.spell)
	}
	for _, r := range s.runs {
		c := by[r.rule]
		if c == nil {
			c = &ruleCost{rule: r.rule}
			by[r.rule] = c
			all = append(all, c)
		}
		if r.error != nil {
			c.failed = r.error
		}
		if r.to.Before(half) {
			continue
		}
		c.n++
		c.cpu += r.cpu
		if r.again != nil {
			c.compared++
			c.again, c.read, c.whole = c.again+r.again.scan, c.read+r.again.read, c.whole+r.again.whole
		}
	}
	slices.SortFunc(all, func(a, b *ruleCost) int { return cmp.Compare(b.cpu/float64(max(1, b.n)), a.cpu/float64(max(1, a.n))) })
	fmt.Fprintf(w, "\nrules by their cost then:\n%10s %12s %8s %12s %12s  %s\n", "ms a run", "ms, scan", "times", "rows read", "of", "rule")
	for i, c := range all {
		if i >= 30 && c.failed == nil {
			continue
		}
		ms, k := c.cpu/float64(max(1, c.n)), max(1, c.compared)
		plain := c.again / float64(k)
		fmt.Fprintf(w, "%10.2f %12.1f %8.1f %12d %12d  %s %s\n", ms, plain, plain/max(ms, 0.001), c.read/int64(k), c.whole/int64(k), c.rule.ID, c.rule.Name)
		if c.failed != nil {
			line, _, _ := strings.Cut(c.failed.Error(), "\n")
			fmt.Fprintf(w, "           failed: %s\n", line)
		}
	}
}

// complete checks that the ledger has each window of each rule once, done.
func (s *simulation) complete(w io.Writer) error {
	runs, err := s.ledger.Runs(ledger.Filter{})
	if err != nil {
		return err
	}
	states := map[ledger.State]int{}
	ends := map[string][]time.Time{}
	for _, r := range runs {
		states[r.State]++
		ends[r.Rule] = append(ends[r.Rule], r.To)
	}
	wrong := 0
	for _, at := range ends {
		slices.SortFunc(at, time.Time.Compare)
		for i := 1; i < len(at); i++ {
			if at[i].Sub(at[i-1]) != s.o.every {
				wrong++
			}
		}
	}
	fmt.Fprintf(w, "\nledger: %d windows of %d rules, %v; %d gaps or doubles\n", len(runs), len(ends), states, wrong)
	if wrong > 0 {
		return fmt.Errorf("%d windows are missing or there twice", wrong)
	}
	return nil
}

// load is what the machine has to do besides.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}
