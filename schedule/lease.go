package schedule

import (
	"context"
	"sync"
	"time"
)

// leaseTime is how long a rule belongs to a node that has died: then another takes it
// over. A living one keeps its rules well before that.
const leaseTime = time.Minute

// A hold is a rule that this node works on.
type hold struct {
	ctx  context.Context // ends when the rule is lost; nil if another node has it
	stop func()          // has the lease not be renewed any more
}

// hold takes a rule for this node until it is stopped and released.
func (s *Scheduler) hold(ctx context.Context, rule string) (hold, error) {
	now := s.o.Now()
	got, err := s.o.Ledger.Lease(rule, now, now.Add(leaseTime))
	if err != nil || !got {
		return hold{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var keep sync.WaitGroup
	keep.Go(func() { s.keep(ctx, cancel, rule) })
	return hold{ctx, func() {
		cancel()
		keep.Wait()
	}}, nil
}

// keep renews a lease until ctx ends. That of a rule which another node has taken
// ends ctx; while the database can't be asked, the rule may still be ours, and the
// ledger takes nothing if it is not.
func (s *Scheduler) keep(ctx context.Context, lost context.CancelFunc, rule string) {
	tick := time.NewTicker(leaseTime / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := s.o.Now()
		if got, err := s.o.Ledger.Lease(rule, now, now.Add(leaseTime)); err == nil && !got {
			lost()
			return
		}
	}
}
