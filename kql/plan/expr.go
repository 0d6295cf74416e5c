// Package plan is a query with nothing left to guess: typed expressions and
// operators over columns by position, and the contract of a table's source.
//
// The binder makes plans, the optimizer rewrites them, EXPLAIN prints them and
// the executor runs them. Plans are immutable: a rewrite makes new nodes.
package plan

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// An Expr is a typed scalar expression over the rows of an operator's input: a
// *[Literal], *[Column], *[Call], *[And], *[Or] or *[Subquery].
type Expr interface {
	// Type returns the type of the value.
	Type() types.Type
	// String prints the expression as EXPLAIN shows it.
	String() string

	expr()
}

// A Literal is a constant. Value is a flat column with one row.
type Literal struct{ Value column.Column }

// A Column is a column of the operator's input, by position. Name is for
// printing only.
type Column struct {
	Index int
	Name  string
	Typ   types.Type
}

// A Call applies a function or operator; both are declared in package builtin,
// an operator under its own spelling ("==", "has", "+"). Arguments already have
// the types that the overload's kernel reads.
type Call struct {
	Fn   *function.Overload
	Args []Expr
	Typ  types.Type
}

// An And is false where any argument is false, else null where any is null, else
// true. In a filter's condition later arguments are evaluated only for the rows
// where the earlier ones are true.
type And struct{ Args []Expr }

// An Or is true where any argument is true, else null where any is null, else
// false.
type Or struct{ Args []Expr }

// A Subquery is the result of a query, evaluated before the query that holds
// it: the first column of the first row, null if there is none (toscalar); or,
// if List is set, the whole first column as a dynamic array (the right side of
// `in`).
type Subquery struct {
	Plan Node
	Typ  types.Type
	List bool
}

// Type returns the type of the literal.
func (e *Literal) Type() types.Type { return e.Value.Type() }

// Type returns the type of the column.
func (e *Column) Type() types.Type { return e.Typ }

// Type returns the result type that the binder found.
func (e *Call) Type() types.Type { return e.Typ }

// Type returns bool.
func (*And) Type() types.Type { return types.Bool }

// Type returns bool.
func (*Or) Type() types.Type { return types.Bool }

// Type returns the type of the value.
func (e *Subquery) Type() types.Type { return e.Typ }

func (*Literal) expr()  {}
func (*Column) expr()   {}
func (*Call) expr()     {}
func (*And) expr()      {}
func (*Or) expr()       {}
func (*Subquery) expr() {}

// Rewrite returns e with f applied to every part of it, innermost first. Parts
// that f returns unchanged are shared.
func Rewrite(e Expr, f func(Expr) Expr) Expr {
	switch x := e.(type) {
	case *Call:
		if args, changed := rewriteAll(x.Args, f); changed {
			e = &Call{Fn: x.Fn, Args: args, Typ: x.Typ}
		}
	case *And:
		if args, changed := rewriteAll(x.Args, f); changed {
			e = &And{Args: args}
		}
	case *Or:
		if args, changed := rewriteAll(x.Args, f); changed {
			e = &Or{Args: args}
		}
	}
	return f(e)
}

func rewriteAll(args []Expr, f func(Expr) Expr) (out []Expr, changed bool) {
	out = make([]Expr, len(args))
	for i, a := range args {
		out[i] = Rewrite(a, f)
		changed = changed || out[i] != a
	}
	return out, changed
}

// WalkExpr calls f for e and every part of it, outermost first, and stops
// descending where f returns false. It does not enter subqueries' plans.
func WalkExpr(e Expr, f func(Expr) bool) {
	if !f(e) {
		return
	}
	var args []Expr
	switch x := e.(type) {
	case *Call:
		args = x.Args
	case *And:
		args = x.Args
	case *Or:
		args = x.Args
	}
	for _, a := range args {
		WalkExpr(a, f)
	}
}
