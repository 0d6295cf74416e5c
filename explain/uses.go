package explain

import (
	"maps"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// tables lists the tables that p reads, each once, with the columns read.
func tables(p *plan.Query) []Table {
	out := []Table{}
	plan.EachNode(p, func(n plan.Node) {
		if r, ok := n.(*plan.Read); ok {
			out = addRead(out, r)
		}
	})
	return out
}

func addRead(tables []Table, n *plan.Read) []Table {
	i := slices.IndexFunc(tables, func(t Table) bool { return t.Name == n.Table })
	if i < 0 {
		i = len(tables)
		tables = append(tables, Table{Name: n.Table, Columns: []string{}})
	}
	for _, c := range n.Schema().Columns {
		if !slices.Contains(tables[i].Columns, c.Name) {
			tables[i].Columns = append(tables[i].Columns, c.Name)
		}
	}
	return tables
}

// uses fills in what the text of q mentions.
func (x *Explanation) uses(e *kql.Engine, q *kql.Query) {
	u := user{engine: e, query: q, columns: map[string]bool{}, x: x}
	x.Operators, x.Functions, x.Comparisons = []string{}, []Function{}, []string{}
	for _, s := range q.Tree().Statements {
		u.visit(s, nil)
	}
	x.Columns = slices.AppendSeq([]string{}, maps.Keys(u.columns))
	slices.Sort(x.Columns)
}

// A user collects the names that a query uses.
type user struct {
	engine  *kql.Engine
	query   *kql.Query
	columns map[string]bool
	x       *Explanation
}

// visit walks n, which stands within the operator op.
func (u *user) visit(n syntax.Node, op syntax.Operator) {
	syntax.Walk(n, func(c syntax.Node) bool {
		if inner, ok := c.(syntax.Operator); ok && inner != op {
			u.operator(operatorName(u.query.Tree().Text, inner))
			u.visit(inner, inner)
			return false
		}
		switch c := c.(type) {
		case *syntax.LetStmt:
			u.operator("let")
		case *syntax.SetStmt:
			u.operator("set")
		case *syntax.QueryParametersStmt:
			u.operator("declare query_parameters")
		case *syntax.Ident:
			u.column(c, op)
		case *syntax.CallExpr:
			u.function(c.Name.Name)
		case *syntax.ToScalarExpr:
			u.function("toscalar")
		case *syntax.MaterializeExpr:
			u.function("materialize")
		case *syntax.ToTableExpr:
			u.function("totable")
		case *syntax.DataTableExpr:
			u.operator("datatable")
		case *syntax.ExternalDataExpr:
			u.operator("externaldata")
		case *syntax.BinaryExpr:
			u.comparison(c.Op.String())
		case *syntax.InExpr:
			u.comparison(c.Op.String())
		case *syntax.BetweenExpr:
			u.comparison(map[bool]string{false: "between", true: "!between"}[c.Not])
		}
		return true
	})
}

func (u *user) operator(name string) {
	if name != "" && !slices.Contains(u.x.Operators, name) {
		u.x.Operators = append(u.x.Operators, name)
	}
}

func (u *user) comparison(name string) {
	if !slices.Contains(u.x.Comparisons, name) {
		u.x.Comparisons = append(u.x.Comparisons, name)
	}
}

func (u *user) function(name string) {
	if slices.ContainsFunc(u.x.Functions, func(f Function) bool { return f.Name == name }) {
		return
	}
	f := Function{Name: name}
	for _, s := range u.engine.Specials() {
		if s.Name == name {
			f.Doc = s.Doc
		}
	}
	if a, ok := u.engine.Functions().Aggregate(name); ok {
		f.Doc = a.Doc
	}
	if s, ok := u.engine.Functions().Scalar(name); ok {
		f.Doc = s.Doc
	}
	u.x.Functions = append(u.x.Functions, f)
}

// column notes a name that is a column of what op reads.
func (u *user) column(id *syntax.Ident, op syntax.Operator) {
	if op != nil && u.query.Info().Inputs[op].Index(id.Name) >= 0 {
		u.columns[id.Name] = true
	}
}

// operatorName is the name of an operator as its documentation has it.
func operatorName(text string, op syntax.Operator) string {
	word := text[op.Pos():op.End()]
	if i := strings.IndexFunc(word, func(r rune) bool { return r != '-' && r != '_' && (r < 'a' || r > 'z') }); i >= 0 {
		word = word[:i]
	}
	switch word {
	case "filter":
		return "where"
	case "order":
		return "sort"
	case "limit":
		return "take"
	case "mvexpand":
		return "mv-expand"
	case "mvapply":
		return "mv-apply"
	}
	return word
}
