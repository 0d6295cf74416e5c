package explain

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// tabular says whether e is a table, as far as its form shows it.
func (t *teller) tabular(e syntax.Expr) bool {
	switch e := inner(e).(type) {
	case *syntax.PipeExpr, *syntax.DataTableExpr, *syntax.ExternalDataExpr, *syntax.MaterializeExpr, *syntax.ToTableExpr,
		*syntax.ContextualDataTableExpr, *syntax.InlineExternalTableExpr, *syntax.MaterializedViewCombineExpr, *syntax.DataScopeExpr:
		return true
	case *syntax.Ident:
		if t.input.Index(e.Name) >= 0 {
			return false
		}
		if v, ok := t.lets[e.Name]; ok {
			return v != nil && v != syntax.Expr(e) && t.tabular(v)
		}
		_, typed := t.types[e]
		return !typed
	case *syntax.CallExpr:
		if f, ok := t.lets[e.Name.Name].(*syntax.FuncDecl); ok {
			return f.Body.Result != nil && t.tabular(f.Body.Result)
		}
		_, typed := t.types[e]
		return !typed && e.Name.Name == "table"
	case *syntax.PathExpr:
		call, ok := e.X.(*syntax.CallExpr)
		if path, isPath := e.X.(*syntax.PathExpr); isPath {
			call, ok = path.Sel.(*syntax.CallExpr)
		}
		if !ok {
			return false
		}
		switch call.Name.Name {
		case "cluster", "database", "workspace", "app", "resource":
			return true
		}
	}
	return false
}

// sourceStep tells where rows come from. recent, if not nil, is a condition that
// the rows are of a recent time.
func (t *teller) sourceStep(e syntax.Expr, recent syntax.Expr) Step {
	return t.step(func() string {
		s := t.origin(e)
		if recent != nil {
			s += " of the " + t.lastPeriod(recent) + " (" + t.source(recent) + ")"
		}
		return s
	})
}

func (t *teller) origin(e syntax.Expr) string {
	switch e := inner(e).(type) {
	case *syntax.Ident:
		if _, ok := t.lets[e.Name]; ok {
			return "Take the rows of " + e.Name
		}
		if e.Wildcard {
			return "Read the tables whose names match " + e.Name
		}
		return "Read " + e.Name
	case *syntax.DataTableExpr:
		n := len(e.Schema.Columns)
		if n == 0 {
			return "Take a table without columns"
		}
		var cols []string
		for _, c := range e.Schema.Columns {
			cols = append(cols, c.Name.Name)
		}
		return "Take the " + plural(len(e.Values)/n, "row") + " of a table in the text, with " + columnWord(n) + " " + and(cols)
	case *syntax.ExternalDataExpr:
		return "Read the external data " + t.source(e)
	case *syntax.MaterializeExpr:
		return "Take the rows of " + t.sub(e.X) + ", computed once"
	case *syntax.ToTableExpr:
		return "Take the rows of " + t.sub(e.X)
	case *syntax.CallExpr:
		if len(e.Args) == 0 {
			return "Take the rows of the function " + e.Name.Name
		}
		return "Take the rows of " + t.source(e)
	case *syntax.PathExpr:
		return "Read " + t.source(e)
	}
	return "Take the rows of " + t.source(e)
}

// splitRecent takes the first condition that rows be younger than some period,
// on a table's own column of time, out of the conjunction e. It returns the other
// conditions.
func (t *teller) splitRecent(e syntax.Expr, recent *syntax.Expr) []syntax.Expr {
	var rest []syntax.Expr
	for _, c := range conjuncts(e) {
		if *recent == nil && t.isRecent(c) {
			*recent = c
			continue
		}
		rest = append(rest, c)
	}
	return rest
}

func conjuncts(e syntax.Expr) []syntax.Expr {
	if b, ok := inner(e).(*syntax.BinaryExpr); ok && b.Op == syntax.OpAnd {
		return append(conjuncts(b.X), conjuncts(b.Y)...)
	}
	return []syntax.Expr{e}
}

func (t *teller) isRecent(e syntax.Expr) bool {
	b, ok := inner(e).(*syntax.BinaryExpr)
	if !ok || b.Op != syntax.OpGt && b.Op != syntax.OpGe {
		return false
	}
	id, ok := b.X.(*syntax.Ident)
	return ok && (id.Name == "TimeGenerated" || id.Name == "Timestamp") && t.agoPeriod(b.Y) != ""
}

// lastPeriod returns "last 2 days" of a condition that isRecent holds of.
func (t *teller) lastPeriod(e syntax.Expr) string {
	return "last " + strings.TrimPrefix(t.agoPeriod(inner(e).(*syntax.BinaryExpr).Y), "1 ")
}

// agoPeriod returns the period of ago(period) in words, empty if e is no such
// call or its period has no short words.
func (t *teller) agoPeriod(e syntax.Expr) string {
	call, ok := e.(*syntax.CallExpr)
	if !ok || call.Name.Name != "ago" || len(call.Args) != 1 {
		return ""
	}
	return t.period(call.Args[0])
}

// period returns a timespan in words if it is a literal or the name of one.
func (t *teller) period(e syntax.Expr) string {
	switch e := inner(e).(type) {
	case *syntax.Literal:
		if e.Kind == syntax.LitTimespan && !e.Null {
			return duration(e.Text)
		}
	case *syntax.Ident:
		if t.input.Index(e.Name) >= 0 {
			return ""
		}
		if v, ok := t.lets[e.Name].(*syntax.Literal); ok {
			return t.period(v)
		}
	}
	return ""
}
