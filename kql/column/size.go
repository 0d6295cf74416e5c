package column

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// Size returns about how many bytes a column takes in memory, one that has not
// been read as if it had values of a fixed size. Of a dictionary it counts what the
// rows use: batches may share one.
func Size(c Column) int64 {
	switch c := c.(type) {
	case *Const:
		return Size(c.One)
	case *Dict:
		values := Size(c.Values)
		used := values * int64(len(c.Codes)) / int64(max(1, c.Values.Len()))
		return 4*int64(len(c.Codes)) + min(values, used)
	case *Vec[string]:
		n := 16 * int64(len(c.Vals))
		for _, s := range c.Vals {
			n += int64(len(s))
		}
		return n
	case *Vec[dynamic.Value]:
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

// Size returns about how many bytes the columns of a batch take in memory: see
// [Size].
func (b *Batch) Size() int64 {
	var n int64
	for i := range b.Width() {
		n += Size(b.Raw(i))
	}
	return n
}
