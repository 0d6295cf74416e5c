package detect

import (
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// A kqlValue is a constant that a period is computed from: a period, or a number.
type kqlValue struct {
	period time.Duration
	number float64
	isNum  bool
}

// kqlValues are the constants of let statements by name.
type kqlValues map[string]kqlValue

// Constants are what the let statements of a query make constant. The zero value is not
// ready: see [NewConstants].
type Constants struct{ values kqlValues }

// NewConstants returns none.
func NewConstants() Constants { return Constants{kqlValues{}} }

// Let notes a statement, if its value is a period or a number that can be told without rows.
func (c Constants) Let(s *syntax.LetStmt) {
	if v, ok := c.values.value(s.Value); ok && s.Name != nil {
		c.values[s.Name.Name] = v
	}
}

// Period returns the period that an expression is; ok is false if it is none, or depends on
// rows.
func (c Constants) Period(e syntax.Expr) (d time.Duration, ok bool) {
	v, ok := c.values.value(e)
	return v.period, ok && !v.isNum
}

// value returns the constant that an expression is: of literals, earlier lets, sums,
// products and max_of or min_of of them; ok is false for anything else.
func (v kqlValues) value(e syntax.Expr) (out kqlValue, ok bool) {
	switch e := e.(type) {
	case *syntax.Literal:
		if n, err := strconv.ParseFloat(e.Text, 64); err == nil {
			return kqlValue{number: n, isNum: true}, true
		}
		d, err := ParseDuration(e.Text)
		return kqlValue{period: d}, err == nil
	case *syntax.Ident:
		out, ok = v[e.Name]
		return out, ok
	case *syntax.ParenExpr:
		return v.value(e.X)
	case *syntax.UnaryExpr:
		if out, ok = v.value(e.X); ok && e.Minus {
			out.period, out.number = -out.period, -out.number
		}
		return out, ok
	case *syntax.CallExpr:
		return v.call(e)
	case *syntax.BinaryExpr:
		x, ok1 := v.value(e.X)
		y, ok2 := v.value(e.Y)
		if !ok1 || !ok2 {
			return out, false
		}
		return combine(e.Op, x, y)
	}
	return out, false
}

func combine(op syntax.BinaryOp, x, y kqlValue) (kqlValue, bool) {
	switch {
	case op == syntax.OpAdd && x.isNum == y.isNum:
		return kqlValue{x.period + y.period, x.number + y.number, x.isNum}, true
	case op == syntax.OpSub && x.isNum == y.isNum:
		return kqlValue{x.period - y.period, x.number - y.number, x.isNum}, true
	case op == syntax.OpMul && x.isNum && y.isNum:
		return kqlValue{number: x.number * y.number, isNum: true}, true
	case op == syntax.OpMul && x.isNum:
		return kqlValue{period: time.Duration(x.number * float64(y.period))}, true
	case op == syntax.OpMul && y.isNum:
		return kqlValue{period: time.Duration(y.number * float64(x.period))}, true
	case op == syntax.OpDiv && !x.isNum && y.isNum && y.number != 0:
		return kqlValue{period: time.Duration(float64(x.period) / y.number)}, true
	}
	return kqlValue{}, false
}

// call returns what max_of and min_of of periods are, and conversions of one.
func (v kqlValues) call(e *syntax.CallExpr) (out kqlValue, ok bool) {
	if e.Name == nil || len(e.Args) == 0 {
		return out, false
	}
	for i, a := range e.Args {
		x, ok := v.value(a)
		if !ok || x.isNum {
			return out, false
		}
		switch strings.ToLower(e.Name.Name) {
		case "max_of":
			if i == 0 || x.period > out.period {
				out = x
			}
		case "min_of":
			if i == 0 || x.period < out.period {
				out = x
			}
		case "totimespan":
			out = x
		default:
			return out, false
		}
	}
	return out, true
}
