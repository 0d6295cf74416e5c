package bind

import (
	"maps"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// bagUnpack binds bag_unpack(column, prefix, columnsConflict, ignoredProperties):
// each property of a bag becomes a column. Without a schema the properties have to
// be looked for in the rows.
func (b *binder) bagUnpack(sc *scope, in table, op *syntax.EvaluateOp) table {
	args, ok := b.pluginArgs(op, 1, "Column", "OutputColumnPrefix", "columnsConflict", "ignoredProperties")
	if !ok {
		return unknownTable()
	}
	if len(args) > 2 {
		b.tolerate(argumentCount(op.Call.Name, "bag_unpack", 2, 2))
	}
	at := b.oneColumn(in, args["Column"])
	if at < 0 {
		return unknownTable()
	}
	bag := columnAt(in.schema(), at)
	if bag.Typ != types.Dynamic && bag.Typ != types.Unknown {
		b.refuse(dynamicExpected(args["Column"]))
		return unknownTable()
	}
	u := &unpacking{b: b, op: op, in: in, at: at, conflict: "error"}
	if e, ok := args["OutputColumnPrefix"]; ok {
		u.prefix, _ = b.constString(sc, e)
	}
	if e, ok := args["columnsConflict"]; ok {
		u.conflict, _ = b.constString(sc, e)
		if !slices.Contains([]string{"error", "replace_source", "keep_source"}, u.conflict) {
			b.refuse(oneOfExpected(e, "error", "replace_source", "keep_source"))
		}
	}
	if e, ok := args["ignoredProperties"]; ok {
		u.ignored = b.namesIn(sc, e)
		if unnamed(op.Call.Args[1]) == e { // to the analyzer the prefix
			b.tolerate(typeExpected(e, types.Dynamic, types.String))
		}
	}
	if declared, ok := b.declaredColumns(op); ok {
		return u.declared(declared, op.Schema.Star)
	}
	return u.discovered()
}

// An unpacking is a bag_unpack being bound.
type unpacking struct {
	b        *binder
	op       *syntax.EvaluateOp
	in       table
	at       int // of the bag
	prefix   string
	conflict string
	ignored  []string
}

// declared makes the columns that the text declares; with star, the input's other
// columns come first.
func (u *unpacking) declared(cols []types.Column, star bool) table {
	s := u.in.schema()
	out := newColumns()
	names := map[string]bool{}
	for _, c := range cols {
		names[c.Name] = true
	}
	if star {
		for i, c := range s.Columns {
			if i != u.at && !c.Hidden && !names[c.Name] {
				out.put(out.unique(c.Name, ""), columnAt(s, i), false)
			}
		}
	}
	for _, c := range cols {
		var v value
		if i := s.Index(c.Name); i >= 0 && i != u.at && u.conflict != "replace_source" {
			v = value{expr: columnAt(s, i)}
		} else {
			v = u.property(strings.TrimPrefix(c.Name, u.prefix))
		}
		out.put(out.unique(c.Name, ""), u.b.convert(u.op, v, c.Type).expr, false)
	}
	return out.over(u.in)
}

// property returns the property called name of the bag.
func (u *unpacking) property(name string) value {
	bag := value{expr: columnAt(u.in.schema(), u.at)}
	return u.b.operate(u.op, "member", operand{bag, u.op}, operand{constOf(types.String, name), u.op})
}

// discovered looks for the properties in the rows.
func (u *unpacking) discovered() table {
	s := u.in.schema()
	found, ok := u.b.discover(u.op, u.keysPlan())
	if !ok {
		var known []types.Column
		for i, c := range s.Columns {
			if i != u.at && !c.Hidden {
				known = append(known, c)
			}
		}
		return u.b.pendingPlugin(u.in, "bag_unpack", known)
	}
	props := propertyTypes(found)
	if !u.b.fitsTable(u.op, len(props)) {
		return unknownTable()
	}
	return u.unpacked(props)
}

// unpacked makes a column of each property. A property with the name of a column
// takes its place if the text says so, or if the column is the bag itself; the
// others follow, by name.
func (u *unpacking) unpacked(props map[string]types.Type) table {
	s := u.in.schema()
	for _, name := range u.ignored {
		delete(props, name)
	}
	out := newColumns()
	for i, c := range s.Columns {
		name, has := strings.CutPrefix(c.Name, u.prefix)
		t, isProperty := props[name]
		switch {
		case c.Hidden && i != u.at:
		case has && isProperty && (i == u.at || u.conflict == "replace_source"):
			u.add(out, name, t)
			delete(props, name)
		case i == u.at:
		case has && isProperty && u.conflict == "keep_source":
			delete(props, name)
			fallthrough
		default:
			if has && isProperty && u.conflict == "error" {
				u.b.report(duplicateColumn(u.op, c.Name))
			}
			out.put(out.unique(c.Name, ""), columnAt(s, i), false)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(props)) {
		u.add(out, name, props[name])
	}
	return out.over(u.in)
}

func (u *unpacking) add(out *columns, name string, t types.Type) {
	v := u.b.convert(u.op, u.property(name), t)
	out.put(out.unique(u.prefix+name, ""), v.expr, false)
}

// keysPlan yields each property's name with each type that it has.
func (u *unpacking) keysPlan() plan.Node {
	b, s := u.b, u.in.schema()
	bag := operand{value{expr: columnAt(s, u.at)}, u.op}
	isBag := b.operate(u.op, "==", operand{b.callNamed(u.op, "gettype", []operand{bag}), u.op}, operand{constOf(types.String, "dictionary"), u.op})
	only := &plan.Project{
		Input: plan.NewFilter(u.in.node, isBag.expr),
		Exprs: []plan.Expr{bag.expr}, Out: types.NewSchema(types.Column{Name: "pair", Type: types.Dynamic}),
	}
	pair := operand{value{expr: columnAt(only.Out, 0)}, u.op}
	pairs := &plan.MvExpand{Input: only, Cols: []plan.Expand{{Expr: pair.expr}}, BagArrays: true, Out: only.Out}
	element := func(i int64) operand {
		return operand{b.operate(u.op, "index", pair, operand{constOf(types.Long, i), u.op}), u.op}
	}
	name := b.convert(u.op, element(0).value, types.String)
	kind := b.callNamed(u.op, "gettype", []operand{element(1)})
	out := types.NewSchema(types.Column{Name: "name", Type: types.String}, types.Column{Name: "type", Type: types.String})
	return &plan.Aggregate{Input: pairs, Keys: []plan.Expr{name.expr, kind.expr}, Out: out}
}

// propertyTypes returns the type of each property: the one that all its values
// have, or dynamic. Nulls do not count.
func propertyTypes(found []*column.Batch) map[string]types.Type {
	props := map[string]types.Type{}
	for _, batch := range found {
		names, kinds := batch.Raw(0), batch.Raw(1)
		nameAt, kindAt := column.ViewOf[string](names), column.ViewOf[string](kinds)
		for i := range batch.Len() {
			name, kind := nameAt.At(i), kindAt.At(i)
			if name == "" {
				continue
			}
			t, ok := types.Lookup(kind)
			switch have, seen := props[name]; {
			case kind == "null":
				if !seen {
					props[name] = types.Unknown
				}
			case !ok || seen && have != types.Unknown && have != t:
				props[name] = types.Dynamic
			default:
				props[name] = t
			}
		}
	}
	for name, t := range props {
		if t == types.Unknown {
			props[name] = types.Dynamic
		}
	}
	return props
}
