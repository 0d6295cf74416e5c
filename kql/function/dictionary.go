package function

import "github.com/calypso-kql/calypso/kql/column"

// overForms runs loop over a column of any form but Lazy: once for a constant,
// once per distinct value for a dictionary, else once per row. loop gets a flat
// column and returns one with as many rows. fixed are the call's other
// arguments, constants that the result depends on.
func overForms(c *Call, in column.Column, n int, fixed constants, loop func(column.Column) (column.Column, error)) (column.Column, error) {
	switch in := in.(type) {
	case *column.Const:
		one, err := loop(in.One)
		if err != nil {
			return nil, err
		}
		return &column.Const{One: one, N: n}, nil
	case *column.Dict:
		values, err := perDistinct(c, in, n, fixed, loop)
		if err != nil {
			return nil, err
		}
		if values != nil {
			return &column.Dict{Codes: in.Codes, Values: values}, nil
		}
		return loop(column.Flat(in))
	}
	return loop(in)
}

// constants are the values of a call's constant arguments, by their place. What
// is constant in one batch may be another constant in the next, so results over
// a dictionary are kept with them.
type constants [maxConstants]column.Column

// maxConstants is how many arguments results over a dictionary are kept for;
// calls with more are evaluated anew for each batch.
const maxConstants = 6

// valueOf returns the value of a constant column; literals keep the same one from
// batch to batch.
func valueOf(c column.Column) column.Column {
	if k, ok := c.(*column.Const); ok {
		return k.One
	}
	return nil
}

// dictKey is the memo key for what was computed over a dictionary.
type dictKey struct {
	values column.Column
	fixed  constants
}

type dictMemo struct {
	rows   int // rows that have met this dictionary so far
	result column.Column
}

// perDistinct returns loop over the distinct values of d, or nil while too few
// rows have met the dictionary for that to pay: a filter may have left three
// rows of a dictionary of a million.
func perDistinct(c *Call, d *column.Dict, n int, fixed constants, loop func(column.Column) (column.Column, error)) (column.Column, error) {
	m, err := Memoize(c, dictKey{d.Values, fixed}, func() (*dictMemo, error) { return &dictMemo{}, nil })
	if err != nil {
		return nil, err
	}
	if m.result != nil {
		return m.result, nil
	}
	m.rows += n
	if m.rows < d.Values.Len() {
		return nil, nil
	}
	m.result, err = loop(d.Values)
	return m.result, err
}
