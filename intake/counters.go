package intake

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// Counters count what has come in, by source. The zero Counters are empty; they
// are safe for concurrent use.
type Counters struct {
	mu      sync.Mutex
	sources map[[2]string]*Source
}

// A Source is one place that logs come from: a folder, a partition of a topic,
// HTTP. All counters but Lag only grow.
type Source struct {
	// Rows and Batches are what was stored, Bytes the text that they were read
	// from, as it came.
	Rows, Batches, Bytes atomic.Int64
	// Duplicates are batches that had been stored before, Rejected records that
	// were not understood, Nulls values that became null.
	Duplicates, Rejected, Nulls atomic.Int64
	// Lag is how much is known to wait: bytes of a folder's files, messages of a
	// partition.
	Lag atomic.Int64
}

// Counts are a Source's counters at one moment. Kind is folder, kafka or http,
// Name tells sources of a kind apart.
type Counts struct {
	Kind, Name                  string
	Rows, Batches, Bytes        int64
	Duplicates, Rejected, Nulls int64
	Lag                         int64
}

// Source returns the counters of a source, which is made when it is first asked
// for.
func (c *Counters) Source(kind, name string) *Source {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := [2]string{kind, name}
	s := c.sources[key]
	if s == nil {
		if c.sources == nil {
			c.sources = map[[2]string]*Source{}
		}
		s = &Source{}
		c.sources[key] = s
	}
	return s
}

// All returns the counts of all sources, by kind and name.
func (c *Counters) All() []Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Counts, 0, len(c.sources))
	for key, s := range c.sources {
		out = append(out, Counts{
			Kind: key[0], Name: key[1],
			Rows: s.Rows.Load(), Batches: s.Batches.Load(), Bytes: s.Bytes.Load(),
			Duplicates: s.Duplicates.Load(), Rejected: s.Rejected.Load(), Nulls: s.Nulls.Load(), Lag: s.Lag.Load(),
		})
	}
	slices.SortFunc(out, func(a, b Counts) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return out
}

// Stored adds a batch to the counters: what was read to make it, and whether it
// had been stored before.
func (s *Source) Stored(d Decoded, bytes int64, duplicate bool) {
	if duplicate {
		s.Duplicates.Add(1)
		return
	}
	for _, r := range d.Rows {
		s.Rows.Add(int64(r.Rows.Len()))
	}
	s.Batches.Add(1)
	s.Bytes.Add(bytes)
	s.Rejected.Add(int64(d.Rejected))
	s.Nulls.Add(int64(d.Nulls))
}
