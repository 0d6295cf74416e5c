package parquet

import (
	"encoding/binary"
	"math/big"
	"strconv"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// fromText returns text as a column of type t, converted as KQL's conversion
// functions do: what does not convert is null. valid says which texts are there
// at all.
func fromText(t types.Type, text []string, valid column.Bitmap) column.Column {
	switch t {
	case types.Bool:
		return parsed(t, text, valid, types.ParseBool)
	case types.Int:
		return parsed(t, text, valid, types.ParseInt)
	case types.Long:
		return parsed(t, text, valid, types.ParseLong)
	case types.Real:
		return parsed(t, text, valid, types.ParseReal)
	case types.Decimal:
		return parsed(t, text, valid, types.ParseDecimal)
	case types.DateTime:
		return parsed(t, text, valid, types.ParseDateTime)
	case types.TimeSpan:
		return parsed(t, text, valid, types.ParseTimeSpan)
	case types.GUID:
		return parsed(t, text, valid, types.ParseGUID)
	case types.Dynamic:
		var p dynamic.Parser
		vals := make([]dynamic.Value, len(text))
		for i, s := range text {
			if s != "" && valid.Has(i) {
				vals[i] = p.FromText(s)
			}
		}
		return column.NewVec(t, vals, nil)
	}
	return column.NewVec(types.String, text, nil)
}

func parsed[T column.Value](t types.Type, text []string, valid column.Bitmap, parse func(string) (T, bool)) column.Column {
	b := column.NewTypedBuilder[T](t, len(text))
	for i, s := range text {
		if v, ok := parse(s); ok && valid.Has(i) {
			b.Append(v)
		} else {
			b.AppendNull()
		}
	}
	return b.Finish()
}

// cast returns c as type t, by way of the text of each value, as KQL's conversion
// functions do: the catalog may say string where the file has numbers.
func cast(c column.Column, t types.Type) column.Column {
	if c.Type() == t {
		return c
	}
	var text func(i int) string
	switch c.Type() {
	case types.Dynamic:
		text = texts(c, func(dst []byte, v dynamic.Value) []byte { return v.AppendText(dst) })
	case types.Bool:
		text = texts(c, types.AppendBool)
	case types.Real:
		text = texts(c, types.AppendReal)
	case types.Decimal:
		text = texts(c, types.AppendDecimal)
	case types.GUID:
		text = texts(c, types.AppendGUID)
	case types.DateTime:
		text = texts(c, types.AppendDateTime)
	case types.TimeSpan:
		text = texts(c, types.AppendTimeSpan)
	default:
		text = texts(c, func(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) })
	}
	out := make([]string, c.Len())
	valid := column.FullBitmap(c.Len())
	for i := range out {
		if c.Null(i) {
			valid.Clear(i)
			continue
		}
		out[i] = text(i)
	}
	return fromText(t, out, valid)
}

func texts[T column.Value](c column.Column, print func([]byte, T) []byte) func(int) string {
	v := column.ViewOf[T](c)
	var buf []byte
	return func(i int) string {
		buf = print(buf[:0], v.At(i))
		return string(buf)
	}
}

// wideDecimal returns a big-endian two's complement integer / 10^digits.
func wideDecimal(b []byte, digits int) types.Decimal128 {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	d, _ := types.ParseDecimal(n.String() + "e-" + strconv.Itoa(digits))
	return d
}

// scaledDecimal returns v / 10^digits.
func scaledDecimal(v int64, digits int) types.Decimal128 {
	d := types.DecimalFromLong(v)
	for range digits {
		d, _ = types.DecimalQuo(d, types.DecimalFromLong(10))
	}
	return d
}

// wholeDecimal returns a stored 64-bit integer as a decimal.
func (p physical) wholeDecimal(v int64) types.Decimal128 {
	if p.unsigned && v < 0 {
		d, _ := types.ParseDecimal(strconv.FormatUint(uint64(v), 10))
		return d
	}
	return scaledDecimal(v, p.digits)
}

// intervalTicks converts an interval: months, which count as 30 days, days and
// milliseconds.
func intervalTicks(b []byte) int64 {
	months, days, millis := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	return (int64(months)*30+int64(days))*ticksPerDay + int64(millis)*10_000
}

// int96Value converts the old timestamp of Spark and Hive.
func int96Value(v pq.Value) int64 {
	n := v.Int96()
	var b [12]byte
	for i, w := range n {
		binary.LittleEndian.PutUint32(b[4*i:], w)
	}
	return int96Ticks(b[:])
}

// ofText returns the stored bytes of text, or of a decimal of any length, as a
// column of f's type.
func (f field) ofText(text []string, valid column.Bitmap) column.Column {
	if f.from.digits >= 0 {
		return textDecimals(text, valid, f.from.digits)
	}
	return fromText(f.to, text, valid)
}

// textDecimals reads the bytes of decimals of any length.
func textDecimals(text []string, valid column.Bitmap, digits int) column.Column {
	b := column.NewTypedBuilder[types.Decimal128](types.Decimal, len(text))
	for i, s := range text {
		if valid.Has(i) {
			b.Append(wideDecimal(bytesOf(s), digits))
		} else {
			b.AppendNull()
		}
	}
	return b.Finish()
}
