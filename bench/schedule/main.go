// Command schedule measures what rules cost that run again and again over a store
// that grows: it feeds a store with an invented tenant's logs, as fast as the machine
// takes them, on a clock of its own, and runs rules when they are due, as `calypso
// serve` does. It prints what the runs took in processor time, and beside some of
// them what the same query takes where nothing is kept from run to run.
//
//	schedule -rules rules/suspicious-api-traffic.yaml -rate 100 -hours 48
//	schedule -rules corpus/rules-dev.jsonl -count 100 -rate 20 -hours 48
//	schedule -rules rules/suspicious-api-traffic.yaml -rate 300 -at 6,12,24,36,48
//	schedule -rules corpus/rules-dev.jsonl -count 500 -rate 20 -hours 24 -late 15m
//
// The same flags and seed give the same logs, the same segments and the same runs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/internal/pace"
)

type options struct {
	dir, rules    string
	rate          float64
	hours, length float64
	count         int
	every         time.Duration
	seed          uint64
	risk, alerts  int
	fragmentBytes int64
	sample        int
	late          time.Duration
	threads       int
	profile       string
	at            hours
	spell         time.Duration
	explain       bool
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "", "folder for the store and the ledger; one in which a run with the same logs has ended is gone on from; a temporary one if not given")
	flag.StringVar(&o.rules, "rules", "rules/suspicious-api-traffic.yaml", "file or folder of rules, or a corpus of queries (.jsonl)")
	flag.Float64Var(&o.rate, "rate", 100, "non-interactive sign-ins a second; a tenth as many interactive ones come with them")
	flag.Float64Var(&o.hours, "hours", 48, "how long the store grows, in hours of its own clock")
	flag.Float64Var(&o.length, "length", 72, "hours for which logs are invented; a store that grew for some of them can grow on")
	flag.IntVar(&o.count, "count", 0, "rules to run, 0 for all that can be; if there are fewer, they run more than once")
	flag.DurationVar(&o.every, "every", 5*time.Minute, "how often each rule runs")
	flag.Uint64Var(&o.seed, "seed", 7, "decides everything that is random")
	flag.IntVar(&o.risk, "risk", 20_000, "risk events in two days")
	flag.IntVar(&o.alerts, "alerts", 50_000, "rows of alerts in two days")
	flag.Int64Var(&o.fragmentBytes, "fragments", 0, "bytes that the store keeps of answers; 0 is its default, -1 keeps nothing")
	flag.IntVar(&o.sample, "sample", 48, "each how many runs one is compared with runs for which nothing is kept")
	flag.DurationVar(&o.late, "late", 0, "after the hours, run the rules for so long by the machine's clock, and say how late they are")
	flag.IntVar(&o.threads, "threads", 2, "threads")
	flag.Var(&o.at, "at", "hours, as 6,12,24: rules run for a time before each of them only, and until then the store is filled a million rows at once")
	flag.DurationVar(&o.spell, "spell", time.Hour, "that time")
	flag.StringVar(&o.profile, "cpuprofile", "", "file for a profile of the rules' last hour")
	flag.BoolVar(&o.explain, "explain", false, "print the plans of the last runs, with what they read")
	flag.Parse()
	pace.Server()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "schedule:", err)
		os.Exit(1)
	}
}

// hours are a list of hours on the command line.
type hours []float64

// String implements flag.Value.
func (h *hours) String() string { return fmt.Sprint(*h) }

// Set implements flag.Value.
func (h *hours) Set(text string) error {
	*h = nil
	for part := range strings.SplitSeq(text, ",") {
		x, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return err
		}
		*h = append(*h, x)
	}
	return nil
}

func run(ctx context.Context, o options) (err error) {
	runtime.GOMAXPROCS(o.threads)
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "bench-schedule-"); err != nil {
			return err
		}
		defer os.RemoveAll(o.dir)
	}
	rules, err := readRules(o)
	if err != nil {
		return err
	}
	s, err := newSimulation(o, rules)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	s.sift(ctx, os.Stdout, o.count)
	if err := s.grow(ctx); err != nil {
		return err
	}
	s.report(os.Stdout)
	if o.late > 0 {
		if err := s.keepTime(ctx, os.Stdout); err != nil {
			return err
		}
	}
	return s.complete(os.Stdout)
}

// profiled begins a profile, which stop ends.
func profiled(file string) (stop func(), err error) {
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		if err := f.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "schedule:", err)
		}
	}, nil
}
