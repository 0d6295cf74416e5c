package plan

import (
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// Expressions are printed as KQL would write them, fully typed: a literal says
// its type unless its form does, and every operator inside another stands in
// parentheses, so that the text needs no table of precedence to be read.

// String prints the value as KQL writes it: 'a', int(1), datetime(…).
func (e *Literal) String() string { return string(appendLiteral(nil, e.Value, 0)) }

// String prints the column's name, quoted where it needs to be, or its position
// if it has none.
func (e *Column) String() string {
	if e.Name == "" {
		return "#" + strconv.Itoa(e.Index)
	}
	return quoteName(e.Name)
}

// String prints an operator between its operands and all else as a call.
func (e *Call) String() string {
	name := e.Fn.Name
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = a.String()
	}
	switch {
	case name == "member" && len(args) == 2:
		return operand(e.Args[0]) + "." + memberName(e.Args[1])
	case name == "index" && len(args) == 2:
		return operand(e.Args[0]) + "[" + args[1] + "]"
	case name == "unary -" && len(args) == 1:
		return "-" + operand(e.Args[0])
	case listOperator(name) && len(args) >= 1:
		return operand(e.Args[0]) + " " + name + " (" + strings.Join(args[1:], ", ") + ")"
	case strings.HasSuffix(name, "between") && len(args) == 3:
		return operand(e.Args[0]) + " " + name + " (" + args[1] + " .. " + args[2] + ")"
	case infixOperator(name) && len(args) == 2:
		return operand(e.Args[0]) + " " + name + " " + operand(e.Args[1])
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// String joins the arguments by `and`.
func (e *And) String() string { return joinOperands(e.Args, " and ") }

// String joins the arguments by `or`.
func (e *Or) String() string { return joinOperands(e.Args, " or ") }

// String prints what kind of subquery it is; its plan is printed by [Print].
func (e *Subquery) String() string {
	if e.List {
		return "subquery list"
	}
	return "toscalar(…)"
}

func joinOperands(args []Expr, sep string) string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = operand(a)
	}
	return strings.Join(out, sep)
}

// operand prints e so that it can stand beside an operator.
func operand(e Expr) string {
	s := e.String()
	switch x := e.(type) {
	case *And, *Or:
		return "(" + s + ")"
	case *Call:
		if n := x.Fn.Name; len(x.Args) > 1 && (infixOperator(n) || listOperator(n) || strings.HasSuffix(n, "between")) {
			return "(" + s + ")"
		}
	}
	return s
}

func memberName(e Expr) string {
	l, ok := e.(*Literal)
	if !ok {
		return e.String()
	}
	v := column.ViewOf[string](l.Value)
	return quoteName(v.At(0))
}

func listOperator(name string) bool {
	switch strings.TrimPrefix(name, "!") {
	case "in", "in~", "has_any", "has_all":
		return true
	}
	return false
}

func infixOperator(name string) bool {
	if !isName(name) {
		return name != "unary -"
	}
	switch strings.TrimSuffix(strings.TrimPrefix(name, "not"), "cs") {
	case "has", "has_", "hasprefix", "hasprefix_", "hassuffix", "hassuffix_", "contains", "contains_",
		"startswith", "startswith_", "endswith", "endswith_", "like":
		return true
	}
	return false
}

func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func quoteName(s string) string {
	if isName(s) {
		return s
	}
	return "['" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "'", `\'`) + "']"
}

// appendLiteral appends row i of the flat column c as a KQL literal.
func appendLiteral(dst []byte, c column.Column, i int) []byte {
	t := c.Type()
	if c.Null(i) {
		return append(append(dst, t.String()...), "(null)"...)
	}
	typed := func(dst []byte, f func([]byte) []byte) []byte {
		dst = append(append(dst, t.String()...), '(')
		return append(f(dst), ')')
	}
	switch v := c.(type) {
	case *column.Vec[bool]:
		return strconv.AppendBool(dst, v.Vals[i])
	case *column.Vec[int64]:
		switch t {
		case types.DateTime:
			return typed(dst, func(b []byte) []byte { return types.AppendDateTime(b, v.Vals[i]) })
		case types.TimeSpan:
			return typed(dst, func(b []byte) []byte { return types.AppendTimeSpan(b, v.Vals[i]) })
		case types.Int:
			return typed(dst, func(b []byte) []byte { return strconv.AppendInt(b, v.Vals[i], 10) })
		}
		return strconv.AppendInt(dst, v.Vals[i], 10)
	case *column.Vec[float64]:
		return typed(dst, func(b []byte) []byte { return types.AppendReal(b, v.Vals[i]) })
	case *column.Vec[string]:
		return append(append(append(dst, '\''), escapeText(v.Vals[i])...), '\'')
	case *column.Vec[types.GUID128]:
		return typed(dst, func(b []byte) []byte { return types.AppendGUID(b, v.Vals[i]) })
	case *column.Vec[types.Decimal128]:
		return typed(dst, func(b []byte) []byte { return types.AppendDecimal(b, v.Vals[i]) })
	case *column.Vec[dynamic.Value]:
		return typed(dst, func(b []byte) []byte { return appendShort(b, v.Vals[i]) })
	}
	return append(dst, '?')
}

// maxPrintedArray is how many elements of a constant array EXPLAIN shows.
const maxPrintedArray = 10

func appendShort(dst []byte, v dynamic.Value) []byte {
	if v.Kind() != dynamic.Array || v.Len() <= maxPrintedArray {
		return v.AppendJSON(dst)
	}
	dst = append(dst, '[')
	for i := range maxPrintedArray {
		dst = append(v.Index(i).AppendJSON(dst), ',')
	}
	return append(append(append(dst, "… "...), strconv.Itoa(v.Len())...), " elements]"...)
}

func escapeText(s string) string {
	s = strconv.Quote(s)
	s = strings.ReplaceAll(s[1:len(s)-1], `\"`, `"`)
	return strings.ReplaceAll(s, `'`, `\'`)
}
