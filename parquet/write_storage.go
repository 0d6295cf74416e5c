package parquet

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A storage is how a column is written.
type storage struct {
	typ      types.Type
	physical format.Type
	logical  format.LogicalTypeValue // nil for none
	optional bool                    // values may be missing
	micros   bool                    // datetimes count microseconds
}

func storageOf(c types.Column, micros bool) storage {
	s := storage{typ: c.Type, physical: format.Int64, optional: true}
	switch c.Type {
	case types.Bool:
		s.physical = format.Boolean
	case types.Int:
		s.physical, s.logical = format.Int32, &format.IntType{BitWidth: 32, IsSigned: true}
	case types.Real:
		s.physical = format.Double
	case types.Decimal:
		s.physical, s.logical = format.ByteArray, &format.StringType{}
	case types.String:
		s.physical, s.logical, s.optional = format.ByteArray, &format.StringType{}, false
	case types.GUID:
		s.physical, s.logical = format.FixedLenByteArray, &format.UUIDType{}
	case types.Dynamic:
		s.physical, s.logical = format.ByteArray, &format.JsonType{}
	case types.DateTime:
		unit := format.TimeUnit{Value: &format.NanoSeconds{}}
		if s.micros = micros; micros {
			unit.Value = &format.MicroSeconds{}
		}
		s.logical = &format.TimestampType{IsAdjustedToUTC: true, Unit: unit}
	default:
		s.logical = &format.IntType{BitWidth: 64, IsSigned: true}
	}
	return s
}

// element returns the column's entry in the file's schema. The older names of
// logical types are for readers that know no others.
func (s storage) element(name string) format.SchemaElement {
	e := format.SchemaElement{Name: name, Type: thrift.New(s.physical)}
	e.RepetitionType = thrift.New(format.Required)
	if s.optional {
		e.RepetitionType = thrift.New(format.Optional)
	}
	if s.physical == format.FixedLenByteArray {
		e.TypeLength = thrift.New(int32(guidSize))
	}
	if s.logical == nil {
		return e
	}
	e.LogicalType = format.LogicalType{Value: s.logical}
	switch l := s.logical.(type) {
	case *format.StringType:
		e.ConvertedType = thrift.New(deprecated.UTF8)
	case *format.JsonType:
		e.ConvertedType = thrift.New(deprecated.Json)
	case *format.IntType:
		e.ConvertedType = thrift.New(deprecated.Int64)
		if l.BitWidth == 32 {
			e.ConvertedType = thrift.New(deprecated.Int32)
		}
	case *format.TimestampType:
		if s.micros {
			e.ConvertedType = thrift.New(deprecated.TimestampMicros)
		}
	}
	return e
}

// isText reports whether values are text, and so may be in a dictionary.
func (s storage) isText() bool { return s.physical == format.ByteArray }

var errNanoseconds = errors.New("a time before 1678 or after 2262 does not fit a timestamp in nanoseconds")

// addFixed adds rows of a column whose values have a fixed size to the open page,
// in Parquet's plain encoding. Booleans take a byte until the page is finished.
func (c *columnWriter) addFixed(col column.Column, from, to int) error {
	switch c.typ {
	case types.Bool:
		return addRows(c, col, from, to, func(dst []byte, v bool) ([]byte, error) {
			if v {
				return append(dst, 1), nil
			}
			return append(dst, 0), nil
		})
	case types.Real:
		return addRows(c, col, from, to, func(dst []byte, v float64) ([]byte, error) {
			return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v)), nil
		})
	case types.GUID:
		return addRows(c, col, from, to, func(dst []byte, v types.GUID128) ([]byte, error) { return append(dst, v[:]...), nil })
	case types.Int:
		return addRows(c, col, from, to, func(dst []byte, v int64) ([]byte, error) {
			return binary.LittleEndian.AppendUint32(dst, uint32(v)), nil
		})
	case types.DateTime:
		if c.micros {
			return addRows(c, col, from, to, func(dst []byte, v int64) ([]byte, error) {
				v -= unixEpoch
				micros := v / 10
				if v%10 < 0 {
					micros-- // before 1970: round towards the past
				}
				return binary.LittleEndian.AppendUint64(dst, uint64(micros)), nil
			})
		}
		return addRows(c, col, from, to, func(dst []byte, v int64) ([]byte, error) {
			v -= unixEpoch
			if v < leastNanoTicks || v > mostNanoTicks {
				return dst, errNanoseconds
			}
			return binary.LittleEndian.AppendUint64(dst, uint64(v*100)), nil
		})
	}
	return addRows(c, col, from, to, func(dst []byte, v int64) ([]byte, error) {
		return binary.LittleEndian.AppendUint64(dst, uint64(v)), nil
	})
}

func addRows[T column.Value](c *columnWriter, col column.Column, from, to int, put func([]byte, T) ([]byte, error)) (err error) {
	v := column.ViewOf[T](col)
	for i := from; i < to; i++ {
		if v.Null(i) {
			c.open.mark(1, false)
			continue
		}
		c.open.mark(1, true)
		if c.open.data, err = put(c.open.data, v.At(i)); err != nil {
			return err
		}
	}
	return nil
}
