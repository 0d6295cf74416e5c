package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// textEquality is == and != of texts. Two dictionaries are compared by numbers that
// equal values have in common, so that no text is looked at for a row.
func textEquality(unequal bool) function.Kernel {
	k := equality(types.String, types.String, equalLoops[string](unequal), unequal)
	flat := k.Run
	k.Run = func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		a, isDict := args[0].(*column.Dict)
		b, isToo := args[1].(*column.Dict)
		if !isDict || !isToo {
			return flat(c, args, n)
		}
		texts, err := function.Memoize(c, sameTextsKey{}, func() (*sameTexts, error) { return &sameTexts{}, nil })
		if err != nil {
			return nil, err
		}
		texts.bound()
		x, y := texts.numbers(a.Values, n), texts.numbers(b.Values, n)
		if x == nil || y == nil {
			return flat(c, args, n)
		}
		out := function.Room[bool](c, n)
		for i, code := range a.Codes {
			out[i] = (x[code] == y[b.Codes[i]]) != unequal
		}
		return column.NewVec(c.Out, out, nil), nil
	}
	return k
}

type sameTextsKey struct{}

// sameTexts numbers the values of dictionaries, equal ones alike.
type sameTexts struct {
	all   column.Numbering
	dicts map[column.Column]*numberedDict
}

type numberedDict struct {
	rows    int      // that have met the dictionary so far
	numbers []uint32 // nil while they are too few for that to pay
}

// maxNumbered is how many dictionaries are remembered.
const maxNumbered = 64

// bound forgets all dictionaries if they are many.
func (s *sameTexts) bound() {
	if s.dicts == nil || len(s.dicts) > maxNumbered {
		*s = sameTexts{dicts: map[column.Column]*numberedDict{}}
	}
}

// numbers returns the number of each of values; nil if n rows more are too few.
func (s *sameTexts) numbers(values column.Column, n int) []uint32 {
	d := s.dicts[values]
	if d == nil {
		d = &numberedDict{}
		s.dicts[values] = d
	}
	d.rows += n
	if d.numbers != nil || d.rows < values.Len() {
		return d.numbers
	}
	v := column.FlatVec[string](values)
	d.numbers = make([]uint32, len(v.Vals))
	for i, text := range v.Vals {
		d.numbers[i] = s.all.Number(text)
	}
	return d.numbers
}
