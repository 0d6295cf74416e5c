package external

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// jsonRecords reads JSON objects: those of an array, or those that follow one
// another.
type jsonRecords struct {
	text   *textFile
	d      *json.Decoder
	array  bool
	ended  bool // after the last array
	n      int  // of the record read last
	schema types.Schema
	of     []field
	parser dynamic.Parser
}

func newJSON(text *textFile, s types.Schema, of []field, skipFirst bool) (records, error) {
	r := &jsonRecords{text: text, schema: s, of: of}
	for {
		c, err := text.ReadByte()
		if err != nil {
			break // an empty file has no records
		}
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			continue
		}
		if err := text.UnreadByte(); err != nil {
			return nil, errors.Join(err, text.close())
		}
		r.array = c == '['
		break
	}
	r.d = json.NewDecoder(text)
	if r.array {
		if _, err := r.d.Token(); err != nil {
			return nil, errors.Join(err, text.close())
		}
	}
	if skipFirst {
		if _, err := r.record(); err != nil && !errors.Is(err, io.EOF) {
			return nil, errors.Join(err, text.close())
		}
	}
	return r, nil
}

func (r *jsonRecords) close() error { return r.text.close() }

// record returns the next record.
func (r *jsonRecords) record() (dynamic.Value, error) {
	for r.array && !r.d.More() {
		if r.ended {
			return dynamic.Value{}, io.EOF
		}
		if err := r.nextArray(); err != nil {
			r.ended = errors.Is(err, io.EOF)
			return dynamic.Value{}, err
		}
	}
	r.n++
	var raw json.RawMessage
	if err := r.d.Decode(&raw); err != nil {
		if errors.Is(err, io.EOF) {
			return dynamic.Value{}, io.EOF
		}
		return dynamic.Value{}, fmt.Errorf("record %d: %w", r.n, err)
	}
	v, err := r.parser.Parse(string(raw))
	if err != nil {
		return dynamic.Value{}, fmt.Errorf("record %d: %w", r.n, err)
	}
	if v.Kind() != dynamic.Bag && !r.wholeRecords() {
		return dynamic.Value{}, fmt.Errorf("record %d is no object but %s", r.n, v.Kind())
	}
	return v, nil
}

// nextArray goes from the end of an array to what an archive's next file begins
// with.
func (r *jsonRecords) nextArray() error {
	if _, err := r.d.Token(); err != nil {
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		return fmt.Errorf("after record %d: %w", r.n, err)
	}
	begin, err := r.d.Token()
	if err == nil && begin != json.Delim('[') {
		err = fmt.Errorf("after record %d: %v stands after the array", r.n, begin)
	}
	return err
}

// wholeRecords reports whether the columns take records whole, whatever they are.
func (r *jsonRecords) wholeRecords() bool {
	for _, f := range r.of {
		if len(f.path) > 0 {
			return false
		}
	}
	return true
}

// next implements records.
func (r *jsonRecords) next(_ context.Context, n int) (*column.Batch, error) {
	vals := make([][]dynamic.Value, len(r.of))
	rows := 0
	for ; rows < n; rows++ {
		v, err := r.record()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		for i, f := range r.of {
			vals[i] = append(vals[i], f.at(v))
		}
	}
	if rows == 0 {
		return nil, io.EOF
	}
	return valuesBatch(r.schema, r.of, vals, rows), nil
}

// valuesBatch converts the values of each column to the column's type.
func valuesBatch(s types.Schema, of []field, vals [][]dynamic.Value, rows int) *column.Batch {
	cols := make([]column.Column, len(of))
	for i, f := range of {
		t := s.Columns[i].Type
		if text, ok := f.constant(); ok {
			cols[i] = repeated(fromTexts(t, []string{text}), rows)
		} else {
			cols[i] = fromValues(t, vals[i])
		}
	}
	return column.NewBatch(rows, cols)
}
