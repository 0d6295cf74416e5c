package bind

import (
	"strconv"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// resultName returns the name that an expression gives to the column that it
// computes, or "" if it gives none.
func (b *binder) resultName(sc *scope, e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return b.resultName(sc, e.X)
	case *syntax.Ident:
		return e.Name
	case *syntax.NamedExpr:
		if len(e.Names) == 1 {
			return e.Names[0].Name
		}
		return b.resultName(sc, e.X)
	case *syntax.OrderedExpr:
		return b.resultName(sc, e.X)
	case *syntax.PathExpr:
		return b.joinNames(sc, e.X, b.selectorName(sc, e.Sel))
	case *syntax.IndexExpr:
		return b.joinNames(sc, e.X, indexName(e.Index))
	case *syntax.CallExpr:
		return b.callName(sc, e)
	}
	return ""
}

// joinNames returns left_right for an element of something dynamic, right for a
// column of $left, $right or a step.
func (b *binder) joinNames(sc *scope, left syntax.Expr, right string) string {
	if id, ok := left.(*syntax.Ident); ok {
		if _, ok := sc.side(id.Name); ok {
			return right
		}
		if sym, ok := sc.lookup(id.Name); ok && sym.step && sc.match == nil {
			return right
		}
	}
	if name := b.resultName(sc, left); name != "" {
		return name + "_" + right
	}
	return right
}

// selectorName returns the name of what follows a dot.
func (b *binder) selectorName(sc *scope, e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.BracketExpr:
		return indexName(e.X)
	case *syntax.StringLit:
		return e.Value
	}
	return b.resultName(sc, e)
}

// indexName returns the name of what stands in brackets: a name or a position that is
// written out, nothing for others.
func indexName(e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.StringLit:
		return e.Value
	case *syntax.Literal:
		v, ok := parseLiteral(e.Kind, e.Text)
		if ok && v.typ().IsInteger() {
			return strconv.FormatInt(v.expr.(*plan.Literal).Value.(*column.Vec[int64]).Vals[0], 10)
		}
	}
	return ""
}

// callName returns the name that a call gives to its column.
func (b *binder) callName(sc *scope, e *syntax.CallExpr) string {
	name := e.Name.Name
	switch name {
	case "column_ifexists", "columnifexists":
		return "" // but where it stands alone
	case "ingestion_time":
		return ingestionTimeName
	}
	if sc.aggs != nil {
		if a, ok := b.env.Functions.Aggregate(name); ok {
			return b.ruleName(sc.aggs.rows, e, a.ResultName, firstOf(a.Prefix, a.Name()))
		}
	}
	if f, ok := b.env.Functions.Scalar(name); ok {
		return b.ruleName(sc, e, f.ResultName, firstOf(f.Prefix, f.Name()))
	}
	return ""
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// ruleName applies a declared rule to a call.
func (b *binder) ruleName(sc *scope, e *syntax.CallExpr, rule function.ResultName, prefix string) string {
	first := ""
	if len(e.Args) > 0 {
		first = b.resultName(sc, e.Args[0])
	}
	switch rule {
	case function.NameFirstArgument:
		return first
	case function.NameOnlyArgument:
		if len(e.Args) == 1 {
			return first
		}
	case function.NamePrefix:
		return prefix + "_" + first
	case function.NamePrefixTwo:
		if b.env.Strict {
			return prefix + "_" + first
		}
		if len(e.Args) > 1 {
			return prefix + "_" + first + "_" + b.resultName(sc, e.Args[1])
		}
	case function.NamePrefixOnly:
		return prefix + "_"
	case function.NameFixed:
		return prefix
	}
	return ""
}

// nameAlone is resultName of an expression that is all that a list has for a
// column: column_ifexists then has the name of the column that it found.
func (b *binder) nameAlone(sc *scope, x syntax.Expr) string {
	e, ok := unparen(x).(*syntax.CallExpr)
	if !ok || len(e.Args) == 0 || e.Name.Name != "column_ifexists" && e.Name.Name != "columnifexists" {
		return b.resultName(sc, x)
	}
	b.muted++
	v := b.scalar(sc, e.Args[0])
	b.muted--
	name, _ := stringOf(v.expr)
	if _, ok := sc.column(name); ok {
		return name
	}
	return ""
}
