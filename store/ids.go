package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/calypso-kql/calypso/kql/types"
)

// idsMagic begins a file of batch ids; format.md has the rest.
const idsMagic = "CLYIDS1\n"

// An idEntry is a batch that has been stored: a digest of its id, and when.
type idEntry struct {
	sum [16]byte
	at  int64 // ticks
}

// A namedSegment is a segment that a record of the log has named.
type namedSegment struct{ table, number uint64 }

func digest(id string) (out [16]byte) {
	sum := sha256.Sum256([]byte(id))
	copy(out[:], sum[:])
	return out
}

// seen is what has been stored before: batches by their ids, streams by their
// last offsets. The zero seen is empty; the store's lock guards it.
type seen struct {
	ids  map[[16]byte]int64
	ends streams
}

// has reports whether the batch of e has been stored.
func (s *seen) has(e *entry) bool {
	if _, ok := s.ids[digest(e.rec.id)]; ok && e.rec.id != "" {
		return true
	}
	end, ok := s.ends[e.rec.source]
	return ok && e.rec.source != "" && e.rec.offset <= end.offset
}

// note adds the batch of e.
func (s *seen) note(e *entry) {
	for _, id := range e.rec.ids() {
		s.add(id)
	}
	if e.rec.source != "" {
		s.reach(e.rec.source, streamEnd{e.rec.offset, e.rec.at})
	}
}

func (s *seen) add(id idEntry) {
	if s.ids == nil {
		s.ids = map[[16]byte]int64{}
	}
	s.ids[id.sum] = id.at
}

func (s *seen) reach(source string, to streamEnd) {
	if s.ends == nil {
		s.ends = streams{}
	}
	s.ends.reach(source, to)
}

// forget drops the ids of batches stored before a time.
func (s *seen) forget(before int64) {
	for sum, at := range s.ids {
		if at < before {
			delete(s.ids, sum)
		}
	}
}

// writeIDs keeps, before a log file goes, what it knows of batches: their ids,
// the last offset of each stream in it and in all files before it, and the segments
// that it names.
func writeIDs(dir string, f logFile, ends streams, now time.Time, step func(string)) (written bool, err error) {
	if len(f.ids) == 0 && len(f.ends) == 0 && len(f.segments) == 0 {
		return false, nil
	}
	ticks, _ := types.TicksOf(now)
	return true, writeIDsFile(filepath.Join(dir, idsName(f.seq)), encodeIDs(f, ends, ticks), step)
}

// writeIDsFile writes a file of ids and its copy.
func writeIDsFile(path string, b []byte, step func(string)) error {
	if err := writeFile(path+copyEnd, step, b); err != nil {
		return err
	}
	return writeFile(path, step, b)
}

// encodeIDs returns a file of ids, which was first written at a time.
func encodeIDs(f logFile, ends streams, written int64) []byte {
	b := []byte(idsMagic)
	b = binary.AppendVarint(b, written)
	b = binary.AppendUvarint(b, uint64(len(f.ids)))
	for _, id := range f.ids {
		b = binary.LittleEndian.AppendUint64(append(b, id.sum[:]...), uint64(id.at))
	}
	b = binary.AppendUvarint(b, uint64(len(ends)))
	sources := slices.Sorted(maps.Keys(ends))
	for _, source := range sources {
		b = binary.AppendVarint(appendText(b, source), ends[source].offset)
	}
	b = binary.AppendUvarint(b, uint64(len(f.segments)))
	for _, g := range f.segments {
		b = binary.AppendUvarint(binary.AppendUvarint(b, g.table), g.number)
	}
	for _, source := range sources {
		b = binary.AppendVarint(b, ends[source].at)
	}
	return binary.LittleEndian.AppendUint32(b, checksum(b))
}

// readIDs adds what a file of ids holds to s, and returns when it was written and
// the segments that it names. Files are read in their order: each has all streams that
// those before it have, but for those that were forgotten since.
func (s *seen) readIDs(path string) (written int64, named []namedSegment, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, nil, err
	}
	return s.decodeIDs(path, b)
}

// mendIDs reads a file of ids, or its copy if that is damaged, from which it is written
// again: mended says so. One that is damaged as its copy is has another name from then
// on, and what it knew is lost. A copy that is not like its file is written again, too.
func (s *seen) mendIDs(path string) (written int64, mended, err error) {
	text, err := os.ReadFile(path)
	if err == nil {
		written, _, err = s.decodeIDs(path, text)
	}
	b, copyErr := os.ReadFile(path + copyEnd)
	if err == nil {
		if bytes.Equal(text, b) {
			return written, nil, nil
		}
		// A copy that is whole was written anew, and a crash came before the file was.
		var other seen
		if _, _, damaged := other.decodeIDs(path+copyEnd, b); copyErr == nil && damaged != nil {
			mended = &DamageError{File: path + copyEnd, What: "it is not as the file is that it is a copy of; mended from that"}
		}
		return written, errors.Join(mended, writeFile(path+copyEnd, func(string) {}, text)), nil
	}
	if copyErr == nil {
		written, _, copyErr = s.decodeIDs(path+copyEnd, b)
	}
	if copyErr == nil {
		return written, fmt.Errorf("%w; mended from its copy", err), writeFile(path, func(string) {}, b)
	}
	return 0, nil, errors.Join(err, os.Rename(path, path+damagedEnd))
}

func (s *seen) decodeIDs(path string, b []byte) (written int64, named []namedSegment, err error) {
	if len(b) < len(idsMagic)+4 || string(b[:len(idsMagic)]) != idsMagic {
		return 0, nil, fmt.Errorf("%s: not a file of batch ids", path)
	}
	body := b[:len(b)-4]
	if got, want := checksum(body), binary.LittleEndian.Uint32(b[len(b)-4:]); got != want {
		return 0, nil, fmt.Errorf("%s: checksum is %08x, want %08x", path, got, want)
	}
	d := decoder{data: body[len(idsMagic):]}
	written = d.signed()
	for range d.count(24) {
		var id idEntry
		copy(id.sum[:], d.bytes(16))
		if at := d.bytes(8); len(at) == 8 {
			id.at = int64(binary.LittleEndian.Uint64(at))
		}
		s.add(id)
	}
	ends := streams{}
	var sources []string
	for range d.count(2) {
		source := d.text()
		sources = append(sources, source)
		ends[source] = streamEnd{d.signed(), written}
	}
	if len(d.data) > 0 { // earlier versions ended here
		for range d.count(2) {
			named = append(named, namedSegment{d.number(), d.number()})
		}
	}
	if len(d.data) > 0 { // likewise
		for _, source := range sources {
			ends[source] = streamEnd{ends[source].offset, d.signed()}
		}
	}
	if d.err != nil {
		return 0, nil, fmt.Errorf("%s: %w", path, d.err)
	}
	s.ends = ends
	return written, named, nil
}

// writeFile replaces the file at path by one of these parts, so that after a crash there is
// the old file or the new one, whole.
func writeFile(path string, step func(string), parts ...[]byte) error {
	temp := path + tempEnd
	step("write " + filepath.Base(path))
	err := writeSynced(temp, parts...)
	if err == nil {
		step("rename " + filepath.Base(path))
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
		return err
	}
	return syncDir(filepath.Dir(path))
}

// writeSynced writes a file that nothing names yet, and makes it and its name
// durable.
func writeSynced(path string, parts ...[]byte) error {
	if err := writeThrough(path, parts...); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// writeThrough writes a file that nothing names yet, and makes it durable, but for its
// name.
func writeThrough(path string, parts ...[]byte) error {
	return writeAnd((*os.File).Sync, path, parts)
}

// writePlain is writeThrough where the caller makes the file durable.
func writePlain(path string, parts ...[]byte) error {
	return writeAnd(func(*os.File) error { return nil }, path, parts)
}

// writeAnd writes a file, and calls then before it is closed.
func writeAnd(then func(*os.File) error, path string, parts [][]byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	for _, b := range parts {
		if _, err = f.Write(b); err != nil {
			break
		}
	}
	if err == nil {
		err = then(f)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
