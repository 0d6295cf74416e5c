package parquet

import (
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

// scaledDecimal returns v / 10^digits.
func scaledDecimal(v int64, digits int) types.Decimal128 {
	d := types.DecimalFromLong(v)
	for range digits {
		d, _ = types.DecimalQuo(d, types.DecimalFromLong(10))
	}
	return d
}
