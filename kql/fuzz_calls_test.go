package kql_test

import (
	"regexp"
	"strings"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A call is an example from the declaration of a function, whose arguments others
// of their type can take the place of.
type call struct {
	name string
	args []argument
}

type argument struct {
	text string
	typ  types.Type
	// free says that the argument need not be a constant.
	free bool
}

// calls returns an example or several of every function whose answer the arguments
// alone decide, by the type of the result.
func calls(e *kql.Engine) map[types.Type][]call {
	out := map[types.Type][]call{}
	for _, family := range e.Functions().Families() {
		for _, f := range family.Scalars {
			if f.Volatile || f.Window || f.Unsupported != "" {
				continue
			}
			for _, example := range f.Examples {
				text, _, _ := strings.Cut(example, " -> ")
				if c, ok := callOf(e, text); ok {
					if t := typeOf(e, "", text); t != types.Unknown {
						out[t] = append(out[t], c)
					}
				}
			}
		}
	}
	return out
}

// callOf takes the text of a call apart; !ok if it is none.
func callOf(e *kql.Engine, text string) (call, bool) {
	const before = "print v = "
	q, _ := e.Compile(before+text, nil)
	var found *syntax.CallExpr
	syntax.Walk(q.Tree(), func(n syntax.Node) bool {
		if c, ok := n.(*syntax.CallExpr); ok && found == nil {
			found = c
		}
		return found == nil
	})
	if found == nil || found.Pos() != len(before) || found.End() != len(before+text) {
		return call{}, false
	}
	out := call{name: found.Name.Name}
	for _, a := range found.Args {
		arg := text[a.Pos()-len(before) : a.End()-len(before)]
		out.args = append(out.args, argument{text: arg, typ: typeOf(e, "", arg)})
	}
	for i := range out.args {
		a := &out.args[i]
		if a.typ == types.Unknown {
			continue
		}
		was := a.text
		a.text = "free"
		a.free = typeOf(e, "datatable(free: "+a.typ.String()+")[] | extend ", out.String()) != types.Unknown
		a.text = was
	}
	return out, true
}

func (c call) String() string {
	texts := make([]string, len(c.args))
	for i, a := range c.args {
		texts[i] = a.text
	}
	return c.name + "(" + strings.Join(texts, ", ") + ")"
}

// typeOf returns the type of an expression over the columns of a table, Unknown if
// it is wrong.
func typeOf(e *kql.Engine, table, text string) types.Type {
	if table == "" {
		table = "print "
	}
	q, diags := e.Compile(table+"v = "+text, nil)
	if hasErrors(diags) || len(q.Results()) != 1 {
		return types.Unknown
	}
	cols := q.Results()[0].Columns
	return cols[len(cols)-1].Type
}

// aggregateCalls returns the examples of aggregates as templates for fill.
func aggregateCalls(e *kql.Engine) []string {
	var out []string
	x := regexp.MustCompile(`\bx\b`)
	for _, family := range e.Functions().Families() {
		for _, a := range family.Aggregates {
			for _, example := range a.Examples {
				values, text, _ := strings.Cut(example, " | ")
				text, _, _ = strings.Cut(text, " -> ")
				value, _, _ := strings.Cut(values, ", ")
				if t := typeOf(e, "", value); t != types.Unknown && !strings.Contains(text, "{") {
					out = append(out, x.ReplaceAllString(text, "{"+t.String()+"}"))
				}
			}
		}
	}
	return out
}

// called returns a call with a result of type t, "" if there is none.
func (g *generator) called(t types.Type, depth int) string {
	of := g.calls[t]
	if len(of) == 0 {
		return ""
	}
	c := pick(g, of)
	filled := call{name: c.name}
	for _, a := range c.args {
		if a.free && g.IntN(3) > 0 {
			a.text = g.expr(a.typ, depth-1)
		}
		filled.args = append(filled.args, a)
	}
	return filled.String()
}
