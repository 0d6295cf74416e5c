package explain

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// columnsOperator tells of operators that choose, rename and order columns, and
// of print; empty for others.
func (t *teller) columnsOperator(op syntax.Operator) string {
	switch op := op.(type) {
	case *syntax.ProjectOp:
		return t.project(op.Exprs)
	case *syntax.ProjectAwayOp:
		return "Drop " + columnWord(len(op.Columns)) + " " + t.names(op.Columns)
	case *syntax.ProjectKeepOp:
		return "Keep, in the order that they have, only " + columnWord(len(op.Columns)) + " " + t.names(op.Columns)
	case *syntax.ProjectByNamesOp:
		return "Keep only the columns named by " + and(t.values(op.Exprs))
	case *syntax.ProjectReorderOp:
		return "Put first " + columnWord(len(op.Columns)) + " " + t.names(op.Columns)
	case *syntax.ProjectRenameOp:
		var out []string
		for _, e := range op.Exprs {
			if len(e.Names) == 1 {
				out = append(out, t.value(e.X)+" to "+ident(e.Names[0].Name))
			} else {
				out = append(out, t.source(e))
			}
		}
		return "Rename " + and(out)
	case *syntax.PrintOp:
		var out []string
		for _, e := range op.Exprs {
			out = append(out, t.assigned(e))
		}
		return "Make one row of " + strings.Join(out, "; ")
	case *syntax.RangeOp:
		return "Make a row for each value of " + op.Name.Name + " from " + t.value(op.Start) + " to " + t.value(op.Stop) + " in steps of " + t.value(op.Step)
	}
	return ""
}

// project tells first of the columns that stay, then of those that are computed.
func (t *teller) project(exprs []*syntax.NamedExpr) string {
	var kept, computed []string
	for _, e := range exprs {
		id, plain := e.X.(*syntax.Ident)
		plain = plain && t.input.Index(id.Name) >= 0 && len(e.Names) <= 1
		switch {
		case plain && (len(e.Names) == 0 || e.Names[0].Name == id.Name):
			kept = append(kept, ident(id.Name))
		case plain:
			kept = append(kept, ident(id.Name)+" as "+ident(e.Names[0].Name))
		default:
			computed = append(computed, t.assigned(e))
		}
	}
	switch {
	case len(exprs) == 0:
		return "Keep no columns"
	case len(computed) == 0:
		return "Keep only " + these(len(kept)) + ": " + strings.Join(kept, ", ")
	case len(kept) == 0:
		return "Compute " + these(len(computed)) + ", and keep no others: " + strings.Join(computed, "; ")
	}
	return "Keep only " + these(len(kept)) + ": " + strings.Join(kept, ", ") + "; and compute " + strings.Join(computed, "; ")
}
