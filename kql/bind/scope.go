package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A scope says what names mean at one place of the text. Scopes are copied, not
// changed, as the binder descends; only let adds names to its own.
type scope struct {
	outer *scope
	names map[string]*symbol
	// row is the current row; nil where there is none, as in print or in the
	// arguments of take.
	row *row
	// left and right are the rows of $left and $right within join … on.
	left, right *row
	// input is what a pipe without a source reads: the rows of the operator
	// around a subquery (mv-apply, partition, fork, facet).
	input *table
	// aggs collects aggregates where they are allowed; nil elsewhere.
	aggs *aggregation
	// caller is the row of the call, within the body of a function.
	caller *row
	// depth counts the tabular expressions around.
	depth int
	// match is the pattern of a graph around the expression, whose paths all(),
	// any() and map() read.
	match *graphMatch
	// restricted says what of the names further out is visible; nil where all is.
	restricted *restriction
	// statement is the scope that takes the names given by `as`.
	statement *scope
}

// A row is the columns that expressions can use by name.
type row struct {
	schema types.Schema
	// node makes the rows; nil if the columns are not those of one.
	node plan.Node
	// open says that there may be more columns: an unknown name is no mistake.
	open bool
	// serialized says that window functions may be used.
	serialized bool
	// offset is the position of the first column, where the row is a part of a
	// longer one: the right side of a join, the state of a step of scan.
	offset int
}

// A symbol is what a name that the text declares stands for. One of the fields
// is set.
type symbol struct {
	value   *value      // a scalar
	table   *table      // a tabular expression
	fn      *lambda     // a function
	pattern *pattern    // a pattern
	group   []entityRef // a group of entities
	entity  *entityRef  // the entity that a macro-expand is at
	decl    syntax.Node // where it is declared
	// row is where the columns live that value uses, nil if it uses none; or,
	// if step is set, the columns that name.column refers to (scan).
	row  *row
	step bool
	// varies says that value may differ from row to row; it is then of use only
	// at depth, not within a tabular expression beside those rows.
	varies bool
	depth  int
	// held says that what it stands for does not exist; unused is set until
	// something uses the name. See hold.
	held   []syntax.Diagnostic
	unused bool
	// hidden says that of a function only a scalar result may be seen here.
	hidden bool
}

// ofRow says where the value of s, if it varies, may be used.
func (b *binder) ofRow(s *symbol, sc, body *scope) {
	reads := false
	plan.WalkExpr(s.value.expr, func(e plan.Expr) bool {
		_, column := e.(*plan.Column)
		reads = reads || column
		return !reads && !b.facts[e].constant
	})
	if !reads {
		return
	}
	s.row, s.varies, s.depth = sc.row, true, body.depth
	if s.row == nil {
		s.row = sc.caller
	}
}

// lookup finds a declared name, innermost first.
func (s *scope) lookup(name string) (*symbol, bool) {
	var gates []*restriction
	for ; s != nil; s = s.outer {
		sym, ok := s.names[name]
		for i := 0; ok && i < len(gates); i++ {
			sym, ok = gates[i].hides(name, sym)
		}
		if ok {
			return sym, true
		}
		if s.restricted != nil {
			gates = append(gates, s.restricted)
		}
	}
	return nil, false
}

// declare adds a name to this scope.
func (s *scope) declare(name string, sym *symbol) {
	if s.names == nil {
		s.names = map[string]*symbol{}
	}
	s.names[name] = sym
}

// column finds a column of the current row.
func (s *scope) column(name string) (*plan.Column, bool) {
	if s.row == nil {
		return nil, false
	}
	i := s.row.schema.Index(name)
	if i < 0 {
		return nil, false
	}
	c := s.row.schema.Columns[i]
	return &plan.Column{Index: s.row.offset + i, Name: c.Name, Typ: c.Type}, true
}

// serialized reports whether window functions may be used here.
func (s *scope) serialized() bool {
	r := s.row
	if r == nil {
		r = s.caller
	}
	return r == nil || r.serialized
}

// nested returns a scope for declarations of its own (a function body, a
// subquery).
func (s *scope) nested() *scope {
	c := *s
	c.outer, c.names, c.restricted = s, nil, nil
	return &c
}

// withRow returns the scope for expressions over the rows of t.
func (s *scope) withRow(t table) *scope {
	c := s.nested()
	c.row = &row{schema: t.schema(), node: t.node, open: t.open, serialized: t.serialized}
	c.aggs = nil
	return c
}

// withoutRow returns the scope for constants and for tabular expressions: no
// columns.
func (s *scope) withoutRow() *scope {
	c := s.nested()
	c.row, c.left, c.right, c.aggs = nil, nil, nil, nil
	return c
}

// withInput returns the scope of a subquery that reads t.
func (s *scope) withInput(t table) *scope {
	c := s.withoutRow()
	c.input = &t
	return c
}

// A table is a bound tabular expression.
type table struct {
	node plan.Node
	// open says that there may be more columns than the schema has: the table
	// is not fully known, or something before it was wrong.
	open bool
	// serialized says that the order is fixed, so that window functions may be
	// used.
	serialized bool
	// ordered says that the order is part of the answer.
	ordered bool
	// name is that of a final `as`.
	name string
	// render is how a render operator before it wants it drawn.
	render *plan.Render
	// more are further results of the statement (fork, facet), which come
	// before this one. With none is nothing but those.
	more []plan.Result
	none bool
	// after are further results that come after this one (funnel_sequence). An
	// operator that follows reads this table only.
	after []plan.Result
}

func (t table) schema() types.Schema {
	if t.node == nil {
		return types.Schema{}
	}
	return t.node.Schema()
}

// over returns t with another node on top and the same facts.
func (t table) over(n plan.Node) table {
	t.node = n
	return t
}

// unordered returns t with another node on top that does not keep the order.
func (t table) unordered(n plan.Node) table {
	t.node, t.serialized, t.ordered = n, false, false
	return t
}

// unknownTable stands for a tabular expression that was wrong: no columns are
// known and no use of one is reported.
func unknownTable() table {
	return table{node: &plan.Values{}, open: true, serialized: true}
}
