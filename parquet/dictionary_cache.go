package parquet

import (
	"container/list"
	"errors"
	"sync"
)

type dictKey struct{ group, leaf int }

// A dictCache keeps the dictionaries that were used last. The parts of a row
// group share them within a scan. Those that a later scan has asked for again are
// kept in larger numbers: for the next one.
type dictCache struct {
	mu      sync.Mutex
	entries map[dictKey]*dictEntry
	scans   int      // begun so far
	once    dictList // read for one scan so far
	again   dictList
}

// begin notes that a scan begins.
func (c *dictCache) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scans++
}

// A dictList is dictionaries in the order of their last use, and how large they
// are.
type dictList struct {
	recent list.List // of *dictEntry, the latest first
	bytes  int64
}

const (
	// dictBytes bounds the dictionaries that are kept because they were used,
	// dictAgainBytes those that are kept because they were used again.
	dictBytes      = 16 << 20
	dictAgainBytes = 32 << 20
)

type dictEntry struct {
	key dictKey
	// These are the cache's.
	at    *list.Element // nil before it has been read
	in    *dictList
	size  int64 // counted in in.bytes
	scan  int   // the one that asked first
	asked bool  // for by a later one

	mu  sync.Mutex
	d   *dictionary
	err error
}

// get returns the dictionary of key with its first need values, as read returns
// it; first says whether nothing of it is at hand.
func (c *dictCache) get(key dictKey, need int, read func(first bool) (*dictionary, error)) (*dictionary, error) {
	e := c.entry(key)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil && (e.d == nil || !e.d.has(need)) {
		first := e.d == nil
		e.err = errors.New("dictionary could not be read") // unless read returns
		e.d, e.err = read(first)
		c.settle(e)
	}
	return e.d, e.err
}

// entry returns the entry of key, as the one used last.
func (c *dictCache) entry(key dictKey) *dictEntry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[dictKey]*dictEntry{}
	}
	e := c.entries[key]
	if e == nil {
		e = &dictEntry{key: key, scan: c.scans}
		c.entries[key] = e
	}
	e.asked = e.asked || e.scan != c.scans
	if e.at != nil {
		e.in.recent.MoveToFront(e.at)
	}
	return e
}

// settle counts what has been read of e and forgets what was used longest ago.
func (c *dictCache) settle(e *dictEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[e.key] != e {
		return // forgotten meanwhile
	}
	if e.at == nil {
		e.in = &c.once
		if e.asked {
			e.in = &c.again
		}
		e.at = e.in.recent.PushFront(e)
	}
	e.in.bytes -= e.size
	if e.d != nil {
		e.size = e.d.bytes
	}
	e.in.bytes += e.size
	limit := int64(dictBytes)
	if e.in == &c.again {
		limit = dictAgainBytes
	}
	for el := e.in.recent.Back(); el != nil && e.in.bytes > limit; {
		old, before := el.Value.(*dictEntry), el.Prev()
		if old != e {
			e.in.bytes -= old.size
			e.in.recent.Remove(el)
			// Who has it goes on with it; that it was asked for stays known.
			c.entries[old.key] = &dictEntry{key: old.key, scan: old.scan, asked: old.asked}
		}
		el = before
	}
}
