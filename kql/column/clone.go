package column

import (
	"slices"
	"strings"
)

// Clone returns a copy of c that holds on to no memory of its own but what its
// rows take: text of a page or a dictionary that is else gone is not kept alive by
// a few rows of it. c must not be Lazy. Dynamic values are not copied.
func Clone(c Column) Column {
	switch c := Flat(c).(type) {
	case *Vec[string]:
		n := 0
		for _, s := range c.Vals {
			n += len(s)
		}
		var all strings.Builder
		all.Grow(n)
		for _, s := range c.Vals {
			all.WriteString(s)
		}
		text, vals := all.String(), make([]string, len(c.Vals))
		for i, s := range c.Vals {
			vals[i], text = text[:len(s)], text[len(s):]
		}
		return NewVec(c.typ, vals, nil)
	case *Vec[int64]:
		return cloneVec(c)
	case *Vec[float64]:
		return cloneVec(c)
	case *Vec[bool]:
		return cloneVec(c)
	default:
		return c
	}
}

func cloneVec[T Value](c *Vec[T]) Column {
	return NewVec(c.typ, slices.Clone(c.Vals), slices.Clone(c.Valid))
}
