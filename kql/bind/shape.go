package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A shape is what is known of a dynamic value before the query runs: that it is an
// array, a bag or a scalar. Microsoft's analyzer follows values so, and reports
// uses that cannot come to anything, such as a name looked up in an array. Nil is
// the shape of a value of which nothing is known.
type shape struct {
	kind  shapeKind
	typ   types.Type        // of a scalar
	elem  *shape            // of an array
	props map[string]*shape // of a bag, as far as they are known
}

type shapeKind uint8

const (
	shapeScalar shapeKind = iota + 1
	shapeArray
	shapeBag
)

func (s *shape) is(k shapeKind) bool { return s != nil && s.kind == k }

// sameShape returns the shape of a value that may be either.
func sameShape(a, b *shape) *shape {
	switch {
	case a == nil || b == nil || a.kind != b.kind:
		return nil
	case a == b || a.kind == shapeBag:
		return a
	case a.kind == shapeScalar && a.typ == b.typ:
		return a
	case a.kind == shapeArray:
		return &shape{kind: shapeArray, elem: sameShape(a.elem, b.elem)}
	}
	return nil
}

// eitherShape is sameShape for the branches of iff and case, where the analyzer
// settles for the scalar of a scalar and something else.
func eitherShape(a, b *shape) *shape {
	switch {
	case a.is(shapeScalar) == b.is(shapeScalar):
		return sameShape(a, b)
	case a.is(shapeScalar):
		return a
	}
	return b
}

// shapeOf returns the shape of an expression.
func (b *binder) shapeOf(e plan.Expr) *shape {
	if l, ok := e.(*plan.Literal); ok && l.Type() == types.Dynamic && !isPoison(e) && !b.isPlaceholder(e) && !l.Value.Null(0) {
		return shapeOfValue(dynamicOf(l.Value))
	}
	return b.shapes[e]
}

// setShape keeps the shape of an expression.
func (b *binder) setShape(e plan.Expr, s *shape) {
	if s == nil || e.Type() != types.Dynamic || isPoison(e) {
		return
	}
	if b.shapes == nil {
		b.shapes = map[plan.Expr]*shape{}
	}
	b.shapes[e] = s
}

// shapeOfValue returns the shape of a literal.
func shapeOfValue(v dynamic.Value) *shape {
	switch v.Kind() {
	case dynamic.Null:
		return nil
	case dynamic.Array:
		s, first := &shape{kind: shapeArray}, true
		for _, x := range v.Elements() {
			switch e := shapeOfValue(x); {
			case x.Kind() == dynamic.Null: // may stand among values of any type
			case first:
				s.elem, first = e, false
			default:
				s.elem = sameShape(s.elem, e)
			}
		}
		return s
	case dynamic.Bag:
		s := &shape{kind: shapeBag, props: map[string]*shape{}}
		for name, x := range v.Members() {
			s.props[name] = shapeOfValue(x)
		}
		return s
	}
	t, _ := types.Lookup(v.Kind().String())
	return scalarShape(t)
}

// asElement returns the shape that a value of type t has within an array.
func (b *binder) asElement(e plan.Expr) *shape {
	if e.Type() == types.Dynamic {
		return b.shapeOf(e)
	}
	return scalarShape(e.Type())
}

func scalarShape(t types.Type) *shape {
	if t == types.Int {
		t = types.Long
	}
	return &shape{kind: shapeScalar, typ: t}
}

// shapeOfCall returns the shape of the result of a call.
func (b *binder) shapeOfCall(name string, args []plan.Expr) *shape {
	switch name {
	case "iff", "iif", "case", "coalesce":
		return b.shapeOfChoice(name, args)
	case "pack_array", "make_list", "make_set", "make_list_if", "make_set_if", "make_list_with_nulls", "makelist", "makeset":
		return b.shapeOfArray(name, args)
	case "member":
		if s := b.shapeOf(args[0]); s.is(shapeBag) {
			name, _ := stringOf(args[1])
			return s.props[name]
		}
		return nil
	case "index":
		if s := b.shapeOf(args[0]); s.is(shapeArray) {
			return s.elem
		}
		return nil
	case "array_slice", "array_shift_left", "array_shift_right", "array_reverse", "array_rotate_left", "array_rotate_right",
		"array_sort_asc", "array_sort_desc", "array_split", "bag_set_key", "take_any", "take_anyif", "any", "anyif",
		"series_abs", "series_ceiling", "series_fill_backward", "series_fill_forward", "series_fill_const", "series_fill_linear",
		"series_outliers":
		if len(args) > 0 {
			return b.shapeOf(args[0])
		}
		return nil
	case "set_union", "set_intersect", "set_difference":
		if s := b.shapeOf(args[0]); s.is(shapeArray) {
			return s
		}
		return arrayOf(nil)
	case "array_concat":
		s := b.shapeOf(args[0])
		for _, a := range args[1:] {
			s = sameShape(s, b.shapeOf(a))
		}
		return s
	case "array_iff", "array_iif":
		if s := b.asElement(args[1]); s.is(shapeScalar) {
			return arrayOf(s)
		} else {
			return s
		}
	case "range":
		return &shape{kind: shapeArray, elem: scalarShape(args[0].Type())}
	case "repeat":
		return &shape{kind: shapeArray, elem: b.asElement(args[0])}
	}
	return namedShape(name)
}

// shapeOfChoice returns the shape of a function that chooses one of its arguments.
func (b *binder) shapeOfChoice(name string, args []plan.Expr) *shape {
	var s *shape
	first := true
	for i, a := range args {
		if name != "coalesce" && i%2 == 0 && i < len(args)-1 {
			continue // a condition
		}
		switch x := b.asElement(a); {
		case first:
			s, first = x, false
		case name == "coalesce":
			s = sameShape(s, x)
		default:
			s = eitherShape(s, x)
		}
	}
	return s
}

// shapeOfArray returns the shape of an array of the arguments or, for an
// aggregate, of the first.
func (b *binder) shapeOfArray(name string, args []plan.Expr) *shape {
	s := &shape{kind: shapeArray}
	if strings.HasPrefix(name, "make") {
		args = args[:1]
	}
	for i, a := range args {
		if x := b.asElement(a); i == 0 {
			s.elem = x
		} else {
			s.elem = sameShape(s.elem, x)
		}
	}
	return s
}
