package bind

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// packAll binds pack_all(ignore): all columns in one bag.
func (b *binder) packAll(sc *scope, e *syntax.CallExpr) entity {
	if len(e.Args) > 1 {
		b.report(argumentCount(e, e.Name.Name, 0, 1))
	}
	args := b.namedColumns(sc, e, nil)
	if len(e.Args) == 0 {
		return ofValue(b.bagOf(e, args))
	}
	ignore := operand{b.argument(sc, e.Args[0]), e.Args[0]}
	return ofValue(b.callNamed(e, "pack_all", append([]operand{ignore}, args...)))
}

// bagOf packs names and values, which may be none: a node of a graph has no
// columns where nothing but its edges is given.
func (b *binder) bagOf(at syntax.Node, args []operand) value {
	if len(args) == 0 {
		var none dynamic.BagBuilder
		return constOf(types.Dynamic, none.Value())
	}
	return b.callNamed(at, "bag_pack", args)
}

// packArray binds pack_array(value, …), where `*` stands for the values of all
// columns.
func (b *binder) packArray(sc *scope, e *syntax.CallExpr) entity {
	var args []operand
	for _, a := range e.Args {
		if _, star := a.(*syntax.StarExpr); !star {
			args = append(args, operand{b.argument(sc, a), a})
			continue
		}
		if sc.row != nil && sc.row.open {
			return ofValue(unknownOf(types.Dynamic))
		}
		named := b.namedColumns(sc, a, nil)
		if sc.row == nil {
			return ofValue(unknownOf(types.Dynamic))
		}
		for i := 1; i < len(named); i += 2 {
			args = append(args, named[i])
		}
		if len(e.Args) == 1 && len(args) == 0 {
			var none dynamic.ArrayBuilder
			return ofValue(constOf(types.Dynamic, none.Value()))
		}
	}
	return ofValue(b.callNamed(e, "pack_array", args))
}

// packColumns binds bag_pack_columns(a, b, …): the columns under their names.
func (b *binder) packColumns(sc *scope, e *syntax.CallExpr) entity {
	var args []operand
	for _, a := range e.Args {
		v := b.argument(sc, a)
		c, ok := v.expr.(*plan.Column)
		if !ok {
			if !v.unknown() {
				b.report(columnExpected(a))
			}
			return ofValue(unknownOf(types.Dynamic))
		}
		args = append(args, operand{constOf(types.String, c.Name), a}, operand{v, a})
	}
	return ofValue(b.callNamed(e, "bag_pack", args))
}

// estimateDataSize binds estimate_data_size(a, b, …), where a lone `*` stands for
// all columns.
func (b *binder) estimateDataSize(sc *scope, e *syntax.CallExpr) entity {
	var args []operand
	for _, a := range e.Args {
		if _, star := a.(*syntax.StarExpr); star && len(e.Args) == 1 {
			if sc.row == nil || len(visibleColumns(sc.row.schema)) == 0 {
				return ofValue(constOf(types.Long, int64(0)))
			}
			named := b.namedColumns(sc, a, nil)
			for i := 1; i < len(named); i += 2 {
				args = append(args, named[i])
			}
			continue
		}
		v := b.argument(sc, a)
		if _, isColumn := v.expr.(*plan.Column); !isColumn && !v.unknown() {
			b.report(columnExpected(a))
			v = unknownValue()
		}
		args = append(args, operand{v, a})
	}
	return ofValue(b.callNamed(e, "estimate_data_size", args))
}

// namedColumns adds the name and the value of each column of the row to args.
func (b *binder) namedColumns(sc *scope, at syntax.Node, args []operand) []operand {
	if sc.row == nil {
		b.refuse(starNotAllowed(at))
		return args
	}
	for i, c := range sc.row.schema.Columns {
		if c.Hidden {
			continue
		}
		col := &plan.Column{Index: sc.row.offset + i, Name: c.Name, Typ: c.Type}
		args = append(args, operand{constOf(types.String, c.Name), at}, operand{value{expr: col}, at})
	}
	return args
}

// callNamed calls the function of the language called name.
func (b *binder) callNamed(at syntax.Node, name string, args []operand) value {
	f, ok := b.env.Functions.Scalar(name)
	if !ok {
		b.report(notSupported(at, "the function "+name))
		return unknownValue()
	}
	return b.apply(at, f, args, noFit)
}
