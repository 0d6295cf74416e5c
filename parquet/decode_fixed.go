package parquet

import (
	"encoding/binary"
	"fmt"
	"math"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/types"
)

// fixed adds values of a fixed size.
func (d *decoder) fixed(v *values, rows picker) error {
	b, have := v.fixed, v.count
	if v.dict != nil {
		b, have = v.dict.page, len(v.dict.page)/d.f.from.size()
	}
	from := d.f.from
	switch from.kind {
	case pq.Boolean:
		return appendFixed(d, &d.bools, rows, have, func(s int) bool { return b[s] != 0 })
	case pq.Int32:
		return d.integers(rows, have, func(s int) int64 { return from.int32(binary.LittleEndian.Uint32(b[4*s:])) })
	case pq.Int64:
		if v.dict == nil && v.slots == nil && rows.picks == nil && d.isWords() {
			d.words(b[8*rows.from : 8*(rows.from+rows.n)])
			return nil
		}
		return d.integers(rows, have, func(s int) int64 { return int64(binary.LittleEndian.Uint64(b[8*s:])) })
	case pq.Int96:
		return d.integers(rows, have, func(s int) int64 { return int96Ticks(b[12*s:]) })
	case pq.Float:
		return appendFixed(d, &d.reals, rows, have, func(s int) float64 {
			return float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*s:])))
		})
	case pq.Double:
		return appendFixed(d, &d.reals, rows, have, func(s int) float64 {
			return math.Float64frombits(binary.LittleEndian.Uint64(b[8*s:]))
		})
	}
	if from.interval {
		return appendFixed(d, &d.ints, rows, have, func(s int) int64 { return intervalTicks(b[intervalSize*s:]) })
	}
	if n := from.wide; n > 0 {
		return appendFixed(d, &d.decs, rows, have, func(s int) types.Decimal128 { return wideDecimal(b[n*s:n*s+n], from.digits) })
	}
	return appendFixed(d, &d.guids, rows, have, func(s int) types.GUID128 { return types.GUID128(b[guidSize*s:]) })
}

// int96Ticks converts the old timestamp of Spark and Hive: nanoseconds of the
// day, and a Julian day.
func int96Ticks(b []byte) int64 {
	const julianUnixDay = 2_440_588
	nanos := int64(binary.LittleEndian.Uint64(b))
	day := int64(int32(binary.LittleEndian.Uint32(b[8:])))
	return unixEpoch + (day-julianUnixDay)*ticksPerDay + nanos/100
}

// integers adds integers as what the column's type counts.
func (d *decoder) integers(rows picker, have int, at func(int) int64) error {
	from := d.f.from
	switch {
	case d.f.to == types.Real:
		return appendFixed(d, &d.reals, rows, have, func(s int) float64 { return float64(at(s)) })
	case from.digits >= 0:
		return appendFixed(d, &d.decs, rows, have, func(s int) types.Decimal128 { return from.wholeDecimal(at(s)) })
	case from.mul == 0:
		return appendFixed(d, &d.ints, rows, have, at)
	}
	return appendFixed(d, &d.ints, rows, have, func(s int) int64 { return from.ticks(at(s)) })
}

// appendFixed adds the wanted rows of a page; at reads a value by its slot, of
// which there are have.
func appendFixed[T any](d *decoder, dst *[]T, rows picker, have int, at func(int) T) error {
	if *dst == nil {
		*dst = make([]T, 0, d.capacity)
	}
	out := *dst
	var zero T
	for i := range rows.n {
		s := rows.slot(i)
		if s < 0 {
			d.missing = append(d.missing, len(out))
			out = append(out, zero)
			continue
		}
		if rows.v.dict != nil {
			s = int(rows.v.codes[s])
		}
		if s >= have {
			return fmt.Errorf("value %d of %d", s, have)
		}
		out = append(out, at(s))
	}
	*dst = out
	return nil
}
