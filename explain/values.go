package explain

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// value returns an expression in words where they are short and sure, else as it
// is written.
func (t *teller) value(e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		if s := t.value(e.X); !strings.Contains(s, " ") || s != t.source(e.X) {
			return s
		}
	case *syntax.StringLit:
		return textValue(e)
	case *syntax.Literal:
		return literal(e)
	case *syntax.Ident:
		return t.identValue(e)
	case *syntax.CallExpr:
		return t.callValue(e)
	case *syntax.ToScalarExpr:
		return "the first value of " + t.sub(e.X)
	}
	return t.quote(e)
}

func literal(e *syntax.Literal) string {
	switch {
	case e.Null:
		return "null (" + e.Kind.String() + ")"
	case e.Kind == syntax.LitTimespan:
		return duration(e.Text)
	}
	return e.Text
}

// identValue is a column's name, or a name with the short value that it has.
func (t *teller) identValue(e *syntax.Ident) string {
	if t.input.Index(e.Name) >= 0 {
		return ident(e.Name)
	}
	switch v := t.lets[e.Name].(type) {
	case *syntax.Literal:
		return e.Name + " (" + literal(v) + ")"
	case *syntax.StringLit:
		if len(v.Value) <= 40 {
			return e.Name + " (" + textValue(v) + ")"
		}
	}
	return ident(e.Name)
}

func (t *teller) callValue(e *syntax.CallExpr) string {
	switch name := e.Name.Name; {
	case name == "ago" && len(e.Args) == 1:
		if p := t.agoPeriod(e); p != "" {
			return p + " ago"
		}
	case name == "now" && len(e.Args) == 0:
		return "now"
	case name == "coalesce" && len(e.Args) > 1 && t.simple(e.Args...):
		return "the first of " + and(t.values(e.Args)) + " that is not empty"
	case name == "strcat" && len(e.Args) > 1 && t.simple(e.Args...):
		return "the text " + strings.Join(t.values(e.Args), " + ")
	case (name == "iff" || name == "iif") && len(e.Args) == 3 && t.simple(e.Args[1:]...):
		return t.value(e.Args[1]) + " if " + t.condition(e.Args[0]) + ", else " + t.value(e.Args[2])
	case name == "bin" && len(e.Args) == 2 && t.simple(e.Args...):
		return t.value(e.Args[0]) + " rounded down to " + t.value(e.Args[1])
	}
	return t.quote(e)
}

func (t *teller) values(list []syntax.Expr) []string {
	var out []string
	for _, e := range list {
		out = append(out, t.value(e))
	}
	return out
}

// simple says whether the expressions are short: names, literals, paths.
func (t *teller) simple(list ...syntax.Expr) bool {
	for _, e := range list {
		switch e := e.(type) {
		case *syntax.Ident, *syntax.Literal, *syntax.StringLit:
		case *syntax.CallExpr:
			if !t.simple(e.Args...) || len(e.Args) > 1 {
				return false
			}
		case *syntax.PathExpr:
			if !t.simple(e.X) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// quote returns the text of e. Queries within it are told below the sentence.
func (t *teller) quote(e syntax.Expr) string {
	s := t.source(e)
	syntax.Walk(e, func(n syntax.Node) bool {
		x, ok := n.(syntax.Expr)
		if !ok {
			return true
		}
		var query syntax.Expr
		switch x := x.(type) {
		case *syntax.ToScalarExpr:
			query = x.X
		case *syntax.PipeExpr:
			query = x
		default:
			return true
		}
		if text := t.source(x); strings.Contains(s, text) {
			s = strings.Replace(s, text, "⟨"+t.sub(query)+"⟩", 1)
		} else {
			s += " with " + t.sub(query)
		}
		return false
	})
	return s
}

// typeOf returns the type of an expression; false if it is not known.
func (t *teller) typeOf(e syntax.Expr) (types.Type, bool) {
	if id, ok := inner(e).(*syntax.Ident); ok {
		if i := t.input.Index(id.Name); i >= 0 {
			return t.input.Columns[i].Type, true
		}
	}
	typ, ok := t.types[e]
	if !ok {
		typ, ok = t.types[inner(e)]
	}
	return typ, ok
}

// isTime says whether e is a datetime.
func (t *teller) isTime(e syntax.Expr) bool {
	typ, ok := t.typeOf(e)
	return ok && typ == types.DateTime
}
