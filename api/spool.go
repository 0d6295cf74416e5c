package api

import (
	"context"
	"io"
	"runtime"
)

// A spool is a body that has come. It is read once; what has been read is let go.
type spool struct {
	chunks [][]byte
	at     int // in the first of them
}

const spoolChunk = 512 << 10

// spoolOf reads a body to its end.
func spoolOf(r io.Reader) (*spool, error) {
	s := &spool{}
	for {
		chunk := make([]byte, 0, spoolChunk)
		for len(chunk) < cap(chunk) {
			n, err := r.Read(chunk[len(chunk):cap(chunk)])
			chunk = chunk[:len(chunk)+n]
			switch {
			case err == io.EOF:
				s.chunks = append(s.chunks, chunk)
				return s, nil
			case err != nil:
				return nil, err
			}
		}
		s.chunks = append(s.chunks, chunk)
	}
}

// Read implements io.Reader.
func (s *spool) Read(p []byte) (int, error) {
	for len(s.chunks) > 0 && s.at == len(s.chunks[0]) {
		s.chunks[0] = nil
		s.chunks, s.at = s.chunks[1:], 0
	}
	if len(s.chunks) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.chunks[0][s.at:])
	s.at += n
	return n, nil
}

// largeBody is the size, as sent, from which on a body takes turns: others are more than
// their share of memory only if there are very many of them, and mostly wait for the disk.
const largeBody = 1 << 20

// A turn lets as many large bodies be stored at once as there are processors: more would
// take memory, and no less time. They have come by then: none waits for a sender.
type turn chan struct{}

func newTurn() turn { return make(turn, runtime.GOMAXPROCS(0)) }

// enter waits for the turn of a body of so many bytes, which leave ends.
func (t turn) enter(ctx context.Context, bytes int64) (leave func(), err error) {
	if bytes < largeBody {
		return func() {}, nil
	}
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
