package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// maxParts bounds the calls of one expression. A value that let statements name, and a
// function's argument, is one expression wherever it is used: thirty that each use
// the one before twice make more than any computer can compute.
const maxParts = 1_000_000

// A fact is what is remembered of a call or a chain of conditions, so that no part of
// a long expression is looked at again and again.
type fact struct {
	constant bool // it has one value for the whole query
	parts    int  // calls and chains that it is made of
}

// remember returns the value of e, which is made of args, unless it has too many
// parts.
func (b *binder) remember(at syntax.Node, e plan.Expr, args []plan.Expr, constant bool) value {
	parts := 1
	for _, a := range args {
		parts += b.size(a)
	}
	if parts > maxParts {
		b.report(tooManyParts(at))
		return unknownOf(e.Type())
	}
	b.facts[e] = fact{constant, parts}
	return value{expr: e}
}

// size returns how many calls and chains e is made of.
func (b *binder) size(e plan.Expr) int {
	n := 0
	plan.WalkExpr(e, func(e plan.Expr) bool {
		switch e.(type) {
		case *plan.Call, *plan.And, *plan.Or:
			if f, ok := b.facts[e]; ok {
				n += f.parts
				return false
			}
			n++
		}
		return true
	})
	return n
}

// isConstant reports whether e has one value for the whole query: no columns, no
// function that varies from row to row.
func (b *binder) isConstant(e plan.Expr) bool {
	constant := true
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if f, ok := b.facts[e]; ok {
			constant = constant && f.constant
			return false
		}
		switch e := e.(type) {
		case *plan.Column:
			constant = false
		case *plan.Call:
			constant = constant && !varies(e)
		}
		return constant
	})
	return constant
}

func (b *binder) allConstant(exprs []plan.Expr) bool {
	for _, e := range exprs {
		if !b.isConstant(e) {
			return false
		}
	}
	return true
}

// varies reports whether a function has another value in each row of itself.
func varies(e *plan.Call) bool { return e.Fn.Decl.Volatile || e.Fn.Decl.Window }
