package parquet

import (
	"container/list"
	"errors"
	"sync"
)

type dictKey struct{ group, leaf int }

// A dictCache keeps the dictionaries that were used last. The parts of a row
// group share them within a scan. Those that a later scan has asked for again are
// kept in larger numbers, for the next one, as far as they fit.
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
	used  int   // the one that asked last
	asked bool  // for by a later one

	mu  sync.Mutex
	d   *dictionary
	err error
}

// get returns the dictionary of key with its first need values, as read returns
// it; first says whether nothing of it is at hand. What read returns in borrowed
// memory stays there unless a later scan has asked for it again.
func (c *dictCache) get(key dictKey, need int, read func(first bool) (*dictionary, error)) (*dictionary, error) {
	e := c.entry(key)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil || e.d != nil && e.d.has(need) {
		return e.d, e.err
	}
	e.err = errors.New("dictionary could not be read") // unless read returns
	d, err := read(e.d == nil)
	if e.err = err; err == nil && d.lent != nil {
		if !c.wants(e, d.bytes) {
			return d, nil
		}
		d.own()
	}
	e.d = d
	c.settle(e)
	return d, err
}

// whole reports whether all of the dictionary of key is at hand.
func (c *dictCache) whole(key dictKey) bool {
	c.mu.Lock()
	e := c.entries[key]
	c.mu.Unlock()
	if e == nil || !e.mu.TryLock() {
		return e != nil // somebody reads it
	}
	defer e.mu.Unlock()
	return e.d != nil && e.d.has(-1)
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
	e.used = c.scans
	if e.at != nil {
		e.in.recent.MoveToFront(e.at)
	}
	return e
}

// wants reports whether e, of size bytes, is to be kept for later scans.
func (c *dictCache) wants(e *dictEntry, size int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries[e.key] == e && e.asked && c.makeRoom(size)
}

// makeRoom reports whether size more bytes may be kept for later scans. What the
// last scan has used makes no room: if more is used again and again than can be
// kept, then at least some of it is at hand each time.
func (c *dictCache) makeRoom(size int64) bool {
	for el := c.again.recent.Back(); el != nil && c.again.bytes+size > dictAgainBytes; {
		old, before := el.Value.(*dictEntry), el.Prev()
		if old.used >= c.scans-1 {
			return false
		}
		c.forget(old)
		el = before
	}
	return c.again.bytes+size <= dictAgainBytes
}

// settle counts what has been read of e and forgets what was used longest ago.
func (c *dictCache) settle(e *dictEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[e.key] != e {
		return // forgotten meanwhile
	}
	if e.at != nil {
		e.in.remove(e) // it has grown
	}
	if e.size = 0; e.d != nil {
		e.size = e.d.bytes
	}
	e.in = &c.once
	if e.asked && c.makeRoom(e.size) {
		e.in = &c.again
	}
	e.at = e.in.recent.PushFront(e)
	e.in.bytes += e.size
	for el := c.once.recent.Back(); el != nil && c.once.bytes > dictBytes; {
		old, before := el.Value.(*dictEntry), el.Prev()
		if old != e {
			c.forget(old)
		}
		el = before
	}
}

// passed drops the dictionaries of a row group that the one scan which has asked for
// them has left behind. Where it comes back, for a few rows, they are read again.
func (c *dictCache) passed(group int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for el := c.once.recent.Front(); el != nil; {
		e := el.Value.(*dictEntry)
		el = el.Next()
		if e.key.group == group && !e.asked {
			c.forget(e)
		}
	}
}

// forget drops what has been read of e. Who has it goes on with it; that it was
// asked for stays known.
func (c *dictCache) forget(e *dictEntry) {
	e.in.remove(e)
	c.entries[e.key] = &dictEntry{key: e.key, scan: e.scan, used: e.used, asked: e.asked}
}

func (l *dictList) remove(e *dictEntry) {
	l.bytes -= e.size
	l.recent.Remove(e.at)
}
