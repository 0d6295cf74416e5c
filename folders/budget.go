package folders

import (
	"context"
	"sync"
)

// maxRoom bounds the bytes of files that are in memory at once, and maxPiece those
// of one file.
const (
	maxRoom  = 64 << 20
	maxPiece = 32 << 20
)

// A budget bounds what several take at once.
type budget struct {
	mu    sync.Mutex
	left  int64
	freed chan struct{} // closed when there is more again
}

func newBudget(n int64) *budget { return &budget{left: n, freed: make(chan struct{})} }

// take takes n, at most all there is, and waits until there is as much. The
// caller gives it back.
func (b *budget) take(ctx context.Context, n int64) error {
	for {
		b.mu.Lock()
		if b.left >= n {
			b.left -= n
			b.mu.Unlock()
			return nil
		}
		freed := b.freed
		b.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (b *budget) give(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left += n
	close(b.freed)
	b.freed = make(chan struct{})
}
