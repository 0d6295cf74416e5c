package store

import (
	"container/list"
	"sync"

	"github.com/calypso-kql/calypso/kql/plan"
)

// fragments keeps what queries have made of segments, the most recently used, up
// to so many bytes. Keys name the segment or block, and no two ever have the same
// name: what is kept of one that is gone is never asked for again, and goes in its
// turn. It implements plan.Fragments.
type fragments struct {
	limit int64

	mu    sync.Mutex
	bytes int64
	kept  map[[32]byte]*list.Element
	used  list.List // of *keptFragment, the latest first
	// asked are questions, those asked lately.
	asked, before map[[32]byte]struct{}
}

type keptFragment struct {
	key    [32]byte
	answer plan.Answer // nil if it is too large to be kept
	bytes  int64
}

// refusedBytes is what a key takes.
const refusedBytes = 200

// mostAsked is how many questions are remembered twice over.
const mostAsked = 1 << 14

func newFragments(limit int64) *fragments {
	return &fragments{limit: limit, kept: map[[32]byte]*list.Element{}, asked: map[[32]byte]struct{}{}}
}

// Asked implements plan.Fragments.
func (f *fragments) Asked(question [32]byte) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, was := f.asked[question]
	if !was {
		_, was = f.before[question]
	}
	if len(f.asked) >= mostAsked {
		f.before, f.asked = f.asked, map[[32]byte]struct{}{}
	}
	f.asked[question] = struct{}{}
	return was
}

// Get implements plan.Fragments.
func (f *fragments) Get(key [32]byte) (a plan.Answer, refused bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e, ok := f.kept[key]
	if !ok {
		return nil, false
	}
	f.used.MoveToFront(e)
	k := e.Value.(*keptFragment)
	return k.answer, k.answer == nil
}

// Put implements plan.Fragments.
func (f *fragments) Put(key [32]byte, a plan.Answer) {
	f.enter(&keptFragment{key: key, answer: a, bytes: a.Size()})
}

// Refuse implements plan.Fragments.
func (f *fragments) Refuse(key [32]byte) {
	f.enter(&keptFragment{key: key, bytes: refusedBytes})
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
