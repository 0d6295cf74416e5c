package function

import "github.com/calypso-kql/calypso/kql/column"

// overForms runs loop over a column of any form but Lazy: once for a constant,
// once per distinct value for a dictionary, else once per row. loop gets a flat
// column and returns one with as many rows.
func overForms(c *Call, in column.Column, n int, loop func(column.Column) (column.Column, error)) (column.Column, error) {
	switch in := in.(type) {
	case *column.Const:
		one, err := loop(in.One)
		if err != nil {
			return nil, err
		}
		return &column.Const{One: one, N: n}, nil
	case *column.Dict:
		values, err := perDistinct(c, in, n, loop)
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

// dictKey is the memo key for what was computed over a dictionary.
type dictKey struct{ values column.Column }

type dictMemo struct {
	rows   int // rows that have met this dictionary so far
	result column.Column
}

// perDistinct returns loop over the distinct values of d, or nil while too few
// rows have met the dictionary for that to pay: a filter may have left three
// rows of a dictionary of a million.
func perDistinct(c *Call, d *column.Dict, n int, loop func(column.Column) (column.Column, error)) (column.Column, error) {
	m, err := Memoize(c, dictKey{d.Values}, func() (*dictMemo, error) { return &dictMemo{}, nil })
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
