package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/calypso-kql/calypso/ledger"
)

// keepTime runs the rules by the machine's clock for o.late, without the times in
// which nothing is due: these are passed over. It prints how long after they were due
// windows were begun and closed.
func (s *simulation) keepTime(ctx context.Context, w io.Writer) error {
	first := s.clock.now()
	ran := time.Duration(0)
	cpu := 0.0
	ticks := 0
	for ; ran < s.o.late; ticks++ {
		at := s.clock.now().Truncate(s.o.every).Add(s.o.every)
		if err := s.advance(ctx, at); err != nil {
			return err
		}
		begun, from := time.Now(), cpuTime()
		if err := s.keepTick(ctx, begun); err != nil {
			return err
		}
		ran += time.Since(begun)
		cpu += cpuTime() - from
	}
	runs, err := s.ledger.Runs(ledger.Filter{})
	if err != nil {
		return err
	}
	var begun, closed []time.Duration
	for _, r := range runs {
		if r.NotBefore.After(first) {
			begun = append(begun, r.Started.Sub(r.NotBefore))
			closed = append(closed, r.Ended.Sub(r.NotBefore))
		}
	}
	fmt.Fprintf(w, "\nby the machine's clock: %d windows of %d rules at %d times, %.0f s, %.1f s of processor time; load %s\n", len(begun), len(s.rules), ticks, ran.Seconds(), cpu/1000, load())
	fmt.Fprintf(w, "late: begun after %s (p50), %s (p99); closed after %s (p50), %s (p99)\n", share(begun, 50), share(begun, 99), share(closed, 50), share(closed, 99))
	return nil
}

// keepTick lets the clock run until all that is due has been done.
func (s *simulation) keepTick(ctx context.Context, begun time.Time) error {
	want := s.ended.Load() + int64(len(s.rules))
	s.clock.running.Store(&begun)
	ctx, cancel := context.WithTimeout(ctx, s.o.every+time.Minute)
	done := make(chan struct{})
	runner := s.scheduler(s.o.threads)
	go func() {
		defer close(done)
		runner.Run(ctx)
	}()
	for s.ended.Load() < want && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	err := ctx.Err()
	cancel()
	<-done
	now := s.clock.now()
	s.clock.running.Store(nil)
	s.clock.to(now)
	if err != nil {
		return fmt.Errorf("%d windows are open after %s: %w", want-s.ended.Load(), time.Since(begun).Round(time.Second), err)
	}
	return nil
}

// share returns the value that so many percent are not above.
func share(of []time.Duration, percent int) time.Duration {
	if len(of) == 0 {
		return 0
	}
	slices.Sort(of)
	return of[min(len(of)-1, len(of)*percent/100)].Round(time.Millisecond)
}
