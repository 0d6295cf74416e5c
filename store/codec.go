package store

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// The forms of a column in the log.
const (
	formFlat = iota
	formDict
	formConst
)

// appendRows appends rows of schema s as the log keeps them: columns with their
// names and types, dictionaries as dictionaries. format.md has the bytes.
func appendRows(dst []byte, s types.Schema, b *column.Batch) ([]byte, error) {
	dst = binary.AppendUvarint(dst, uint64(b.Len()))
	dst = binary.AppendUvarint(dst, uint64(s.Len()))
	for i, c := range s.Columns {
		dst = appendText(dst, c.Name)
		dst = appendText(dst, c.Type.String())
		hidden := byte(0)
		if c.Hidden {
			hidden = 1
		}
		dst = append(dst, hidden)
		col, err := b.Column(i)
		if err != nil {
			return nil, err
		}
		dst = appendForm(dst, col)
	}
	return dst, nil
}

func appendForm(dst []byte, c column.Column) []byte {
	switch c := c.(type) {
	case *column.Const:
		return appendFlat(append(dst, formConst), c.One)
	case *column.Dict:
		dst = append(dst, formDict)
		dst = binary.AppendUvarint(dst, uint64(c.Values.Len()))
		dst = appendFlat(dst, c.Values)
		for _, code := range c.Codes {
			dst = binary.AppendUvarint(dst, uint64(code))
		}
		return dst
	default:
		return appendFlat(append(dst, formFlat), c)
	}
}

// appendValid appends which rows hold a value: a bit each, unless all do.
func appendValid(dst []byte, c column.Column) []byte {
	if c.Type() == types.String || c.Type() == types.Dynamic {
		return append(dst, 0) // their values say it
	}
	bits, nulls := make([]byte, (c.Len()+7)/8), false
	for i := range c.Len() {
		if c.Null(i) {
			nulls = true
		} else {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	if !nulls {
		return append(dst, 0)
	}
	return append(append(dst, 1), bits...)
}

// appendFlat appends which rows hold a value, and the values.
func appendFlat(dst []byte, c column.Column) []byte {
	dst = appendValid(dst, c)
	switch c.Type() {
	case types.Bool:
		for _, v := range column.FlatVec[bool](c).Vals {
			if v {
				dst = append(dst, 1)
			} else {
				dst = append(dst, 0)
			}
		}
	case types.Real:
		for _, v := range column.FlatVec[float64](c).Vals {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
		}
	case types.Decimal:
		for i, v := range column.FlatVec[types.Decimal128](c).Vals {
			if c.Null(i) {
				dst = appendText(dst, "")
				continue
			}
			dst = appendText(dst, string(types.AppendDecimal(nil, v)))
		}
	case types.GUID:
		for _, v := range column.FlatVec[types.GUID128](c).Vals {
			dst = append(dst, v[:]...)
		}
	case types.String:
		for _, v := range column.FlatVec[string](c).Vals {
			dst = appendText(dst, v)
		}
	case types.Dynamic:
		for _, v := range column.FlatVec[dynamic.Value](c).Vals {
			if v.IsNull() {
				dst = appendText(dst, "")
				continue
			}
			dst = appendText(dst, string(v.AppendJSON(nil)))
		}
	default:
		for _, v := range column.FlatVec[int64](c).Vals {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(v))
		}
	}
	return dst
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// A decoder reads what the functions above have written. The first fault stays
// in err, and everything read after it is empty.
type decoder struct {
	data []byte
	err  error
}

func (d *decoder) fail(what string) {
	if d.err == nil {
		d.err = fmt.Errorf("the record is damaged: %s", what)
	}
	d.data = nil
}

func (d *decoder) bytes(n int) []byte {
	if n < 0 || n > len(d.data) {
		d.fail("it ends early")
		return nil
	}
	b := d.data[:n]
	d.data = d.data[n:]
	return b
}

func (d *decoder) byte() byte {
	if b := d.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (d *decoder) number() uint64 {
	v, n := binary.Uvarint(d.data)
	if n <= 0 {
		d.fail("a number is cut")
		return 0
	}
	d.data = d.data[n:]
	return v
}

// count reads a number of things of which each takes at least size bytes of
// what is left, so that a damaged number can't ask for all memory.
func (d *decoder) count(size int) int {
	v := d.number()
	if size > 0 && v > uint64(len(d.data)/size) || v > math.MaxInt32 {
		d.fail("it names more values than it has")
		return 0
	}
	return int(v)
}

func (d *decoder) text() string { return string(d.bytes(d.count(1))) }

// rows reads a batch and its schema.
func (d *decoder) rows() (types.Schema, *column.Batch) {
	n := d.count(0)
	width := d.count(4)
	var s types.Schema
	cols := make([]column.Column, 0, width)
	for range width {
		name, kind, hidden := d.text(), d.text(), d.byte() == 1
		t, ok := types.Lookup(kind)
		if !ok {
			d.fail(fmt.Sprintf("column %q has the unknown type %q", name, kind))
		}
		if d.err != nil {
			return types.Schema{}, nil
		}
		s.Columns = append(s.Columns, types.Column{Name: name, Type: t, Hidden: hidden})
		cols = append(cols, d.form(t, n))
	}
	if d.err != nil {
		return types.Schema{}, nil
	}
	return s, column.NewBatch(n, cols)
}

func (d *decoder) form(t types.Type, n int) column.Column {
	switch d.byte() {
	case formConst:
		return &column.Const{One: d.flat(t, 1), N: n}
	case formDict:
		size := d.count(1)
		values := d.flat(t, size)
		if n > len(d.data) {
			d.fail("it names more rows than it has")
			return nil
		}
		codes := make([]uint32, n)
		for i := range codes {
			code := d.number()
			if code >= uint64(size) {
				d.fail("a code is not in its dictionary")
				return nil
			}
			codes[i] = uint32(code)
		}
		return &column.Dict{Codes: codes, Values: values}
	case formFlat:
		return d.flat(t, n)
	}
	d.fail("a column has an unknown form")
	return nil
}

func (d *decoder) flat(t types.Type, n int) column.Column {
	var valid column.Bitmap
	if d.byte() == 1 {
		bits := d.bytes((n + 7) / 8)
		if d.err != nil {
			return nil
		}
		valid = column.NewBitmap(n)
		for i := range n {
			if bits[i/8]&(1<<(i%8)) != 0 {
				valid.Set(i)
			}
		}
	}
	switch t {
	case types.Bool:
		return values(d, t, n, 1, valid, func(b []byte) bool { return b[0] == 1 })
	case types.Real:
		return values(d, t, n, 8, valid, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) })
	case types.GUID:
		return values(d, t, n, 16, valid, func(b []byte) types.GUID128 { return types.GUID128(b) })
	case types.Decimal:
		return texts(d, t, n, valid, func(s string) (types.Decimal128, bool) {
			if s == "" {
				return types.Decimal128{}, true
			}
			return types.ParseDecimal(s)
		})
	case types.String:
		return texts(d, t, n, nil, func(s string) (string, bool) { return s, true })
	case types.Dynamic:
		var p dynamic.Parser
		return texts(d, t, n, nil, func(s string) (dynamic.Value, bool) {
			if s == "" {
				return dynamic.Value{}, true
			}
			v, err := p.Parse(s)
			return v, err == nil
		})
	default:
		return values(d, t, n, 8, valid, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) })
	}
}

func values[T column.Value](d *decoder, t types.Type, n, size int, valid column.Bitmap, read func([]byte) T) column.Column {
	if n > len(d.data)/size {
		d.fail("it names more rows than it has")
		return nil
	}
	data := d.bytes(n * size)
	vals := make([]T, n)
	for i := range vals {
		vals[i] = read(data[i*size : (i+1)*size])
	}
	return column.NewVec(t, vals, valid)
}

// texts reads n values that are written as texts, all of which share one piece of memory.
func texts[T column.Value](d *decoder, t types.Type, n int, valid column.Bitmap, read func(string) (T, bool)) column.Column {
	if n > len(d.data) {
		d.fail("it names more rows than it has")
		return nil
	}
	from := d.data
	for range n {
		d.bytes(d.count(1))
	}
	if d.err != nil {
		return nil
	}
	all := string(from[:len(from)-len(d.data)])
	vals := make([]T, n)
	at := 0
	for i := range vals {
		length, size := binary.Uvarint(from[at:])
		at += size
		v, ok := read(all[at : at+int(length)])
		if !ok {
			d.fail("a value does not read as " + t.String())
			return nil
		}
		vals[i] = v
		at += int(length)
	}
	return column.NewVec(t, vals, valid)
}
