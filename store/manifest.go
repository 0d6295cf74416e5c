package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/calypso-kql/calypso/kql/types"
)

// formatVersion is that of everything in the folder; format.md describes it.
const formatVersion = 1

// A manifest says what a table is: its columns and which segments hold it. It is
// the only file of a table that changes, and is replaced as a whole.
type manifest struct {
	Format int    `json:"format"`
	ID     uint64 `json:"id"`
	Name   string `json:"name"`
	// Columns are the table's, hidden ones at the end.
	Columns []manifestColumn `json:"columns"`
	// Durable is the number of the log's record up to which the table's rows are
	// in segments.
	Durable uint64 `json:"durable"`
	// Added are later records whose segments are among Segments already.
	Added []uint64 `json:"added,omitempty"`
	// Next is the number of the next segment's file.
	Next      uint64     `json:"next"`
	Retention Retention  `json:"retention"`
	Segments  []*Segment `json:"segments"`
	// Cuts are where columns were dropped or got another type, by name.
	Cuts map[string]cut `json:"cuts,omitempty"`
	// Notes are what users of the store keep beside the table.
	Notes Notes `json:"notes,omitempty"`
}

// A cut says from where on the values of a column are its own. What segments with
// a number below File and records of the log up to LSN hold under its name was a
// column that was dropped, and is null.
type cut struct {
	File uint64 `json:"file"`
	LSN  uint64 `json:"lsn"`
}

type manifestColumn struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Hidden bool   `json:"hidden,omitempty"`
}

// Retention says what of a table is kept. The zero Retention keeps everything.
type Retention struct {
	// Age is for how long after its TimeGenerated a row is kept, at least; a
	// segment goes when all its rows are older. In a table without that column
	// _TimeReceived counts, and a day later for a row that is from long after its arrival.
	Age time.Duration `json:"age,omitempty"`
	// Bytes is how large the table's segments may be together; the oldest go
	// first, and the newest stays, however large it is.
	Bytes int64 `json:"bytes,omitempty"`
}

func columnsOf(s types.Schema) []manifestColumn {
	var out []manifestColumn
	for _, c := range s.Columns {
		out = append(out, manifestColumn{c.Name, c.Type.String(), c.Hidden})
	}
	return out
}

func schemaOf(cols []manifestColumn) (types.Schema, error) {
	var s types.Schema
	for _, c := range cols {
		t, ok := types.Lookup(c.Type)
		if !ok {
			return s, fmt.Errorf("column %s has the unknown type %q", c.Name, c.Type)
		}
		s.Columns = append(s.Columns, types.Column{Name: c.Name, Type: t, Hidden: c.Hidden})
	}
	return s, nil
}

// writeSealed replaces a file by v as JSON, followed by a line with its checksum,
// and its copy before it: a byte that changes in one of them is mended by the other.
// After an error the file is as it was.
func writeSealed(path string, v any, step func(string)) error {
	text, err := sealed(v)
	if err != nil {
		return err
	}
	if err := writeFile(path+copyEnd, step, text); err != nil {
		return err
	}
	return writeFile(path, step, text)
}

// sealed returns v as JSON, followed by a line with its checksum.
func sealed(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(text, "\n%08x\n", checksum(text)), nil
}

// readSealed reads what writeSealed has written into v. mended, if not nil, says
// that the file or its copy was damaged and is whole again.
func readSealed(path string, v any) (mended, err error) {
	text, err := sealedText(path)
	other, otherErr := sealedText(path + copyEnd)
	switch {
	case err == nil && damageOf(otherErr) != nil:
		mended, err = damageOf(otherErr), restore(path+copyEnd, text)
	case err == nil && otherErr == nil && !bytes.Equal(text, other):
		err = restore(path+copyEnd, text) // a crash came between the two
	case err != nil && otherErr == nil:
		mended, text, err = damageOf(err), other, restore(path, other)
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return nil, &DamageError{File: path, What: err.Error()}
	}
	if mended != nil {
		mended = fmt.Errorf("%w; mended from its copy", mended)
	}
	return mended, nil
}

// sealedText returns the JSON of a file that ends in its checksum.
func sealedText(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	end := bytes.LastIndexByte(bytes.TrimSuffix(b, []byte("\n")), '\n')
	if end < 0 || string(b[end:]) != fmt.Sprintf("\n%08x\n", checksum(b[:end])) {
		return nil, &DamageError{File: path, What: "its checksum is not that of its text"}
	}
	return b[:end], nil
}

// damageOf returns err if it is about damage.
func damageOf(err error) error {
	var d *DamageError
	if errors.As(err, &d) {
		return d
	}
	return nil
}

func restore(path string, text []byte) error {
	return writeFile(path, func(string) {}, fmt.Appendf(slices.Clone(text), "\n%08x\n", checksum(text)))
}

// readManifest returns the manifest of the table in dir, and what of it was mended.
func readManifest(dir string) (m *manifest, mended, err error) {
	m = &manifest{}
	path := filepath.Join(dir, manifestName)
	if mended, err = readSealed(path, m); err != nil {
		return nil, nil, err
	}
	if m.Format != formatVersion {
		return nil, nil, fmt.Errorf("%s: it has format %d, this version of Calypso reads %d", path, m.Format, formatVersion)
	}
	return m, mended, nil
}
