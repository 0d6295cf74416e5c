package bind

import (
	"slices"
	"strconv"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// searchSource is the column of search that tells where a row is from.
const searchSource = "$table"

// search keeps the rows of one or many tables in which some column has what is
// looked for.
func (b *binder) search(sc *scope, in table, op *syntax.SearchOp) table {
	var parts []part
	switch {
	case op.In != nil:
		if in.node != nil {
			b.report(mustBeFirst(b.keyword(op)))
		}
		for _, e := range op.In {
			parts = append(parts, shown(b.parts(sc, e, false))...)
		}
	case in.node != nil:
		name := in.name
		if name == "" {
			name = readName(in)
		}
		parts = []part{{t: withoutHidden(in), name: name}}
	default:
		parts = shown(b.partsLike(sc, &syntax.Ident{Span: syntax.Span{From: op.From, To: op.From}, Name: "*", Wildcard: true}, true))
	}
	for i := range parts {
		if parts[i].name == "" {
			parts[i].name = "search_arg" + strconv.Itoa(i)
		}
	}
	exact := b.paramOneOf(op.Params, "kind", "default", "case_insensitive", "case_sensitive") == "case_sensitive"
	all := b.uniteParts(op, parts, searchSource, false)
	rows := sc.withRow(all)
	if rows.row.schema.Len() > 0 {
		rows.row.schema.Columns = hideFirst(rows.row.schema.Columns)
	}
	return all.over(plan.NewFilter(all.node, b.condition(rows, searchTerms(op.Cond, exact, b.env.Strict))))
}

// readName returns the name of the table that t is, or "".
func readName(t table) string {
	if r, ok := t.node.(*plan.Read); ok {
		return r.Table
	}
	if p, ok := t.node.(*plan.Project); ok && onlyColumns(p.Exprs) {
		if r, ok := p.Input.(*plan.Read); ok {
			return r.Table
		}
	}
	return ""
}

func onlyColumns(exprs []plan.Expr) bool {
	for _, e := range exprs {
		if !isColumn(e) {
			return false
		}
	}
	return true
}

// hideFirst returns cols with the first one hidden.
func hideFirst(cols []types.Column) []types.Column {
	out := slices.Clone(cols)
	out[0].Hidden = true
	return out
}
