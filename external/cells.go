package external

import (
	"math"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// fromTexts converts a column of texts, as ingestion does: a text that is no value
// of the type is null.
func fromTexts(t types.Type, texts []string) column.Column {
	switch t {
	case types.String:
		return column.NewVec(t, texts, nil)
	case types.Dynamic:
		return each(t, texts, func(s string) (dynamic.Value, bool) {
			if s == "" {
				return dynamic.Value{}, false
			}
			return dynamic.FromText(s), true
		})
	case types.Bool:
		return each(t, texts, trimmed(types.ParseBool))
	case types.Int:
		return each(t, texts, trimmed(inRange(types.ParseLong, types.ParseInt)))
	case types.Real:
		return each(t, texts, trimmed(types.ParseReal))
	case types.Decimal:
		return each(t, texts, trimmed(types.ParseDecimal))
	case types.DateTime:
		return each(t, texts, trimmed(types.ParseDateTime))
	case types.TimeSpan:
		return each(t, texts, trimmed(types.ParseTimeSpan))
	case types.GUID:
		return each(t, texts, trimmed(types.ParseGUID))
	}
	return each(t, texts, trimmed(types.ParseLong))
}

// inRange makes null of whole numbers that no int takes: what is stored is what came, or
// nothing, while toint() lets them wrap around.
func inRange[A any](long, int32s func(A) (int64, bool)) func(A) (int64, bool) {
	return func(x A) (int64, bool) {
		if n, ok := long(x); ok && (n < math.MinInt32 || n > math.MaxInt32) {
			return 0, false
		}
		return int32s(x)
	}
}

func trimmed[T any](parse func(string) (T, bool)) func(string) (T, bool) {
	return func(s string) (T, bool) { return parse(strings.TrimSpace(s)) }
}

// fromValues converts a column of dynamic values.
func fromValues(t types.Type, vals []dynamic.Value) column.Column {
	switch t {
	case types.Dynamic:
		return column.NewVec(t, vals, nil)
	case types.String:
		return each(t, vals, func(v dynamic.Value) (string, bool) { return v.String(), true })
	case types.Bool:
		return each(t, vals, dynamic.Value.ToBool)
	case types.Int:
		return each(t, vals, inRange(dynamic.Value.ToLong, dynamic.Value.ToInt))
	case types.Real:
		return each(t, vals, dynamic.Value.ToReal)
	case types.Decimal:
		return each(t, vals, dynamic.Value.ToDecimal)
	case types.DateTime:
		return each(t, vals, dynamic.Value.ToDateTime)
	case types.TimeSpan:
		return each(t, vals, dynamic.Value.ToTimeSpan)
	case types.GUID:
		return each(t, vals, dynamic.Value.ToGUID)
	}
	return each(t, vals, dynamic.Value.ToLong)
}

// each converts every value of a column; !ok is null.
func each[A any, T column.Value](t types.Type, in []A, f func(A) (T, bool)) column.Column {
	vals := make([]T, len(in))
	var valid column.Bitmap
	for i, x := range in {
		v, ok := f(x)
		if ok {
			vals[i] = v
			continue
		}
		if valid == nil && t != types.String && t != types.Dynamic {
			valid = column.FullBitmap(len(in))
		}
		if valid != nil {
			valid.Clear(i)
		}
	}
	return column.NewVec(t, vals, valid)
}

// repeated is a column of n times the only row of one.
func repeated(one column.Column, n int) column.Column { return &column.Const{One: one, N: n} }
