package ingest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
)

// brokenInput is an error of the input itself, after which other files go on.
type brokenInput struct{ err error }

func (b *brokenInput) Error() string { return b.err.Error() }

func (b *brokenInput) Unwrap() error { return b.err }

// read recognises the format by the beginning of the input, unpacked, and reads it all.
func (l *Loader) read(ctx context.Context, in Input, r *bufio.Reader) error {
	line := 1
	head, err := peek(r)
	for len(head) == window && len(bytes.TrimSpace(head)) == 0 {
		line += bytes.Count(head, []byte{'\n'})
		if _, err := r.Discard(len(head)); err != nil {
			return broken(err)
		}
		head, err = peek(r)
	}
	c := first(head)
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return broken(err) // an empty file is an empty table
	case c == '{' && InLines(head):
		return l.readLinesFrom(ctx, in, r, line)
	case c == '{' || c == '[':
		p, err := readDocument(r)
		p.line = line
		added := l.decodeWhole(in, p, func(d *decoder) { d.decodeDocument() })
		return errors.Join(added, broken(err))
	}
	comma, n, ok := separatorOf(head)
	if ok {
		if _, err := r.Discard(n); err != nil {
			return broken(err)
		}
		line++
		if head, err = peek(r); err != nil {
			return broken(err)
		}
	} else {
		comma, ok = delimiterOf(head, in.Name)
	}
	if !ok {
		return broken(errors.New("the format is not recognised: want JSON, NDJSON, CSV, TSV or Parquet"))
	}
	text := io.Reader(r)
	if bytes.IndexByte(head, '\n') < 0 {
		text = carriageReturns{r}
	}
	added := l.decodeWhole(in, &piece{line: line}, func(d *decoder) { err = d.decodeDelimited(text, comma) })
	return errors.Join(added, broken(err))
}

// decodeWhole decodes an input that is not cut into pieces, and adds its rows a
// part at a time. The error is that of adding them.
func (l *Loader) decodeWhole(in Input, p *piece, decode func(*decoder)) error {
	d := l.decoder()
	defer l.release(d)
	d.begin(in, p)
	d.full = func() error {
		err := l.add(in, p)
		p.parts, p.rejected = nil, nil
		return err
	}
	decode(d)
	failed := d.failed
	d.end()
	if failed != nil {
		return failed
	}
	return l.add(in, p)
}

// first returns the first byte that is no blank, 0 if there is none.
func first(text []byte) byte {
	if text = bytes.TrimSpace(text); len(text) > 0 {
		return text[0]
	}
	return 0
}

func broken(err error) error {
	if err == nil {
		return nil
	}
	return &brokenInput{err}
}

// decodeLines decodes a piece and gives its memory back.
func (l *Loader) decodeLines(d *decoder, in Input, p *piece) {
	text := p.text
	d.begin(in, p)
	d.decodeLines()
	d.end()
	l.buffers.give(text)
}

func (l *Loader) readLines(ctx context.Context, in Input, r io.Reader) error {
	return l.readLinesFrom(ctx, in, r, 1)
}

// readLinesFrom reads records that are written one a line, from the line given on. A
// small input is one piece, which is decoded here.
func (l *Loader) readLinesFrom(ctx context.Context, in Input, r io.Reader, line int) error {
	var pipe *pipeline
	var err error
	readErr := splitLines(r, &l.buffers, func(p *piece) error {
		if pipe == nil && len(p.text) < firstRead/2 {
			d := l.decoder()
			l.decodeLines(d, in, p)
			l.release(d)
			line = p.beginAt(line)
			err = l.add(in, p)
			return err
		}
		if pipe == nil {
			pipe = l.start(in, line)
		}
		return pipe.put(ctx, p)
	})
	if pipe != nil {
		err = pipe.wait()
	}
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return broken(readErr)
}
