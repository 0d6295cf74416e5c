package store

import (
	"fmt"

	"github.com/klauspost/compress/s2"
)

// While one record is replayed, the next ones are decoded: so many of them, and no more
// once their bodies are so large together.
const (
	decodedAhead = 8
	decodedBytes = 32 << 20
)

// A decoding is a record of the log that is being decoded.
type decoding struct {
	at   int64 // where its frame begins
	lsn  uint64
	size int64 // of its body
	rec  record
	err  error
	done chan struct{}
}

// decode decodes what a frame holds.
func (d *decoding) decode(packed []byte) {
	defer close(d.done)
	body, err := s2.Decode(nil, packed)
	if err == nil {
		d.rec, err = decodeRecord(body)
	}
	d.err = err
}

// A decodings reads the records of a log file in order, several at a time.
type decodings struct {
	frames  *frameReader
	pending []*decoding
	bytes   int64 // of the bodies of those
	err     error // what the frame behind them is instead
}

// next returns the next record, decoded, or what is there instead of a frame, as
// [frameReader.packed] tells it, again until skipped is called.
func (d *decodings) next() (*decoding, error) {
	for d.err == nil && (len(d.pending) == 0 || len(d.pending) < decodedAhead && d.bytes < decodedBytes) {
		d.begin()
	}
	if len(d.pending) == 0 {
		return nil, d.err
	}
	one := d.pending[0]
	d.pending[0] = nil
	d.pending = d.pending[1:]
	d.bytes -= one.size
	<-one.done
	return one, nil
}

// skipped says that the frames were moved behind what next has returned an error for.
func (d *decodings) skipped() { d.err = nil }

// begin reads the next frame and has it decoded.
func (d *decodings) begin() {
	at := d.frames.at
	lsn, packed, err := d.frames.packed()
	size := 0
	if err == nil {
		if size, err = s2.DecodedLen(packed); err != nil {
			err = fmt.Errorf("record %d: %w", lsn, err)
			d.frames.at = at
		}
	}
	if err != nil {
		d.err = err
		return
	}
	one := &decoding{at: at, lsn: lsn, size: int64(size), done: make(chan struct{})}
	d.pending = append(d.pending, one)
	d.bytes += one.size
	go one.decode(packed)
}
