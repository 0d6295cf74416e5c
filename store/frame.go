package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/klauspost/compress/s2"
)

// A record of the log is a frame: its header, then its compressed body.
//
//	magic    4 bytes  "CLYR"
//	length   4 bytes  of the body as it is in the file
//	lsn      8 bytes  the record's number, one more than the one before
//	body     4 bytes  CRC-32C of the body
//	header   4 bytes  CRC-32C of the 20 bytes above
const (
	frameMagic  = "CLYR"
	frameHeader = 24
	// maxFrame bounds a record, so that a damaged length can't ask for all
	// memory. Append splits what is larger.
	maxFrame = 1 << 30
)

// castagnoli is the polynomial that processors have an instruction for.
func checksum(b []byte) uint32 { return moreChecksum(0, b) }

// moreChecksum returns the checksum of what has the checksum given, with b behind it.
func moreChecksum(sum uint32, b []byte) uint32 {
	return crc32.Update(sum, crc32.MakeTable(crc32.Castagnoli), b)
}

// packFrame returns the frame of a body but for its number, which seal fills in.
func packFrame(body []byte) []byte {
	out := make([]byte, frameHeader+s2.MaxEncodedLen(len(body)))
	packed := s2.Encode(out[frameHeader:], body)
	out = out[:frameHeader+len(packed)]
	copy(out, frameMagic)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(packed)))
	binary.LittleEndian.PutUint32(out[16:], checksum(packed))
	return out
}

// number gives a packed frame its number.
func number(frame []byte, lsn uint64) {
	binary.LittleEndian.PutUint64(frame[8:], lsn)
	binary.LittleEndian.PutUint32(frame[20:], checksum(frame[:20]))
}

// A frameReader reads the frames of a log file, and finds the next whole one
// behind damage.
type frameReader struct {
	f    *os.File
	size int64
	at   int64 // of the next frame
}

// errTorn says that the file ends within a frame.
var errTorn = errors.New("the file ends within a record")

// next returns the number and body of the next frame, with the errors of packed.
func (r *frameReader) next() (lsn uint64, body []byte, err error) {
	at := r.at
	lsn, packed, err := r.packed()
	if err != nil {
		return 0, nil, err
	}
	if body, err = s2.Decode(nil, packed); err != nil {
		r.at = at
		return 0, nil, fmt.Errorf("record %d: %w", lsn, err)
	}
	return lsn, body, nil
}

// packed returns the number and the compressed body of the next frame. It is io.EOF at
// the end, errTorn where the file ends early; any other error is damage, and at stays
// where the damage begins.
func (r *frameReader) packed() (lsn uint64, packed []byte, err error) {
	if r.at == r.size {
		return 0, nil, io.EOF
	}
	length, lsn, sum, err := r.header(r.at)
	if err != nil {
		return 0, nil, err
	}
	if r.at+frameHeader+length > r.size {
		return 0, nil, errTorn
	}
	packed = make([]byte, length)
	if _, err := r.f.ReadAt(packed, r.at+frameHeader); err != nil {
		return 0, nil, err
	}
	if got := checksum(packed); got != sum {
		return 0, nil, fmt.Errorf("checksum of record %d is %08x, want %08x", lsn, got, sum)
	}
	r.at += frameHeader + length
	return lsn, packed, nil
}

func (r *frameReader) header(at int64) (length int64, lsn uint64, sum uint32, err error) {
	if at+frameHeader > r.size {
		return 0, 0, 0, errTorn
	}
	var h [frameHeader]byte
	if _, err := r.f.ReadAt(h[:], at); err != nil {
		return 0, 0, 0, err
	}
	length = int64(binary.LittleEndian.Uint32(h[4:]))
	if string(h[:4]) != frameMagic || binary.LittleEndian.Uint32(h[20:]) != checksum(h[:20]) || length > maxFrame {
		return 0, 0, 0, errors.New("no record begins here")
	}
	return length, binary.LittleEndian.Uint64(h[8:]), binary.LittleEndian.Uint32(h[16:]), nil
}

// skip moves to the next place after the damage where a whole frame begins. It
// reports whether there is one; if not, at is the end of the file.
func (r *frameReader) skip() bool {
	for r.at++; r.at+frameHeader <= r.size; r.at++ {
		at := r.find()
		if at < 0 {
			break
		}
		r.at = at
		if length, _, _, err := r.header(at); err == nil && at+frameHeader+length <= r.size {
			return true
		}
	}
	r.at = r.size
	return false
}

// find returns the place of the next frameMagic from at on, or -1.
func (r *frameReader) find() int64 {
	buf := make([]byte, 1<<16)
	for at := r.at; at < r.size; at += int64(len(buf)) - 3 {
		n, _ := r.f.ReadAt(buf, at)
		for i := 0; i+4 <= n; i++ {
			if string(buf[i:i+4]) == frameMagic {
				return at + int64(i)
			}
		}
	}
	return -1
}
