package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// ident binds a name where a value may stand: a column, before a declared name,
// before a table or function of the catalog.
func (b *binder) ident(sc *scope, e *syntax.Ident) entity {
	switch {
	case e.Name == "":
		return ofValue(unknownValue())
	case e.Braced:
		b.report(clientParameter(e))
		return ofValue(unknownValue())
	}
	if c, ok := sc.column(e.Name); ok {
		b.info.Uses[e] = Use{Kind: UseColumn, Type: c.Typ}
		if c.Typ == types.Dynamic {
			b.setShape(c, b.columnShape(sc.row.node, c.Index))
		}
		return ofValue(value{expr: c})
	}
	if x, ok := b.named(sc, e); ok {
		return x
	}
	if sc.aggs != nil {
		if _, ok := sc.aggs.rows.column(e.Name); ok {
			b.report(notAggregated(e, e.Name))
			return ofValue(unknownValue())
		}
	}
	if sc.row != nil && sc.row.open {
		b.leaveUnresolved(e)
		return ofValue(unknownValue())
	}
	if b.isFunction(sc, e.Name) {
		b.report(argumentsNeeded(e, e.Name))
	} else {
		b.report(unknownName(e, e.Name, b.whatNames(sc), b.namesInScope(sc)))
	}
	return ofValue(unknownValue())
}

// isFunction reports whether name is a function that could be called here.
func (b *binder) isFunction(sc *scope, name string) bool {
	_, scalar := b.env.Functions.Scalar(name)
	_, aggregate := b.env.Functions.Aggregate(name)
	return scalar || aggregate && sc.aggs != nil
}

// tableOrValue binds an expression where a table is looked for first.
func (b *binder) tableOrValue(sc *scope, e syntax.Expr) entity {
	return b.tableOr(sc, e, func(id *syntax.Ident) syntax.Diagnostic {
		return unknownName(id, id.Name, "table, variable or function", b.tablesInScope(sc))
	})
}

// tableFirst is tableOrValue where a table is wanted.
func (b *binder) tableFirst(sc *scope, e syntax.Expr) entity {
	return b.tableOr(sc, e, func(id *syntax.Ident) syntax.Diagnostic {
		return unknownTableName(id, id.Name, b.tablesInScope(sc))
	})
}

// tableOr binds a name that is no column, or another expression. unknown makes the
// finding about a name of nothing.
func (b *binder) tableOr(sc *scope, e syntax.Expr, unknown func(*syntax.Ident) syntax.Diagnostic) entity {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return b.tableOr(sc, e.X, unknown)
	case *syntax.Ident:
		switch {
		case e.Name == "":
			return ofTable(unknownTable())
		case e.Braced:
			b.report(clientParameter(e))
			return ofTable(unknownTable())
		}
		if x, ok := b.named(sc, e); ok {
			return x
		}
		b.absent++
		if b.isFunction(sc, e.Name) {
			b.report(argumentsNeeded(e, e.Name))
		} else {
			b.report(unknown(e))
		}
		return ofTable(unknownTable())
	}
	return b.expr(sc, e)
}

// named finds a name that is no column: one that the text declares, a table, or
// a stored function that needs no arguments.
func (b *binder) named(sc *scope, e *syntax.Ident) (entity, bool) {
	if sym, ok := sc.lookup(e.Name); ok {
		b.used(e, sym)
		return b.use(sc, e, sym), true
	}
	f, isFunction := b.catalog(sc).Function(e.Name)
	if isFunction && b.callableBare(e.Name, f) {
		b.info.Uses[e] = Use{Kind: UseFunction}
		return b.callStored(sc, e, e.Name, f, nil), true
	}
	if src, ok := b.catalog(sc).Table(e.Name); ok {
		b.info.Uses[e] = Use{Kind: UseTable}
		return ofTable(readAll(e.Name, src)), true
	}
	if isFunction && f.Body != "" {
		b.info.Uses[e] = Use{Kind: UseFunction}
		b.report(argumentsRequired(e, e.Name))
		return ofTable(unknownTable()), true
	}
	return entity{}, false
}

// use returns what a declared name stands for.
func (b *binder) use(sc *scope, at *syntax.Ident, sym *symbol) entity {
	switch {
	case sym.table != nil:
		return ofTable(*sym.table)
	case sym.value != nil && (sym.row != nil && sc.row != nil && sc.row != sym.row || sym.varies && sc.depth != sym.depth):
		b.refuse(otherRow(at))
		return ofValue(unknownOf(sym.value.typ()))
	case sym.value != nil:
		return ofValue(*sym.value)
	case sym.fn != nil:
		return b.callBare(sc, at, sym)
	case sym.step && sc.match != nil:
		return b.graphValue(sc.match, at)
	case sym.step:
		b.refuse(stepAlone(at, at.Name))
	case sym.entity != nil && sym.entity.table != nil:
		return ofTable(*sym.entity.table)
	case sym.entity != nil || sym.group != nil:
		b.report(tabularExpected(at))
	}
	return ofValue(unknownValue())
}

// callBare calls a function that is named without parentheses, which is allowed
// if it needs no arguments.
func (b *binder) callBare(sc *scope, at *syntax.Ident, sym *symbol) entity {
	if !needsNone(sym.fn.params) {
		b.report(argumentsRequired(at, at.Name))
		return b.poison(sym.fn)
	}
	return b.visible(at, sym, b.callLambda(sc, at, at.Name, sym.fn, nil))
}

// readAll returns all columns of a source.
func readAll(name string, src plan.Source) table {
	l, ok := src.(Loose)
	return table{node: &plan.Read{Table: name, Source: src, Columns: allColumns(src.Schema())}, open: ok && l.MoreColumns()}
}

// allColumns returns the positions of all columns.
func allColumns(s types.Schema) []int {
	at := make([]int, s.Len())
	for i := range at {
		at[i] = i
	}
	return at
}

// whatNames says what a name could have been, for the finding that it is not.
func (b *binder) whatNames(sc *scope) string {
	if sc.row == nil {
		return "table, variable or function"
	}
	return "column, table, variable or function"
}

// namesInScope returns what a misspelt name may have meant.
func (b *binder) namesInScope(sc *scope) []string {
	var names []string
	if sc.row != nil {
		for _, c := range sc.row.schema.Columns {
			names = append(names, c.Name)
		}
	}
	return append(names, b.tablesInScope(sc)...)
}

func (b *binder) tablesInScope(sc *scope) []string {
	var names []string
	for s := sc; s != nil; s = s.outer {
		for n := range s.names {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return append(names, b.catalog(sc).TableNames()...)
}
