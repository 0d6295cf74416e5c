package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// membership declares in, in~ and their negations.
//
// The list has scalars and dynamic arrays, whose elements count one by one; a
// binder passes a tabular expression as one array. Numbers of any type are
// compared by value. The operators follow ==: a null is not in a list without
// nulls, and whether it is in a list with one is null.
//
// Source: the Kusto documentation, "in operator", "Null values".
func membership() function.Family {
	declare := func(name, doc string, fold, negate bool, examples ...string) function.Scalar {
		value := "scalar"
		if fold {
			value = "string|dynamic"
		}
		return function.Scalar{
			Doc: doc,
			Overloads: []function.Overload{{
				Sig:    name + "(value: " + value + ", item...: scalar): bool",
				Kernel: inKernel(fold, negate),
			}},
			Examples: examples,
		}
	}
	return function.Family{Title: "Membership operators", Scalars: []function.Scalar{
		declare("in", "Tells whether a value equals any item of a list; the list may hold dynamic arrays.", false, false,
			`"abc" in ("123", "abc") -> true`, "2 in (dynamic([1, 2])) -> true", "int(null) in (1, 2) -> false"),
		declare("!in", "Tells whether a value equals no item of a list.", false, true, `"bca" !in ("123", "abc") -> true`, "int(null) !in (1, 2) -> true"),
		declare("in~", "Tells whether a text equals any item of a list, ignoring case.", true, false, `"Abc" in~ ("123", "abc") -> true`),
		declare("!in~", "Tells whether a text equals no item of a list, ignoring case.", true, true, `"bCa" !in~ ("123", "ABC") -> true`),
	}}
}

func inKernel(fold, negate bool) function.Kernel {
	in := []types.Type{types.Unknown, types.Unknown}
	return function.Kernel{In: in, Out: types.Bool, Transient: true, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			switch args[0].Type() {
			case types.String:
				return inText(c, args, n, fold, negate)
			case types.Bool:
				return inList(c, args, n, negate, dynamic.Value.AsBool, newPlainSet)
			case types.Int, types.Long:
				return inList(c, args, n, negate, exactLong, newPlainSet)
			case types.Real:
				return inList(c, args, n, negate, numberOf, newPlainSet)
			case types.Decimal:
				return inList(c, args, n, negate, numberAsDecimal, newDecimalSet)
			case types.DateTime:
				return inList(c, args, n, negate, dynamic.Value.ToDateTime, newPlainSet)
			case types.TimeSpan:
				return inList(c, args, n, negate, dynamic.Value.ToTimeSpan, newPlainSet)
			case types.GUID:
				return inList(c, args, n, negate, dynamic.Value.ToGUID, newPlainSet)
			}
			if fold || onlyTexts(args[1:], n) {
				texts, err := convertArg(c, dynamicConversion(types.String), types.String, args, 0, n)
				if err != nil {
					return nil, err
				}
				return inText(c, texts, n, fold, negate)
			}
			return inList(c, args, n, negate, func(v dynamic.Value) (dynamic.Value, bool) { return v, true }, newDynamicSet)
		})
	}}
}

func inText(c *function.Call, args []column.Column, n int, fold, negate bool) (column.Column, error) {
	if fold {
		return inList(c, args, n, negate, dynamic.Value.AsString, newFoldedSet)
	}
	return inList(c, args, n, negate, dynamic.Value.AsString, newTextSet)
}

// inList tests the first argument against the others. read takes an item as a T;
// items that cannot be one equal nothing.
func inList[T column.Value](c *function.Call, args []column.Column, n int, negate bool, read func(dynamic.Value) (T, bool), newSet func() set[T]) (column.Column, error) {
	fill := func(row int) (*memberList[T], error) {
		l := &memberList[T]{set: newSet()}
		eachItem(args[1:], row, func(v dynamic.Value) {
			if x, ok := read(v); ok {
				l.set.add(x)
			} else if v.IsNull() {
				l.hasNull = true
			}
		})
		return l, nil
	}
	x := operandOf[T](args[0])
	out := make([]bool, n)
	if ones, ok := constantItems(args[1:]); ok {
		l, err := memoizeList(c, ones, func() (*memberList[T], error) { return fill(0) })
		if err != nil {
			return nil, err
		}
		l.set.test(out, x.vals[:n])
		if negate {
			for i := range out {
				out[i] = !out[i]
			}
		}
		valid := x.validity(n)
		if !l.hasNull {
			valid = settleOneSided(out, valid, nil, negate)
		}
		return column.NewVec(c.Out, out, valid), nil
	}
	valid := column.FullBitmap(n)
	for i := range out {
		l, _ := fill(i)
		at := i
		if x.fixed {
			at = 0
		}
		switch {
		case x.valid.Has(at):
			out[i] = l.set.has(x.vals[at]) != negate
		case l.hasNull:
			valid.Clear(i)
		default:
			out[i] = negate
		}
	}
	return column.NewVec(c.Out, out, valid), nil
}

// A memberList is the list of an `in`.
type memberList[T any] struct {
	set     set[T]
	hasNull bool
}

// listKey is the memo key of a constant list: its first item's column.
type listKey struct{ first column.Column }

type listMemo[L any] struct {
	ones []column.Column
	list L
}

// memoizeList makes a list of constant items once for a call. Constants are the
// same ones if their columns are.
func memoizeList[L any](c *function.Call, ones []column.Column, build func() (L, error)) (L, error) {
	var key listKey
	if len(ones) > 0 {
		key.first = ones[0]
	}
	m, err := function.Memoize(c, key, func() (*listMemo[L], error) {
		l, err := build()
		return &listMemo[L]{ones, l}, err
	})
	if err != nil {
		return m.list, err
	}
	for i, one := range m.ones {
		if i >= len(ones) || one != ones[i] {
			return build()
		}
	}
	if len(ones) != len(m.ones) {
		return build()
	}
	return m.list, nil
}

// constantItems returns the values of items, each a column of one row, if all
// are constant.
func constantItems(items []column.Column) ([]column.Column, bool) {
	ones := make([]column.Column, len(items))
	for i, item := range items {
		k, ok := item.(*column.Const)
		if !ok {
			return nil, false
		}
		ones[i] = k.One
	}
	return ones, true
}

// eachItem calls f for the items of a list in one row: each scalar, each element
// of an array.
func eachItem(items []column.Column, row int, f func(dynamic.Value)) {
	for _, item := range items {
		v := dynamicAt(item, row)
		if v.Kind() != dynamic.Array {
			f(v)
			continue
		}
		for _, e := range v.Elements() {
			f(e)
		}
	}
}

// onlyTexts reports whether the items of a list are all strings.
func onlyTexts(items []column.Column, n int) bool {
	only := true
	for _, item := range items {
		if item.Type() == types.String {
			continue
		}
		if k, ok := item.(*column.Const); ok {
			item, n = k.One, 1
		}
		if item.Type() != types.Dynamic {
			return false
		}
		for row := range n {
			eachItem([]column.Column{item}, row, func(v dynamic.Value) { only = only && v.Kind() == dynamic.String })
		}
	}
	return only
}

// dynamicAt returns row i of a column of any type as a dynamic value. It is for
// lists and other places where a few values of any type come together.
func dynamicAt(col column.Column, i int) dynamic.Value {
	switch c := col.(type) {
	case *column.Const:
		return dynamicAt(c.One, 0)
	case *column.Dict:
		return dynamicAt(c.Values, int(c.Codes[i]))
	}
	if col.Null(i) {
		return dynamic.Value{}
	}
	switch c := col.(type) {
	case *column.Vec[string]:
		return dynamic.FromString(c.Vals[i])
	case *column.Vec[bool]:
		return dynamic.FromBool(c.Vals[i])
	case *column.Vec[float64]:
		return dynamic.FromReal(c.Vals[i])
	case *column.Vec[types.Decimal128]:
		return dynamic.FromDecimal(c.Vals[i])
	case *column.Vec[types.GUID128]:
		return dynamic.FromGUID(c.Vals[i])
	case *column.Vec[dynamic.Value]:
		return c.Vals[i]
	case *column.Vec[int64]:
		switch c.Type() {
		case types.DateTime:
			return dynamic.FromDateTime(c.Vals[i])
		case types.TimeSpan:
			return dynamic.FromTimeSpan(c.Vals[i])
		}
		return dynamic.FromLong(c.Vals[i])
	}
	return dynamic.Value{}
}

// exactLong reads a number as a long, if it is whole.
func exactLong(v dynamic.Value) (int64, bool) {
	if !isNumber(v) {
		return 0, false
	}
	n, ok := v.ToLong()
	return n, ok && compareLong(v, n) == 0
}

func numberAsDecimal(v dynamic.Value) (types.Decimal128, bool) {
	if !isNumber(v) {
		return types.Decimal128{}, false
	}
	return v.ToDecimal()
}
