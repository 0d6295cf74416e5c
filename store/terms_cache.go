package store

import (
	"container/list"
	"sync"
	"sync/atomic"
)

// A filterCache keeps the chunks of term indexes that were read last, of all
// segments, each held against its checksum when it was read: a look-up asks one bit
// here and there of the filters of every block of rows, and the next one others of
// the same. It is safe for concurrent use; a nil one keeps nothing.
type filterCache struct {
	indexes atomic.Uint64 // that have been opened

	mu   sync.Mutex
	kept map[filterKey]*list.Element
	used list.List // of *keptChunk, the latest first
}

// keptChunks bounds the chunks that are kept: 16 MiB, which is all filters of an
// identifier of some ten million rows.
const keptChunks = 16 << 20 / termChunk

// A filterKey names a chunk of an index. It does not refer to the index, whose file
// is to be closed when nobody needs it any more.
type filterKey struct {
	index uint64
	chunk int64
}

type keptChunk struct {
	key  filterKey
	data []byte
}

func newFilterCache() *filterCache { return &filterCache{kept: map[filterKey]*list.Element{}} }

// name returns a number for an index that no other has.
func (c *filterCache) name() uint64 {
	if c == nil {
		return 0
	}
	return c.indexes.Add(1)
}

// get returns a chunk, which must not be changed; nil if it is not kept.
func (c *filterCache) get(key filterKey) []byte {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.kept[key]
	if e == nil {
		return nil
	}
	c.used.MoveToFront(e)
	return e.Value.(*keptChunk).data
}

// put keeps a chunk. The one that was used longest ago goes if there are too many.
func (c *filterCache) put(key filterKey, data []byte) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept[key] != nil {
		return // two have read it at once
	}
	c.kept[key] = c.used.PushFront(&keptChunk{key, data})
	if len(c.kept) > keptChunks {
		last := c.used.Back()
		c.used.Remove(last)
		delete(c.kept, last.Value.(*keptChunk).key)
	}
}
