package folders

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/store"
)

// readLines stores the lines of a file that are not stored yet.
func (f *follower) readLines(ctx context.Context, x *file, path string, r *os.File) (next time.Time, err error) {
	left := x.size - x.offset
	if x.kind == packed {
		left = maxPiece
	}
	if left <= 0 {
		x.setLag(0)
		return next, nil
	}
	size := min(left, maxPiece)
	if err := f.room.take(ctx, size); err != nil {
		return next, err
	}
	defer f.room.give(size)
	s, err := openStream(r, x.kind, x.offset)
	if err != nil {
		return next, err
	}
	defer s.close()
	p := &pieces{r: s}
	for {
		piece := p.next(size)
		if p.err != nil && !errors.Is(p.err, io.EOF) {
			if err := f.storePiece(ctx, x, path, r, piece); err != nil {
				return next, err
			}
			return next, p.err
		}
		if len(piece) == 0 && p.err == nil {
			if len(p.rest) < maxLine {
				continue
			}
			if err := f.skipLine(ctx, x, path, r, p); err != nil {
				return next, err
			}
			continue
		}
		if err := f.storePiece(ctx, x, path, r, piece); err != nil {
			return next, err
		}
		if f.o.Progress != nil && x.kind != packed {
			f.o.Progress(int64(len(piece)))
		}
		if p.err != nil {
			return f.lastLine(ctx, x, path, r, p.rest)
		}
	}
}

// maxLine is how long a line may be.
const maxLine = 64 << 20

// skipLine passes over a line that is too long.
func (f *follower) skipLine(ctx context.Context, x *file, path string, r *os.File, p *pieces) error {
	n := int64(len(p.rest))
	p.rest = nil
	buf := make([]byte, window)
	for {
		got, err := p.r.Read(buf)
		end := bytes.IndexByte(buf[:got], '\n')
		if end >= 0 {
			p.rest = bytes.Clone(buf[end+1 : got])
			n += int64(end) + 1
			break
		}
		n += int64(got)
		if err != nil {
			p.err = err
			break
		}
	}
	d := intake.Decoded{Rejected: 1, Problems: []ingest.Problem{{Line: 1, Message: fmt.Sprintf("the line has %d MiB; it may have %d", n>>20, maxLine>>20)}}}
	return f.storeDecoded(ctx, x, path, r, d, n, 1)
}

// lastLine deals with a line that does not end: in a file that has been quiet for
// long enough it is taken if it is a whole record.
func (f *follower) lastLine(ctx context.Context, x *file, path string, r *os.File, rest []byte) (next time.Time, err error) {
	if x.kind == packed {
		return next, f.storePiece(ctx, x, path, r, rest) // the file is whole
	}
	x.setLag(int64(len(rest)))
	if len(rest) == 0 {
		return next, nil
	}
	if until := x.quietUntil(f.o.LastLine); !until.IsZero() {
		return until, nil
	}
	if !ingest.AreWhole(string(rest)) {
		f.tell(path, []ingest.Problem{{Line: 1, Message: "the last line is not finished; it is read when it is"}}, f.lineAt(x, r), 0, 0)
		return next, nil
	}
	if err := f.storePiece(ctx, x, path, r, rest); err != nil {
		return next, err
	}
	x.setLag(0)
	return next, nil
}

// storePiece stores the lines of a piece of a file, which follows on what is
// stored.
func (f *follower) storePiece(ctx context.Context, x *file, path string, r *os.File, piece []byte) error {
	if len(piece) == 0 {
		return nil
	}
	if x.entry == nil && !f.begin(x, len(piece)) {
		return errCopied
	}
	text := piece
	if x.offset == 0 {
		text = bytes.TrimPrefix(text, byteOrderMark)
	}
	for attempt := 0; ; attempt++ {
		d, err := f.o.Intake.Decode(ctx, ingest.Input{Name: path, Into: x.folder.Table, Base: f.base(x, path), Lines: true, Reader: bytes.NewReader(text)}, 0)
		if errors.Is(err, ingest.ErrTooLarge) {
			if cut := middle(piece); cut > 0 {
				if err := f.storePiece(ctx, x, path, r, piece[:cut]); err != nil {
					return err
				}
				return f.storePiece(ctx, x, path, r, piece[cut:])
			}
			d, err = intake.Decoded{Rejected: 1, Problems: []ingest.Problem{{Line: 1, Message: err.Error()}}}, nil
		}
		if err != nil {
			return err
		}
		err = f.storeDecoded(ctx, x, path, r, d, int64(len(piece)), int64(bytes.Count(piece, []byte{'\n'})))
		var mistyped *store.TypeError
		if attempt < 3 && errors.As(err, &mistyped) {
			continue // the table got the column meanwhile, in another type
		}
		return err
	}
}

// middle returns where the line that is in the middle of some begins, 0 if there is
// one line.
func middle(lines []byte) int {
	half := len(lines) / 2
	if i := bytes.LastIndexByte(lines[:half], '\n'); i >= 0 {
		return i + 1
	}
	if i := bytes.IndexByte(lines[half:], '\n'); i >= 0 && half+i+1 < len(lines) {
		return half + i + 1
	}
	return 0
}

// storeDecoded stores what n bytes of a file with some line ends came to.
func (f *follower) storeDecoded(ctx context.Context, x *file, path string, r *os.File, d intake.Decoded, n, ends int64) error {
	if x.entry == nil && !f.begin(x, len(x.head)) {
		return errCopied
	}
	ack, err := f.append(ctx, path, store.Batch{Source: x.entry.key(), Offset: x.offset + n, Rows: d.Rows})
	if err != nil {
		return err
	}
	if len(d.Problems) > 0 {
		f.tell(path, d.Problems, f.lineAt(x, r), d.Rejected, d.Nulls)
	}
	x.count.Stored(d, n, ack.Duplicate)
	if !ack.Duplicate {
		x.took = x.took || d.Rejected > 0
		for _, rows := range d.Rows {
			f.stored(x, path, rows.Table, rows.Rows.Len())
		}
	}
	x.offset += n
	if x.lines >= 0 {
		x.lines += ends
	}
	f.known.reach(x.entry, x.offset)
	if x.kind != packed {
		x.setLag(x.size - x.offset)
	}
	return nil
}

// lineAt returns the number of line ends before what is to be read next.
func (f *follower) lineAt(x *file, r *os.File) int64 {
	if x.lines >= 0 {
		return x.lines
	}
	s, err := openStream(r, x.kind, 0)
	if err != nil {
		return 0
	}
	defer s.close()
	n, err := countLines(io.LimitReader(s, x.offset))
	if err != nil {
		return 0
	}
	x.lines = n
	return n
}
