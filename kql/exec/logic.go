package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A truth is a bool with null between false and true: `and` is the least of its
// arguments, `or` the greatest.
type truth uint8

const (
	truthFalse truth = iota
	truthNull
	truthTrue
)

// logic computes an `and` or `or` as a value: null where the arguments that are
// not null leave it open. A condition of a filter does not come here: there
// null is as good as false, see selector.
func (e *evaluator) logic(b *column.Batch) (column.Column, error) {
	out := make([]truth, b.Len())
	if !e.or {
		for i := range out {
			out[i] = truthTrue
		}
	}
	for _, a := range e.args {
		c, err := a.eval(b)
		if err != nil {
			return nil, err
		}
		e.combine(out, c)
	}
	return truthColumn(out), nil
}

// combine folds c, in any form but Lazy, into out.
func (e *evaluator) combine(out []truth, c column.Column) {
	switch c := c.(type) {
	case *column.Const:
		one := truths(c.One)[0]
		for i, t := range out {
			out[i] = e.pick(t, one)
		}
	case *column.Dict:
		table := truths(c.Values)
		for i, code := range c.Codes {
			out[i] = e.pick(out[i], table[code])
		}
	default:
		for i, t := range truths(c) {
			out[i] = e.pick(out[i], t)
		}
	}
}

func (e *evaluator) pick(a, b truth) truth {
	if e.or {
		return max(a, b)
	}
	return min(a, b)
}

// truths returns the values of a flat column.
func truths(c column.Column) []truth {
	v := column.FlatVec[bool](c)
	out := make([]truth, len(v.Vals))
	for i, x := range v.Vals {
		out[i] = truth(2 * bit(x))
	}
	if v.Valid != nil {
		for i := range out {
			if !v.Valid.Has(i) {
				out[i] = truthNull
			}
		}
	}
	return out
}

func truthColumn(ts []truth) column.Column {
	vals := make([]bool, len(ts))
	var valid column.Bitmap
	for i, t := range ts {
		vals[i] = t == truthTrue
		if t == truthNull {
			if valid == nil {
				valid = column.FullBitmap(len(ts))
			}
			valid.Clear(i)
		}
	}
	return column.NewVec(types.Bool, vals, valid)
}
