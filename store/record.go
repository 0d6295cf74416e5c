package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A record is what one Append adds: all of it is stored or nothing.
type record struct {
	id     string // the batch's, empty for none
	also   []string
	source string // the stream that the batch is of, empty for none
	offset int64  // of the batch's last message in the stream
	at     int64  // when it was appended, in ticks
	tables []addition
}

// ids returns the digests of the ids that are known from now on.
func (r *record) ids() []idEntry {
	var out []idEntry
	if r.id != "" {
		out = append(out, idEntry{digest(r.id), r.at})
	}
	for _, id := range r.also {
		out = append(out, idEntry{digest(id), r.at})
	}
	return out
}

// An addition is what a record adds to one table: rows, or a segment that has
// been written already.
type addition struct {
	table   uint64
	to      *table // not in the log
	schema  types.Schema
	rows    *column.Batch
	segment *Segment
	altered int // the table's, when the rows were found to fit it; not in the log
}

const (
	addRows = iota
	addSegment
)

// A loggedSegment is what the log says of a segment.
type loggedSegment struct {
	Columns []manifestColumn `json:"columns"`
	Segment *Segment         `json:"segment"`
}

// appendRecord appends the body of a record's frame.
func appendRecord(dst []byte, r *record) ([]byte, error) {
	dst = appendText(dst, strings.Join(append([]string{r.id}, r.also...), "\n"))
	dst = appendText(dst, r.source)
	dst = binary.AppendVarint(dst, r.offset)
	dst = binary.AppendVarint(dst, r.at)
	dst = binary.AppendUvarint(dst, uint64(len(r.tables)))
	for _, t := range r.tables {
		dst = binary.AppendUvarint(dst, t.table)
		if t.segment != nil {
			text, err := json.Marshal(loggedSegment{columnsOf(t.schema), t.segment})
			if err != nil {
				return nil, err
			}
			dst = appendText(append(dst, addSegment), string(text))
			continue
		}
		var err error
		if dst, err = appendRows(append(dst, addRows), t.schema, t.rows); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// decodeRecord reads a record.
func decodeRecord(body []byte) (record, error) {
	d := decoder{data: body}
	id, also, has := strings.Cut(d.text(), "\n")
	r := record{id: id, source: d.text(), offset: d.signed(), at: d.signed()}
	if has {
		r.also = strings.Split(also, "\n")
	}
	for range d.count(2) {
		t := addition{table: d.number()}
		switch d.byte() {
		case addRows:
			t.schema, t.rows = d.rows()
		case addSegment:
			t.schema, t.segment = d.segment()
		default:
			d.fail("an addition has an unknown kind")
		}
		if d.err != nil {
			return record{}, d.err
		}
		r.tables = append(r.tables, t)
	}
	if len(d.data) > 0 {
		d.fail("something follows its end")
	}
	return r, d.err
}

func (d *decoder) signed() int64 {
	v, n := binary.Varint(d.data)
	if n <= 0 {
		d.fail("a number is cut")
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *decoder) segment() (types.Schema, *Segment) {
	var l loggedSegment
	err := json.Unmarshal([]byte(d.text()), &l)
	if err == nil && l.Segment == nil {
		err = errors.New("it names no segment")
	}
	if err != nil {
		d.fail(err.Error())
		return types.Schema{}, nil
	}
	s, err := schemaOf(l.Columns)
	if err != nil {
		d.fail(err.Error())
	}
	return s, l.Segment
}
