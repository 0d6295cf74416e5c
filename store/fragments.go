package store

import (
	"container/list"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
)

// fragments keeps what queries have made of segments, the most recently used, up
// to so many bytes. Keys name the segment, and no two segments ever have the same
// name: what is kept of one that is gone is never asked for again, and goes in its
// turn. It implements plan.Fragments.
type fragments struct {
	limit int64

	mu    sync.Mutex
	bytes int64
	kept  map[[32]byte]*list.Element
	used  list.List // of *keptFragment, the latest first
	// asked are keys that nothing is kept of, those asked for lately.
	asked, before map[[32]byte]struct{}
}

type keptFragment struct {
	key   [32]byte
	rows  []*column.Batch
	bytes int64
	// refused says that the rows are too many to be kept.
	refused bool
}

// refusedBytes is what a key takes.
const refusedBytes = 200

// mostAsked is how many keys are remembered twice over.
const mostAsked = 1 << 14

func newFragments(limit int64) *fragments {
	return &fragments{limit: limit, kept: map[[32]byte]*list.Element{}, asked: map[[32]byte]struct{}{}}
}

// Get implements plan.Fragments.
func (f *fragments) Get(key [32]byte) (rows []*column.Batch, ok, wanted bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e, ok := f.kept[key]; ok {
		f.used.MoveToFront(e)
		k := e.Value.(*keptFragment)
		return k.rows, !k.refused, false
	}
	if _, wanted = f.asked[key]; !wanted {
		_, wanted = f.before[key]
	}
	if len(f.asked) >= mostAsked {
		f.before, f.asked = f.asked, map[[32]byte]struct{}{}
	}
	f.asked[key] = struct{}{}
	return nil, false, wanted
}

// Put implements plan.Fragments.
func (f *fragments) Put(key [32]byte, rows []*column.Batch, bytes int64) {
	f.enter(&keptFragment{key: key, rows: rows, bytes: bytes})
}

// Refuse implements plan.Fragments.
func (f *fragments) Refuse(key [32]byte) {
	f.enter(&keptFragment{key: key, bytes: refusedBytes, refused: true})
}

// forget drops everything that is kept. What a query is still making of a segment
// that is gone may be kept after that, and is never asked for.
func (f *fragments) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.kept)
	f.used.Init()
	f.bytes = 0
}

func (f *fragments) enter(k *keptFragment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.kept[k.key]; ok || k.bytes > f.limit {
		return
	}
	f.kept[k.key] = f.used.PushFront(k)
	f.bytes += k.bytes
	for f.bytes > f.limit {
		last := f.used.Back()
		k := last.Value.(*keptFragment)
		f.used.Remove(last)
		delete(f.kept, k.key)
		f.bytes -= k.bytes
	}
}
