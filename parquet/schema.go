package parquet

import (
	"math"
	"unsafe"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

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
