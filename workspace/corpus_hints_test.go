package workspace_test

import (
	"slices"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// A hint is a value that a query looks for: in a column, or at a path within one.
// A path element that is a number is a place in an array.
type hint struct {
	path []string
	text string
}

// hints are what a query looks for, by name: of columns of tables and of those
// that the query makes of them.
type hints struct {
	lets map[string]syntax.Expr
	// defs has the expressions that columns are computed by.
	defs   map[string][]def
	values map[string][]hint
}

// A def is an expression; one that is expanded is an element of its array.
type def struct {
	x        syntax.Expr
	expanded bool
}

func findHints(q *syntax.Query) *hints {
	h := &hints{lets: map[string]syntax.Expr{}, defs: map[string][]def{}, values: map[string][]hint{}}
	syntax.Walk(q, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.LetStmt:
			h.lets[n.Name.Name] = n.Value
		case *syntax.MvItem:
			if n.X != nil {
				h.define(n.X, true)
			}
		case *syntax.NamedExpr:
			h.define(n, false)
		}
		return true
	})
	syntax.Walk(q, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.BinaryExpr:
			h.compared(n)
		case *syntax.BetweenExpr:
			if !n.Not {
				h.add(n.X, h.literals(n.Lo, 0), nil, 0)
			}
		case *syntax.InExpr:
			h.listed(n)
		case *syntax.CallExpr:
			return n.Name.Name != "not"
		}
		return true
	})
	return h
}

func (h *hints) define(n *syntax.NamedExpr, expanded bool) {
	name := ""
	if id, ok := n.X.(*syntax.Ident); ok {
		name = id.Name
	}
	if len(n.Names) == 1 {
		name = n.Names[0].Name
	}
	if name != "" && len(h.defs[name]) < 4 {
		h.defs[name] = append(h.defs[name], def{n.X, expanded})
	}
}

// future is the hint of a time after now().
const future = "future"

// compared adds the hint of `x op literal`.
func (h *hints) compared(e *syntax.BinaryExpr) {
	step := 0
	switch e.Op {
	case syntax.OpGt, syntax.OpGe:
		step = 1
	case syntax.OpLt, syntax.OpLe:
		step = -1
	case syntax.OpEq, syntax.OpEqTilde, syntax.OpHas, syntax.OpHasCS, syntax.OpHasPrefix, syntax.OpHasSuffix, syntax.OpContains, syntax.OpContainsCS,
		syntax.OpStartsWith, syntax.OpStartsWithCS, syntax.OpEndsWith, syntax.OpEndsWithCS, syntax.OpColon:
	default:
		return
	}
	texts := h.literals(e.Y, 0)
	if c, ok := e.Y.(*syntax.CallExpr); ok && c.Name.Name == "now" && step > 0 {
		texts = []string{future}
	}
	for i, s := range texts {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			texts[i] = strconv.FormatInt(n+int64(step), 10)
		}
	}
	h.add(e.X, texts, nil, 0)
}

// listed adds the hints of `x in (…)` and its like.
func (h *hints) listed(e *syntax.InExpr) {
	if e.Op == syntax.OpNotIn || e.Op == syntax.OpNotInTilde {
		return
	}
	var texts []string
	for _, el := range e.List {
		texts = append(texts, h.literals(el, 0)...)
	}
	if e.Op == syntax.OpHasAll {
		texts = []string{strings.Join(texts, " ")}
	}
	h.add(e.X, texts, nil, 0)
}

const maxHops = 6 // names that stand for names, followed

// add adds texts as hints of what x is computed from.
func (h *hints) add(x syntax.Expr, texts []string, path []string, hops int) {
	if len(texts) == 0 || hops > maxHops {
		return
	}
	switch x := x.(type) {
	case *syntax.ParenExpr:
		h.add(x.X, texts, path, hops)
	case *syntax.CallExpr:
		for _, a := range x.Args[:min(len(x.Args), 3)] {
			h.add(a, texts, path, hops+1)
		}
	case *syntax.PathExpr:
		h.add(x.X, texts, append([]string{nameOf(x.Sel)}, path...), hops)
	case *syntax.IndexExpr:
		h.add(x.X, texts, append([]string{nameOf(x.Index)}, path...), hops)
	case *syntax.Ident:
		for _, t := range texts[:min(len(texts), 20)] {
			if v := h.values[x.Name]; len(v) < 40 {
				h.values[x.Name] = append(v, hint{path, t})
			}
		}
		for _, d := range h.defs[x.Name] {
			p := path
			if d.expanded {
				p = append([]string{"0"}, path...)
			}
			if id, ok := d.x.(*syntax.Ident); ok && id.Name == x.Name {
				if d.expanded {
					h.values[x.Name] = append(h.values[x.Name], hint{p, texts[0]})
				}
				continue
			}
			h.add(d.x, texts, p, hops+1)
		}
	}
}

// nameOf returns the name or number of a member.
func nameOf(e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.Ident:
		return e.Name
	case *syntax.StringLit:
		return e.Value
	case *syntax.Literal:
		return e.Text
	case *syntax.BracketExpr:
		return nameOf(e.X)
	}
	return "0"
}

// literals returns the texts that e stands for, if it is constant.
func (h *hints) literals(e syntax.Expr, hops int) []string {
	var out []string
	switch e := e.(type) {
	case *syntax.StringLit:
		return []string{e.Value}
	case *syntax.Literal:
		return []string{e.Text}
	case *syntax.ParenExpr:
		return h.literals(e.X, hops)
	case *syntax.DynamicLit:
		return h.literals(e.Value, hops)
	case *syntax.DynArray:
		for _, el := range e.Elems {
			out = append(out, h.literals(el, hops)...)
		}
	case *syntax.DataTableExpr:
		for _, v := range e.Values {
			out = append(out, h.literals(v, hops)...)
		}
	case *syntax.CallExpr:
		for _, a := range e.Args {
			out = append(out, h.literals(a, hops)...)
		}
	case *syntax.Ident:
		if x, ok := h.lets[e.Name]; ok && hops < maxHops {
			return h.literals(x, hops+1)
		}
	}
	return out
}

// bag returns a value that has what path hints look for, each at its place: of
// several for one place the turn-th.
func bag(hs []hint, turn int) dynamic.Value {
	members, order := map[string][]hint{}, []string{}
	var leaves []string
	for _, x := range hs {
		if len(x.path) == 0 {
			leaves = append(leaves, x.text)
			continue
		}
		if _, seen := members[x.path[0]]; !seen {
			order = append(order, x.path[0])
		}
		members[x.path[0]] = append(members[x.path[0]], hint{x.path[1:], x.text})
	}
	if len(order) == 0 {
		if len(leaves) == 0 {
			return dynamic.Value{}
		}
		return dynamic.FromText(strconv.Quote(leaves[turn%len(leaves)]))
	}
	slices.Sort(order)
	var b strings.Builder
	array := isNumber(order[0])
	for i, name := range order {
		v := bag(members[name], turn).JSON()
		if v == "" {
			v = "null"
		}
		if i > 0 {
			b.WriteByte(',')
		}
		if !array {
			b.WriteString(strconv.Quote(name) + ":")
		}
		b.WriteString(v)
	}
	if array {
		return dynamic.FromText("[" + b.String() + "]")
	}
	return dynamic.FromText("{" + b.String() + "}")
}

func isNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}
