package parquet

import (
	"math"
	"slices"
	"unsafe"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// An ordered group keeps its fields in the table's order; the library's own
// sorts them by name.
type ordered struct {
	pq.Group
	fields []pq.Field
}

// Fields returns the columns in the table's order.
func (o ordered) Fields() []pq.Field { return o.fields }

func schemaNode(s types.Schema, micros []string) pq.Node {
	g := pq.Group{}
	for _, c := range s.Columns {
		g[c.Name] = columnNode(c, slices.Contains(micros, c.Name))
	}
	byName := map[string]pq.Field{}
	for _, f := range g.Fields() {
		byName[f.Name()] = f
	}
	o := ordered{Group: g}
	for _, c := range s.Columns {
		o.fields = append(o.fields, byName[c.Name])
	}
	return o
}

func columnNode(c types.Column, micros bool) pq.Node {
	switch c.Type {
	case types.Bool:
		return pq.Optional(pq.Leaf(pq.BooleanType))
	case types.Int:
		return pq.Optional(pq.Int(32))
	case types.Real:
		return pq.Optional(pq.Leaf(pq.DoubleType))
	case types.Decimal:
		return pq.Optional(pq.Encoded(pq.String(), &pq.RLEDictionary))
	case types.String:
		return pq.Encoded(pq.String(), &pq.RLEDictionary)
	case types.GUID:
		return pq.Optional(pq.UUID())
	case types.Dynamic:
		return pq.Optional(pq.Encoded(pq.JSON(), &pq.RLEDictionary))
	case types.DateTime:
		if micros {
			return pq.Optional(pq.Timestamp(pq.Microsecond))
		}
		return pq.Optional(pq.Timestamp(pq.Nanosecond))
	}
	return pq.Optional(pq.Int(64))
}

// The years that a timestamp in nanoseconds can hold, in ticks from 1970.
const (
	leastNanoTicks = math.MinInt64 / 100
	mostNanoTicks  = math.MaxInt64 / 100
)

// MicrosFor returns the datetime columns with a value outside the years 1678 to
// 2262, which fit no timestamp in nanoseconds: for WriterOptions.Micros.
func MicrosFor(s types.Schema, batches []*column.Batch) ([]string, error) {
	var out []string
	for i, c := range s.Columns {
		if c.Type != types.DateTime {
			continue
		}
		for _, b := range batches {
			col, err := b.Column(i)
			if err != nil {
				return nil, err
			}
			if outside(col) {
				out = append(out, c.Name)
				break
			}
		}
	}
	return out, nil
}

func outside(c column.Column) bool {
	v := column.FlatVec[int64](c)
	for i, x := range v.Vals {
		if t := x - unixEpoch; v.Valid.Has(i) && (t < leastNanoTicks || t > mostNanoTicks) {
			return true
		}
	}
	return false
}

// bytesOf returns the bytes of s without copying; they are only read.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
