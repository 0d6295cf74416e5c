package bind

import (
	"regexp"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// searchTerms returns the condition that a predicate of search or find means:
// terms that stand alone are looked for in all columns, `column:term` in one, and
// stars in them stand for any characters. If exact, texts are compared with
// respect to case.
//
// Source: the Kusto documentation, "search operator".
//
// To the analyzer, a term that stands alone within not() is a text; strict leaves it
// one.
func searchTerms(e syntax.Expr, exact, strict bool) syntax.Expr {
	switch x := e.(type) {
	case *syntax.StringLit:
		return termIn(&syntax.StarExpr{Span: x.Span}, x, x.Span, exact)
	case *syntax.StarExpr:
		return &syntax.Literal{Span: x.Span, Kind: syntax.LitBool, Text: "true"}
	case *syntax.ParenExpr:
		c := *x
		c.X = searchTerms(x.X, exact, strict)
		return &c
	case *syntax.CallExpr:
		if x.Name.Name == "not" && len(x.Args) == 1 && !strict {
			c := *x
			c.Args = []syntax.Expr{searchTerms(x.Args[0], exact, strict)}
			return &c
		}
	case *syntax.BinaryExpr:
		return searchBinary(x, exact, strict)
	}
	return e
}

func searchBinary(x *syntax.BinaryExpr, exact, strict bool) syntax.Expr {
	switch x.Op {
	case syntax.OpAnd, syntax.OpOr:
		c := *x
		c.X, c.Y = searchTerms(x.X, exact, strict), searchTerms(x.Y, exact, strict)
		return &c
	case syntax.OpColon:
		if term, ok := x.Y.(*syntax.StringLit); ok {
			return termIn(x.X, term, x.Span, exact)
		}
	}
	c := *x
	c.Op = caseOf(x.Op, exact)
	return &c
}

// termIn looks for one term in x.
func termIn(x syntax.Expr, term *syntax.StringLit, at syntax.Span, exact bool) syntax.Expr {
	text := term.Value
	before, after := strings.HasPrefix(text, "*"), strings.HasSuffix(text, "*")
	inner := strings.Trim(text, "*")
	op := syntax.OpHas
	switch {
	case inner == "":
		return &syntax.Literal{Span: at, Kind: syntax.LitBool, Text: "true"}
	case strings.Contains(inner, "*"):
		op, inner = syntax.OpMatchesRegex, termPattern(inner, before, after, exact)
	case before && after:
		op = syntax.OpContains
	case before:
		op = syntax.OpHasSuffix
	case after:
		op = syntax.OpHasPrefix
	}
	lit := *term
	lit.Value = inner
	return &syntax.BinaryExpr{Span: at, Op: caseOf(op, exact), X: x, Y: &lit}
}

// termPattern returns the regular expression of a term with stars within.
func termPattern(term string, before, after, exact bool) string {
	parts := strings.Split(term, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	p := strings.Join(parts, ".*")
	if !before {
		p = `\b` + p
	}
	if !after {
		p += `\b`
	}
	if !exact {
		p = "(?i)" + p
	}
	return p
}

// caseOf returns the operator that minds case in place of op.
func caseOf(op syntax.BinaryOp, exact bool) syntax.BinaryOp {
	if !exact {
		return op
	}
	switch op {
	case syntax.OpHas, syntax.OpNotHas, syntax.OpHasPrefix, syntax.OpNotHasPrefix, syntax.OpHasSuffix, syntax.OpNotHasSuffix,
		syntax.OpContains, syntax.OpNotContains, syntax.OpStartsWith, syntax.OpNotStartsWith, syntax.OpEndsWith, syntax.OpNotEndsWith:
		return op + 2
	case syntax.OpEqTilde:
		return syntax.OpEq
	case syntax.OpNeTilde:
		return syntax.OpNe
	}
	return op
}

// hasStar reports whether a condition looks into all columns.
func hasStar(e syntax.Expr) bool {
	found := false
	syntax.Walk(e, func(n syntax.Node) bool {
		_, star := n.(*syntax.StarExpr)
		found = found || star
		return !found
	})
	return found
}
