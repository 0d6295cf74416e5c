package bind

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A form is a call that the binder understands itself.
type form func(b *binder, sc *scope, e *syntax.CallExpr) entity

// formOf returns the form called name, nil if it is an ordinary function. Their
// meaning depends on more than their arguments' values: on tables, on the columns
// of the row.
func formOf(name string) form {
	switch name {
	case "table", "materialized_view":
		return (*binder).tableCall
	case "external_table", "stored_query_result", "graph":
		return (*binder).keptElsewhere
	case "entity_group":
		return (*binder).unsupportedCall
	case "database", "cluster", "workspace", "app", "resource", "adx", "arg":
		return (*binder).strayCatalog
	case "column_ifexists", "columnifexists":
		return (*binder).columnIfExists
	case "bin_auto":
		return (*binder).binAuto
	case "ingestion_time":
		return (*binder).ingestionTime
	case "iscolumnexists":
		return (*binder).isColumnExists
	case "pack_all":
		return (*binder).packAll
	case "pack_array":
		return (*binder).packArray
	case "bag_pack_columns":
		return (*binder).packColumns
	case "estimate_data_size":
		return (*binder).estimateDataSize
	case "column_names_of":
		return (*binder).columnNamesOf
	}
	return nil
}

func (b *binder) unsupportedCall(sc *scope, e *syntax.CallExpr) entity {
	b.report(notSupported(e.Name, e.Name.Name+"()"))
	return ofTable(unknownTable())
}

// keptElsewhere binds the name of what a cluster keeps beside its tables, of which
// nothing is here.
func (b *binder) keptElsewhere(sc *scope, e *syntax.CallExpr) entity {
	if len(e.Args) == 0 {
		b.report(argumentCount(e, e.Name.Name, 1, 2))
		return ofTable(unknownTable())
	}
	if name, ok := b.constString(sc.withoutRow(), e.Args[0]); ok {
		switch e.Name.Name {
		case "external_table":
			b.report(unknownExternalTable(e.Args[0], name))
		case "stored_query_result":
			b.report(unknownStoredResult(e.Args[0], name))
		default:
			b.report(unknownGraph(e.Name, name))
		}
	}
	return ofTable(unknownTable())
}

func (b *binder) strayCatalog(sc *scope, e *syntax.CallExpr) entity {
	b.report(tabularExpected(e))
	return ofTable(unknownTable())
}

// columnIfExists binds column_ifexists("name", default): the column, if the row
// has it.
func (b *binder) columnIfExists(sc *scope, e *syntax.CallExpr) entity {
	if len(e.Args) != 2 {
		b.report(argumentCount(e, e.Name.Name, 2, 2))
		return ofValue(unknownValue())
	}
	name, ok := b.constString(sc, e.Args[0])
	def := b.argument(sc, e.Args[1])
	if !ok {
		return ofValue(unknownValue())
	}
	if c, ok := sc.column(name); ok {
		return ofValue(b.ifExists(operand{value{expr: c}, e}, operand{def, e.Args[1]}))
	}
	if sc.row == nil {
		b.refuse(noRow(e))
	}
	def.computed = true
	return ofValue(def)
}

func (b *binder) isColumnExists(sc *scope, e *syntax.CallExpr) entity {
	if len(e.Args) != 1 {
		b.report(argumentCount(e, e.Name.Name, 1, 1))
		return ofValue(unknownOf(types.Bool))
	}
	name, _ := b.constString(sc, e.Args[0])
	_, has := sc.column(name)
	return ofValue(constOf(types.Bool, has))
}

// columnNamesOf binds column_names_of(T): the names of a table's columns.
func (b *binder) columnNamesOf(sc *scope, e *syntax.CallExpr) entity {
	if len(e.Args) != 1 {
		b.report(argumentCount(e, e.Name.Name, 1, 1))
		return ofValue(unknownOf(types.Dynamic))
	}
	var names dynamic.ArrayBuilder
	for _, c := range b.tabular(sc, e.Args[0]).schema().Visible().Columns {
		names.AppendString(c.Name)
	}
	return ofValue(constOf(types.Dynamic, names.Value()))
}
