package detect

import (
	"strconv"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// cellText returns how to read rows of c as text, as KQL's tostring() does; a
// null is empty.
func cellText(c column.Column) func(row int) string {
	switch c.Type() {
	case types.String:
		return reader(c, func(v string) string { return v })
	case types.Dynamic:
		return reader(c, func(v dynamic.Value) string { return v.String() })
	case types.Bool:
		return reader(c, func(v bool) string { return string(types.AppendBool(nil, v)) })
	case types.Real:
		return reader(c, func(v float64) string { return string(types.AppendReal(nil, v)) })
	case types.Decimal:
		return reader(c, func(v types.Decimal128) string { return string(types.AppendDecimal(nil, v)) })
	case types.GUID:
		return reader(c, types.GUID128.String)
	case types.DateTime:
		return reader(c, func(v int64) string { return string(types.AppendDateTime(nil, v)) })
	case types.TimeSpan:
		return reader(c, func(v int64) string { return string(types.AppendTimeSpan(nil, v)) })
	}
	return reader(c, func(v int64) string { return strconv.FormatInt(v, 10) })
}

func reader[T column.Value](c column.Column, text func(T) string) func(int) string {
	v := column.ViewOf[T](c)
	return func(i int) string {
		if v.Null(i) {
			return ""
		}
		return text(v.At(i))
	}
}
