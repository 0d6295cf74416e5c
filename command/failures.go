package command

import (
	"slices"
	"sync"
	"time"
)

// Failures are the last that was sent and not stored. The zero Failures are empty;
// they are safe for concurrent use.
type Failures struct {
	mu  sync.Mutex
	all []Failure // oldest first
}

// maxFailures is how many failures are remembered.
const maxFailures = 1000

// A Failure is something that was not stored.
type Failure struct {
	At time.Time
	// Table is empty where the records say their tables themselves.
	Table string
	// Source is where it came from: a path of the API, a file.
	Source string
	// Details say what is wrong, Code names it.
	Details, Code string
	// Permanent says that sending it again as it is is no use.
	Permanent bool
	User      string
}

// Add enters a failure.
func (f *Failures) Add(one Failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.all) >= maxFailures {
		f.all = slices.Delete(f.all, 0, len(f.all)-maxFailures+1)
	}
	f.all = append(f.all, one)
}

func (f *Failures) list() []Failure {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.all)
}

func showFailures(_ ctx, c *call) error {
	for _, f := range c.o.Failures.list() {
		if f.Table != "" && !c.s.may(f.Table) || f.Table == "" && c.s.May != nil {
			continue
		}
		kind := "Transient"
		if f.Permanent {
			kind = "Permanent"
		}
		c.out.add(nil, Database, f.Table, ticksOf(f.At), f.Source, f.Details, kind, nil, "DataIngestPull", false, f.Code, f.User, !f.Permanent, f.User, "")
	}
	return nil
}
