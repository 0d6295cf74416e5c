package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// Print returns n as EXPLAIN shows it: one operator per line, its inputs below
// it, two blanks deeper. Plans of subqueries and of shared results follow the
// operator that uses them, marked by their kind; a shared plan is printed where
// it is met first.
func Print(n Node) string {
	p := printer{seen: map[*SharedDef]int{}}
	p.node(n, 0)
	return p.b.String()
}

// PrintAnnotated is Print with what note returns for an operator at the end of
// its line: EXPLAIN ANALYZE's figures.
func PrintAnnotated(n Node, note func(Node) string) string {
	p := printer{seen: map[*SharedDef]int{}, note: note}
	p.node(n, 0)
	return p.b.String()
}

// String prints every result of the query.
func (q *Query) String() string {
	p := printer{seen: map[*SharedDef]int{}}
	for i, r := range q.Results {
		if len(q.Results) > 1 || r.Name != "" {
			p.line(0, "result "+strconv.Itoa(i)+nameOf(r.Name), nil)
		}
		p.node(r.Root, 0)
	}
	return p.b.String()
}

func nameOf(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

type printer struct {
	b    strings.Builder
	seen map[*SharedDef]int
	note func(Node) string
}

func (p *printer) line(depth int, text string, n Node) {
	p.b.WriteString(strings.Repeat("  ", depth))
	p.b.WriteString(text)
	if p.note != nil && n != nil {
		if s := p.note(n); s != "" {
			p.b.WriteString("  -- " + s)
		}
	}
	p.b.WriteByte('\n')
}

func (p *printer) node(n Node, depth int) {
	if s, ok := n.(*Shared); ok {
		p.shared(s, depth)
		return
	}
	p.line(depth, Describe(n), n)
	for _, e := range Exprs(n) {
		WalkExpr(e, func(e Expr) bool {
			if s, ok := e.(*Subquery); ok {
				p.line(depth+1, s.String()+":", nil)
				p.node(s.Plan, depth+2)
			}
			return true
		})
	}
	for _, in := range n.Inputs() {
		p.node(in, depth+1)
	}
}

func (p *printer) shared(s *Shared, depth int) {
	id, met := p.seen[s.Def]
	if !met {
		id = len(p.seen) + 1
		p.seen[s.Def] = id
	}
	p.line(depth, "shared "+strconv.Itoa(id)+nameOf(s.Def.Name), s)
	if !met {
		p.node(s.Def.Plan, depth+1)
	}
}

// Describe returns the one line that EXPLAIN prints for n, without its inputs.
func Describe(n Node) string {
	switch n := n.(type) {
	case *Read:
		return describeRead(n)
	case *Values:
		rows := 0
		for _, b := range n.Batches {
			rows += b.Len()
		}
		return fmt.Sprintf("values %d rows (%s)", rows, n.Out)
	case *Range:
		return fmt.Sprintf("range %s from %s to %s step %s", names(n.Out.Columns), n.From, n.To, n.Step)
	case *Filter:
		return "filter " + n.Cond.String()
	case *Project:
		return "project " + describeColumns(n.Exprs, n.Out.Columns)
	case *Aggregate:
		return describeAggregate(n)
	case *Sort:
		return "sort " + describeKeys(n.Keys)
	case *Top:
		return "top " + n.N.String() + " by " + describeKeys(n.Keys)
	case *Take:
		return "take " + n.N.String()
	case *Serialize:
		return "serialize"
	case *Join:
		return describeJoin(n)
	case *Union:
		return "union"
	case *MvExpand:
		return describeMvExpand(n)
	case *Parse:
		return describeParse(n)
	case *ParseKv:
		return describeParseKv(n)
	case interface{ describe() string }:
		return n.describe()
	}
	return strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", n), "*plan."))
}

func describeRead(n *Read) string {
	s := "read " + quoteName(n.Table) + " [" + names(n.Schema().Columns) + "]"
	all := n.Source.Schema().Columns
	for i, h := range n.Hints {
		sep := " and "
		if i == 0 {
			sep = " hints "
		}
		s += sep + describeHint(h, all)
	}
	if n.Limit > 0 {
		s += " limit " + strconv.Itoa(n.Limit)
	}
	return s
}

func describeHint(h Hint, cols []types.Column) string {
	op := [...]string{HintIn: "in", HintLess: "<", HintLessEqual: "<=", HintGreater: ">", HintGreaterEqual: ">=", HintHas: "has", HintHasAny: "has any"}[h.Op]
	n := h.Values.Len()
	var vals []byte
	for i := range min(n, maxPrintedArray) {
		if i > 0 {
			vals = append(vals, ", "...)
		}
		vals = appendLiteral(vals, h.Values, i)
	}
	if n > maxPrintedArray {
		vals = append(vals, fmt.Sprintf(", … %d values", n)...)
	}
	if h.Op == HintIn || h.Op == HintHas || h.Op == HintHasAny {
		return fmt.Sprintf("%s %s (%s)", quoteName(cols[h.Column].Name), op, vals)
	}
	return fmt.Sprintf("%s %s %s", quoteName(cols[h.Column].Name), op, vals)
}

func names(cols []types.Column) string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = quoteName(c.Name)
	}
	return strings.Join(out, ", ")
}
