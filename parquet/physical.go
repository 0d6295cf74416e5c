package parquet

import (
	"fmt"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/calypso-kql/calypso/kql/types"
)

// A physical is how a file stores a column: the kind of its values, what they
// count, and whether they may be missing.
type physical struct {
	kind     pq.Kind
	optional bool
	// scale turns an integer into ticks: ticks = v*mul/div + epoch. mul is zero
	// for a plain integer.
	mul, div int64
	epoch    int64
	// digits is the number of decimal places of a scaled decimal, -1 otherwise.
	digits   int
	wide     int  // bytes of a decimal that is no integer
	interval bool // months, days and milliseconds
	unsigned bool // an integer without a sign
}

// unixEpoch is 1970-01-01 in ticks.
const unixEpoch = 621_355_968_000_000_000

const ticksPerDay = 864_000_000_000

// physicalOf returns how c is stored and the KQL type that fits it.
func physicalOf(c *pq.Column) (physical, types.Type, error) {
	t := c.Type()
	p := physical{kind: t.Kind(), optional: c.Optional(), digits: -1}
	var logical format.LogicalTypeValue
	if lt := t.LogicalType(); lt != nil {
		logical = lt.Value
	}
	switch p.kind {
	case pq.Boolean:
		return p, types.Bool, nil
	case pq.Float, pq.Double:
		return p, types.Real, nil
	case pq.Int32, pq.Int64:
		return integerOf(p, logical)
	case pq.Int96:
		p.epoch = unixEpoch
		return p, types.DateTime, nil
	case pq.ByteArray:
		switch l := logical.(type) {
		case *format.JsonType:
			return p, types.Dynamic, nil
		case *format.DecimalType:
			p.digits = int(l.Scale)
			return p, types.Decimal, nil
		case *format.BsonType, *format.GeometryType, *format.GeographyType:
			return p, types.Unknown, fmt.Errorf("its type %s is not supported", t)
		}
		return p, types.String, nil
	case pq.FixedLenByteArray:
		_, uuid := logical.(*format.UUIDType)
		if uuid || t.Length() == 16 && logical == nil {
			return p, types.GUID, nil
		}
		if d, ok := logical.(*format.DecimalType); ok && t.Length() > 0 && t.Length() <= 16 {
			p.digits, p.wide = int(d.Scale), t.Length()
			return p, types.Decimal, nil
		}
		if t.Length() == intervalSize && t.String() == "INTERVAL" {
			p.interval = true
			return p, types.TimeSpan, nil
		}
	}
	return p, types.Unknown, fmt.Errorf("its type %s is not supported", t)
}

// intervalSize is the length of an interval.
const intervalSize = 12

func integerOf(p physical, logical format.LogicalTypeValue) (physical, types.Type, error) {
	switch lt := logical.(type) {
	case *format.TimestampType:
		p.epoch = unixEpoch
		p.mul, p.div = unitOf(lt.Unit)
		return p, types.DateTime, nil
	case *format.DateType:
		p.epoch, p.mul, p.div = unixEpoch, ticksPerDay, 1
		return p, types.DateTime, nil
	case *format.TimeType:
		p.mul, p.div = unitOf(lt.Unit)
		return p, types.TimeSpan, nil
	case *format.DecimalType:
		p.digits = int(lt.Scale)
		return p, types.Decimal, nil
	case *format.IntType:
		p.unsigned = !lt.IsSigned
	}
	switch {
	case p.unsigned && p.kind == pq.Int64:
		p.digits = 0 // half of its values are no long
		return p, types.Decimal, nil
	case p.unsigned && logical.(*format.IntType).BitWidth == 32:
		return p, types.Long, nil
	}
	if p.kind == pq.Int32 {
		return p, types.Int, nil
	}
	return p, types.Long, nil
}

func unitOf(u format.TimeUnit) (mul, div int64) {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return 10_000, 1
	case *format.MicroSeconds:
		return 10, 1
	}
	return 1, 100
}

// size is the number of bytes of a stored value of a fixed size; a boolean is
// read as a byte.
func (p physical) size() int {
	switch p.kind {
	case pq.Boolean:
		return 1
	case pq.Int32, pq.Float:
		return 4
	case pq.Int96:
		return 12
	case pq.FixedLenByteArray:
		if p.wide > 0 {
			return p.wide
		}
		if p.interval {
			return intervalSize
		}
		return guidSize
	}
	return 8
}

// ticks converts a stored integer.
func (p physical) ticks(v int64) int64 {
	if p.mul == 0 {
		return v
	}
	if p.div == 1 {
		return v*p.mul + p.epoch
	}
	q := v / p.div
	if v%p.div < 0 {
		q-- // before 1970: round towards the past
	}
	return q*p.mul + p.epoch
}

// reads reports whether a column stored so can be read as type t. Text can be
// read as anything: it is converted as KQL converts it.
func (p physical) reads(t types.Type) bool {
	switch p.kind {
	case pq.ByteArray:
		return p.digits < 0 || t == types.Decimal
	case pq.Boolean:
		return t == types.Bool
	case pq.Float, pq.Double:
		return t == types.Real
	case pq.Int96:
		return t == types.DateTime
	case pq.FixedLenByteArray:
		if p.interval {
			return t == types.TimeSpan
		}
		return t == types.GUID && p.digits < 0 || t == types.Decimal && p.digits >= 0
	}
	if p.digits >= 0 {
		return t == types.Decimal
	}
	if p.mul != 0 {
		return t == types.DateTime || t == types.TimeSpan
	}
	return t.IsInteger() || t == types.Real || t == types.TimeSpan || t == types.DateTime
}
