package bind

import (
	"strconv"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A columns collects the columns that an operator makes, and gives each a name
// that no other has, by Kusto's rules.
type columns struct {
	exprs []plan.Expr
	cols  []types.Column
	index map[string]int
	// declared holds the names that the text gives outright: a second one is
	// an error, where a derived name just gets a number.
	declared map[string]bool
	// suffix has every name in use, with the greatest number tried after it.
	suffix map[string]int
	// kept are columns of the input that are there and not to be added again.
	kept map[int]bool
}

func newColumns() *columns {
	return &columns{index: map[string]int{}, declared: map[string]bool{}, suffix: map[string]int{}, kept: map[int]bool{}}
}

// schema returns the columns so far.
func (c *columns) schema() types.Schema { return types.Schema{Columns: c.cols} }

// over returns the table that computes the columns from in, row by row.
func (c *columns) over(in table) table {
	return in.over(&plan.Project{Input: in.node, Exprs: c.exprs, Out: c.schema()})
}

// keepAll adds all columns of the input, hidden ones too. They may be replaced
// under their names, and are not repeated by a mere mention.
func (c *columns) keepAll(in types.Schema) {
	for i, col := range in.Columns {
		c.keep(i, col)
	}
}

// keep adds column i of the input under its name or, if that is taken, another,
// and makes further mentions of it void.
func (c *columns) keep(i int, col types.Column) {
	if c.kept[i] {
		return
	}
	c.put(c.unique(col.Name, ""), &plan.Column{Index: i, Name: col.Name, Typ: col.Type}, col.Hidden)
	c.kept[i] = true
}

// repeats reports whether e is a column of the input that is kept already.
func (c *columns) repeats(e plan.Expr) bool {
	col, ok := e.(*plan.Column)
	return ok && c.kept[col.Index]
}

// add adds a column with a derived name, which is changed if it is taken, or
// replaces the one that has it.
func (c *columns) add(name string, e plan.Expr, replace bool) {
	switch at, taken := c.index[name]; {
	case name == "" || c.repeats(e):
	case taken && replace:
		c.replace(at, name, e)
	default:
		c.put(c.unique(name, ""), e, false)
	}
}

// declare adds a column with a name that the text at at gives outright.
func (c *columns) declare(b *binder, at syntax.Node, name string, e plan.Expr, replace bool) {
	if c.declared[name] {
		b.report(duplicateColumn(at, name))
		return
	}
	if i, taken := c.index[name]; taken && replace {
		c.replace(i, name, e)
	} else {
		if c.repeats(e) && c.index[name] == i && taken {
			return
		}
		if name = c.unique(name, ""); name != "" {
			c.put(name, e, false)
		}
	}
	c.declared[name] = true
}

// addHidden adds a hidden column unless its name is taken.
func (c *columns) addHidden(name string, e plan.Expr) {
	if _, taken := c.index[name]; !taken {
		c.put(c.unique(name, ""), e, true)
	}
}

func (c *columns) replace(at int, name string, e plan.Expr) {
	c.exprs[at], c.cols[at] = e, types.Column{Name: name, Type: e.Type()}
}

func (c *columns) put(name string, e plan.Expr, hidden bool) {
	c.index[name] = len(c.cols)
	c.exprs = append(c.exprs, e)
	c.cols = append(c.cols, types.Column{Name: name, Type: e.Type(), Hidden: hidden})
}

// unique returns name or, if that is taken, base (name, if empty) with a number.
func (c *columns) unique(name, base string) string {
	last, taken := c.suffix[name]
	if !taken {
		c.suffix[name] = 0
		return name
	}
	if base == "" {
		base = name
	}
	for n := last + 1; ; n++ {
		next := base + strconv.Itoa(n)
		if _, taken := c.suffix[next]; !taken {
			c.suffix[name], c.suffix[next] = n, 0
			return next
		}
	}
}

// defaultName returns the name of an expression that suggests none: Column1,
// Column2 …, passing over names that mean something in sc.
// Kusto counts on through the whole query.
func (b *binder) defaultName(sc *scope, rowToo bool) string {
	for {
		b.unnamed++
		name := "Column" + strconv.Itoa(b.unnamed)
		if rowToo && sc.row != nil && sc.row.schema.Index(name) >= 0 {
			continue
		}
		if _, ok := sc.lookup(name); !ok {
			return name
		}
	}
}

// A style is how an operator names the columns of its list.
type style uint8

const (
	styleProject style = iota
	styleExtend        // derived and given names replace columns of the input
	stylePrint         // unnamed columns are print_0, print_1 …
	styleSummarize
)

// addAll binds a list of expressions, each with or without a name, to the rows of
// sc and adds their columns to c.
func (b *binder) addAll(c *columns, sc *scope, exprs []*syntax.NamedExpr, st style) {
	for i, e := range exprs {
		b.addOne(c, sc, e, st, i)
	}
}

func (b *binder) addOne(c *columns, sc *scope, e *syntax.NamedExpr, st style, pos int) {
	if _, star := e.X.(*syntax.StarExpr); star && len(e.Names) == 0 {
		b.addStar(c, sc, e.X)
		return
	}
	v := b.scalar(sc, e.X)
	if st == stylePrint && len(e.Names) == 0 && len(v.tuple) == 1 && !v.picked {
		v.tuple = nil // print names one array alone as any other value
	}
	named := isColumn(v.expr) && sc.aggs == nil && !v.computed && !b.renames(sc, e.X, v)
	switch {
	case v.tuple != nil:
		b.addTuple(c, e, v, st)
	case len(e.Names) > 1:
		b.report(notMultiple(e))
	case len(e.Names) == 1:
		c.declare(b, e.Names[0], e.Names[0].Name, v.expr, st == styleExtend || named)
	case named && st != stylePrint:
		b.addColumn(c, e, v, st)
	default:
		b.addUnnamed(c, sc, e, v, st, pos)
	}
}

// renames reports whether a call that does nothing to a column, as tostring() of a
// string, gives it another name: tostring(name = column).
func (b *binder) renames(sc *scope, x syntax.Expr, v value) bool {
	call, ok := unparen(x).(*syntax.CallExpr)
	if !ok {
		return false
	}
	name := b.resultName(sc, call)
	return name != "" && name != v.expr.(*plan.Column).Name
}

// addColumn adds a column that is mentioned alone, which declares its name.
func (b *binder) addColumn(c *columns, e *syntax.NamedExpr, v value, st style) {
	name := v.expr.(*plan.Column).Name
	if !c.repeats(v.expr) {
		c.declare(b, e, name, v.expr, false)
		return
	}
	if st == styleExtend && c.declared[name] {
		b.tolerate(repeatedColumn(e, name))
	}
	c.declared[name] = true
}

func (b *binder) addUnnamed(c *columns, sc *scope, e *syntax.NamedExpr, v value, st style, pos int) {
	name := b.nameAlone(sc, e.X)
	switch {
	case st == stylePrint:
		name = "print_" + strconv.Itoa(pos)
	case name == "":
		name = b.defaultName(sc, st == styleExtend)
	}
	if v.computed {
		c.put(c.unique(name, ""), v.expr, false)
		return
	}
	c.add(name, v.expr, st == styleExtend)
}

// addTuple adds the columns of a call that yields several. Names given go to the
// first ones.
func (b *binder) addTuple(c *columns, e *syntax.NamedExpr, v value, st style) {
	if len(e.Names) == 1 && !e.Tuple && !v.aggregate {
		v.tuple = b.tupleTaken(v.tuple)
	}
	for i, part := range v.tuple {
		switch {
		case part.hidden:
			c.addHidden(part.name, part.expr)
		case i < len(e.Names):
			c.declare(b, e.Names[i], e.Names[i].Name, part.expr, st == styleExtend || len(e.Names) == 1)
		case st != stylePrint || len(e.Names) == 0:
			c.add(part.name, part.expr, false)
		}
	}
	for _, n := range e.Names[min(len(v.tuple), len(e.Names)):] {
		b.report(nameWithoutValue(n))
	}
}

// addStar adds all visible columns of the current row.
func (b *binder) addStar(c *columns, sc *scope, at syntax.Node) {
	if sc.row == nil {
		b.report(starNotAllowed(at))
		return
	}
	for i, col := range sc.row.schema.Columns {
		if !col.Hidden {
			c.add(col.Name, &plan.Column{Index: i, Name: col.Name, Typ: col.Type}, true)
		}
	}
}

func isColumn(e plan.Expr) bool {
	_, ok := e.(*plan.Column)
	return ok
}
