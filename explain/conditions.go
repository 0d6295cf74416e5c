package explain

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// conditions joins conditions that all must hold.
func (t *teller) conditions(list []syntax.Expr) string {
	var out []string
	for _, c := range list {
		out = append(out, t.part(c, syntax.OpAnd, len(list) > 1))
	}
	return strings.Join(out, " and ")
}

// condition returns a condition in words.
func (t *teller) condition(e syntax.Expr) string {
	switch e := inner(e).(type) {
	case *syntax.BinaryExpr:
		return t.binary(e)
	case *syntax.InExpr:
		return t.in(e)
	case *syntax.BetweenExpr:
		verb := " is between "
		if e.Not {
			verb = " is not between "
		}
		if lit, ok := e.Hi.(*syntax.Literal); ok && lit.Kind == syntax.LitTimespan && t.isTime(e.X) {
			return t.value(e.X) + verb + t.value(e.Lo) + " and " + t.value(e.Hi) + " after that"
		}
		return t.value(e.X) + verb + t.value(e.Lo) + " and " + t.value(e.Hi) + " (both included)"
	case *syntax.CallExpr:
		return t.call(e)
	case *syntax.Ident:
		if t.input.Index(e.Name) >= 0 {
			return ident(e.Name) + " is true"
		}
		return t.value(e)
	case *syntax.Literal:
		return "it is " + e.Text
	default:
		return t.value(e)
	}
}

// part is a condition within a chain of op, in parentheses where words alone
// would leave open what belongs together.
func (t *teller) part(e syntax.Expr, op syntax.BinaryOp, chain bool) string {
	s := t.condition(e)
	b, ok := inner(e).(*syntax.BinaryExpr)
	if chain && ok && b.Op != op && (b.Op == syntax.OpAnd || b.Op == syntax.OpOr) {
		return "(" + s + ")"
	}
	return s
}

// comparisons are the words for operators between two values.
var comparisons = map[syntax.BinaryOp]string{
	syntax.OpEq: "is", syntax.OpNe: "is not",
	syntax.OpEqTilde: "is", syntax.OpNeTilde: "is not",
	syntax.OpHas: "has the term", syntax.OpNotHas: "does not have the term",
	syntax.OpHasCS: "has the term", syntax.OpNotHasCS: "does not have the term",
	syntax.OpHasPrefix: "has a term that begins with", syntax.OpNotHasPrefix: "has no term that begins with",
	syntax.OpHasPrefixCS: "has a term that begins with", syntax.OpNotHasPrefixCS: "has no term that begins with",
	syntax.OpHasSuffix: "has a term that ends with", syntax.OpNotHasSuffix: "has no term that ends with",
	syntax.OpHasSuffixCS: "has a term that ends with", syntax.OpNotHasSuffixCS: "has no term that ends with",
	syntax.OpContains: "contains", syntax.OpNotContains: "does not contain",
	syntax.OpContainsCS: "contains", syntax.OpNotContainsCS: "does not contain",
	syntax.OpStartsWith: "starts with", syntax.OpNotStartsWith: "does not start with",
	syntax.OpStartsWithCS: "starts with", syntax.OpNotStartsWithCS: "does not start with",
	syntax.OpEndsWith: "ends with", syntax.OpNotEndsWith: "does not end with",
	syntax.OpEndsWithCS: "ends with", syntax.OpNotEndsWithCS: "does not end with",
	syntax.OpMatchesRegex: "matches the regular expression",
}

func (t *teller) binary(e *syntax.BinaryExpr) string {
	switch e.Op {
	case syntax.OpAnd:
		return t.conditions(conjuncts(e))
	case syntax.OpOr:
		var out []string
		for _, d := range disjuncts(e) {
			out = append(out, t.part(d, syntax.OpOr, true))
		}
		return strings.Join(out, " or ")
	}
	verb, ok := comparisons[e.Op]
	if !ok {
		verb, ok = t.order(e)
	}
	if !ok {
		return t.quote(e)
	}
	return t.value(e.X) + " " + verb + " " + t.value(e.Y) + caseNote(e.Op.String())
}

// caseNote says how an operator takes upper and lower case where this is not the
// rule for its like: texts are equal in the same case, and are found in any.
func caseNote(op string) string {
	switch {
	case strings.HasSuffix(op, "~"):
		return " (any case)"
	case strings.HasSuffix(op, "_cs"):
		return " (exact case)"
	}
	return ""
}

func disjuncts(e syntax.Expr) []syntax.Expr {
	if b, ok := inner(e).(*syntax.BinaryExpr); ok && b.Op == syntax.OpOr {
		return append(disjuncts(b.X), disjuncts(b.Y)...)
	}
	return []syntax.Expr{e}
}

// order returns the words for less and greater.
func (t *teller) order(e *syntax.BinaryExpr) (string, bool) {
	time := t.isTime(e.X) || t.isTime(e.Y)
	switch e.Op {
	case syntax.OpLt:
		return choose(time, "is earlier than", "is less than"), true
	case syntax.OpLe:
		return choose(time, "is not later than", "is at most"), true
	case syntax.OpGt:
		return choose(time, "is later than", "is greater than"), true
	case syntax.OpGe:
		return choose(time, "is not earlier than", "is at least"), true
	}
	return "", false
}

func choose(cond bool, yes, no string) string {
	if cond {
		return yes
	}
	return no
}

// lists are the words for operators with a list on their right.
var lists = map[syntax.InOp]string{
	syntax.OpIn: "is one of", syntax.OpNotIn: "is none of",
	syntax.OpInTilde: "is one of", syntax.OpNotInTilde: "is none of",
	syntax.OpHasAny: "has any of the terms", syntax.OpHasAll: "has all of the terms",
}

func (t *teller) in(e *syntax.InExpr) string {
	const most = 12
	head := t.value(e.X) + " " + lists[e.Op] + " "
	note := caseNote(e.Op.String())
	var out []string
	for i, x := range e.List {
		if i == most {
			return head + "(" + strings.Join(out, ", ") + " … " + plural(len(e.List), "value") + ")" + note
		}
		out = append(out, t.listed(x))
	}
	if len(out) > 1 {
		return head + "(" + strings.Join(out, ", ") + ")" + note
	}
	return head + strings.Join(out, "") + note
}

// listed is an element of a list; a table stands for the values of its first
// column.
func (t *teller) listed(e syntax.Expr) string {
	switch x := inner(e).(type) {
	case *syntax.PipeExpr:
		return "the values of " + t.sub(x)
	case *syntax.ToScalarExpr:
		return "the values that " + t.sub(x.X) + " lists"
	case *syntax.Ident:
		if t.tabular(x) {
			return "the values of " + x.Name
		}
	}
	return t.value(e)
}

// call returns a call that is a condition in words.
func (t *teller) call(e *syntax.CallExpr) string {
	if len(e.Args) == 1 {
		x := e.Args[0]
		switch e.Name.Name {
		case "isnotempty", "notempty":
			return t.value(x) + " is not empty"
		case "isempty":
			return t.value(x) + " is empty"
		case "isnotnull", "notnull":
			return t.value(x) + " is not null"
		case "isnull":
			return t.value(x) + " is null"
		case "not":
			return "it is not so that (" + t.condition(x) + ")"
		}
	}
	return t.quote(e) + " holds"
}
