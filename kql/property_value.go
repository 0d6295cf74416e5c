package kql

import (
	"fmt"
	"math"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// A propertyValue is the value of a request property in the form of its type: n
// holds a bool as 0 or 1, a long, ticks; text a string, or the text of a dynamic.
type propertyValue struct {
	n    int64
	text string
}

// valueOf converts a constant to the type of p.
func (p Property) valueOf(c column.Column) (v propertyValue, err error) {
	if p.Type == types.Unknown || p.Type == types.Dynamic {
		return v, nil
	}
	if c.Null(0) {
		return v, fmt.Errorf("the request property '%s' has no value", p.Name)
	}
	t := c.Type()
	switch c := c.(type) {
	case *column.Vec[bool]:
		if c.Vals[0] {
			v.n = 1
		}
	case *column.Vec[int64]:
		v.n = c.Vals[0]
	case *column.Vec[string]:
		if p.Type != types.String {
			return p.read(c.Vals[0])
		}
		v.text = c.Vals[0]
	}
	if t != p.Type && !(p.Type == types.Long && t == types.Int) {
		return v, fmt.Errorf("the request property '%s' is of type %s, not %s", p.Name, p.Type, t)
	}
	return v, nil
}

// read reads a value from plain text: true, 100, 2026-03-01, 00:10:00, 5m.
func (p Property) read(text string) (v propertyValue, err error) {
	ok := true
	switch p.Type {
	case types.Bool:
		var b bool
		if b, ok = types.ParseBool(text); b {
			v.n = 1
		}
	case types.Long:
		v.n, ok = types.ParseLong(text)
	case types.DateTime:
		v.n, ok = types.ParseDateTimeLiteral(text)
	case types.TimeSpan:
		v.n, ok = types.ParseTimeSpanLiteral(text)
	}
	if !ok {
		return v, fmt.Errorf("the request property '%s' is of type %s, which '%s' is not", p.Name, p.Type, text)
	}
	return v, nil
}

// propertyColumn returns what a client sends, as JSON has it, as a constant: a text
// that is a KQL literal is that literal.
func propertyColumn(name string, x any, functions *function.Registry) (column.Column, error) {
	switch x := x.(type) {
	case string:
		if c, ok := bind.Constant(x, functions); ok {
			return c, nil
		}
		return column.NewVec(types.String, []string{x}, nil), nil
	case bool:
		return column.NewVec(types.Bool, []bool{x}, nil), nil
	case int:
		return column.NewVec(types.Long, []int64{int64(x)}, nil), nil
	case int64:
		return column.NewVec(types.Long, []int64{x}, nil), nil
	case float64:
		if x != math.Trunc(x) || math.Abs(x) >= 1<<62 {
			return column.NewVec(types.Real, []float64{x}, nil), nil
		}
		return column.NewVec(types.Long, []int64{int64(x)}, nil), nil
	}
	return nil, fmt.Errorf("the request property '%s' has a value that is no text, number or bool", name)
}
