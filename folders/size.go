package folders

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// sizeOf returns about how many bytes a batch takes.
func sizeOf(b *column.Batch) int64 {
	var n int64
	for i := range b.Width() {
		n += columnSize(b.Raw(i))
	}
	return n
}

func columnSize(c column.Column) int64 {
	switch c := c.(type) {
	case *column.Const:
		return columnSize(c.One)
	case *column.Dict:
		// What of the dictionary these rows use: batches may share one.
		values := columnSize(c.Values)
		used := values * int64(len(c.Codes)) / int64(max(1, c.Values.Len()))
		return 4*int64(len(c.Codes)) + min(values, used)
	case *column.Vec[string]:
		n := 16 * int64(len(c.Vals))
		for _, s := range c.Vals {
			n += int64(len(s))
		}
		return n
	case *column.Vec[dynamic.Value]:
		n := 16 * int64(len(c.Vals))
		for _, v := range c.Vals {
			n += int64(len(v.Encoding()))
		}
		return n
	}
	if c.Type() == types.Bool {
		return int64(c.Len())
	}
	return 16 * int64(c.Len())
}
