package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// Constant reads a text that is one literal, such as 5, -1h, 'x', datetime(2026-03-01)
// or dynamic([1]), as a flat column of one row. !ok if it is anything else.
func Constant(text string, functions *function.Registry) (c column.Column, ok bool) {
	if strings.ContainsAny(text, ";\n") {
		return nil, false
	}
	tree, diags := syntax.Parse("let v = " + text)
	if len(diags) > 0 || len(tree.Statements) != 1 {
		return nil, false
	}
	let, ok := tree.Statements[0].(*syntax.LetStmt)
	if !ok || !isLiteral(let.Value) {
		return nil, false
	}
	b := newBinder(Env{Functions: functions})
	l, ok := b.scalar(&scope{}, let.Value).expr.(*plan.Literal)
	if !ok || isPoison(l) || len(b.diags) > 0 {
		return nil, false
	}
	return l.Value, true
}

// isLiteral reports whether e is a literal, perhaps with a sign.
func isLiteral(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Literal, *syntax.StringLit, *syntax.DynamicLit:
		return true
	case *syntax.UnaryExpr:
		return isLiteral(e.X)
	}
	return false
}

// givenText reads the value of a query parameter that came as text: what a query
// would say for it, or else the plain text.
func (b *binder) givenText(given column.Column) column.Column {
	v, ok := given.(*column.Vec[string])
	if !ok {
		return given
	}
	if c, ok := Constant(v.Vals[0], b.env.Functions); ok {
		return c
	}
	return given
}
