package detect

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// EventText returns a row of the result as a JSON object of its columns, in their order.
// Nulls are left out.
func (e *Evaluation) EventText(row int) (string, error) {
	var b dynamic.BagBuilder
	for i, c := range e.Schema.Columns {
		col, err := e.texts.whole.Column(i)
		if err != nil {
			return "", err
		}
		if v := cellValue(col, row); !v.IsNull() {
			b.Set(c.Name, v)
		}
	}
	return b.Value().String(), nil
}

// cellValue returns a cell as a dynamic value, null if the cell is.
func cellValue(c column.Column, row int) dynamic.Value {
	switch c.Type() {
	case types.String:
		return valueAt(c, row, dynamic.FromString)
	case types.Dynamic:
		return valueAt(c, row, func(v dynamic.Value) dynamic.Value { return v })
	case types.Bool:
		return valueAt(c, row, dynamic.FromBool)
	case types.Real:
		return valueAt(c, row, dynamic.FromReal)
	case types.Decimal:
		return valueAt(c, row, dynamic.FromDecimal)
	case types.GUID:
		return valueAt(c, row, dynamic.FromGUID)
	case types.DateTime:
		return valueAt(c, row, dynamic.FromDateTime)
	case types.TimeSpan:
		return valueAt(c, row, dynamic.FromTimeSpan)
	}
	return valueAt(c, row, dynamic.FromLong)
}

func valueAt[T column.Value](c column.Column, row int, of func(T) dynamic.Value) dynamic.Value {
	v := column.ViewOf[T](c)
	if v.Null(row) {
		return dynamic.Value{}
	}
	return of(v.At(row))
}
