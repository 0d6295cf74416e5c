package builtin

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// fromDynamic is o with the parameter at i taking a dynamic value, which is
// converted to the type that o has there.
func fromDynamic(o function.Overload, i int) function.Overload {
	sig, err := function.ParseSignature(o.Sig)
	if err != nil {
		return o
	}
	params := strings.Split(o.Sig[len(sig.Name)+1:strings.LastIndex(o.Sig, ")")], ", ")
	params[i] = sig.Params[i].Name + ": dynamic"
	to := types.Long
	if t, ok := sig.Params[i].Accepts.One(); ok {
		to = t
	}
	convert := dynamicConversion(to)
	in := append([]types.Type(nil), o.Kernel.In...)
	in[i] = types.Dynamic
	return function.Overload{
		Sig: sig.Name + "(" + strings.Join(params, ", ") + o.Sig[strings.LastIndex(o.Sig, ")"):],
		Kernel: function.Kernel{In: in, Out: o.Kernel.Out, Transient: o.Kernel.Transient && convert.Transient, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
			converted, err := convertArg(c, convert, to, args, i, n)
			if err != nil {
				return nil, err
			}
			return o.Kernel.Run(c, converted, n)
		}},
	}
}

// convertArg returns args with the one at i run through convert, which makes
// values of type to.
func convertArg(c *function.Call, convert function.Kernel, to types.Type, args []column.Column, i, n int) ([]column.Column, error) {
	type conversionKey struct{ arg int }
	inner, err := function.Memoize(c, conversionKey{i}, func() (*function.Call, error) { return function.NewCall(c.Env, to), nil })
	if err != nil {
		return nil, err
	}
	converted := append([]column.Column(nil), args...)
	converted[i], err = convert.Run(inner, args[i:i+1], n)
	return converted, err
}

// dynamicEqualities are the overloads of == and != with a dynamic value on one
// side. Numbers are compared by value, whatever their kind; for the rest the
// dynamic value is read as the type of the other side. Compared with a string,
// a null is empty text.
func dynamicEqualities(sig func(a, b string) string, unequal bool) []function.Overload {
	text := called(func(a dynamic.Value, b string) bool { return (a.String() == b) != unequal })
	return slices.Concat(
		mixedEquality(sig, "integer", anyInteger, unequal, func(a dynamic.Value, b int64) bool { return compareLong(a, b) == 0 }),
		mixedEquality(sig, "real", types.Real, unequal, func(a dynamic.Value, b float64) bool { return compareReal(a, b) == 0 }),
		mixedEquality(sig, "decimal", types.Decimal, unequal, func(a dynamic.Value, b types.Decimal128) bool { return compareDecimal(a, b) == 0 }),
		mixedEquality(sig, "bool", types.Bool, unequal, func(a dynamic.Value, b bool) bool { v, ok := a.ToBool(); return ok && v == b }),
		mixedEquality(sig, "datetime", types.DateTime, unequal, func(a dynamic.Value, b int64) bool { v, ok := a.ToDateTime(); return ok && v == b }),
		mixedEquality(sig, "timespan", types.TimeSpan, unequal, func(a dynamic.Value, b int64) bool { v, ok := a.ToTimeSpan(); return ok && v == b }),
		mixedEquality(sig, "guid", types.GUID, unequal, func(a dynamic.Value, b types.GUID128) bool { v, ok := a.ToGUID(); return ok && v == b }),
		[]function.Overload{
			{Sig: sig("dynamic", "string"), Kernel: text.kernelIgnoringNulls(types.Dynamic, types.String, types.Bool)},
			{Sig: sig("string", "dynamic"), Kernel: text.swapped().kernelIgnoringNulls(types.String, types.Dynamic, types.Bool)},
		},
	)
}

func mixedEquality[T column.Value](sig func(a, b string) string, name string, t types.Type, unequal bool, same func(dynamic.Value, T) bool) []function.Overload {
	l := called(func(a dynamic.Value, b T) bool { return same(a, b) != unequal })
	return []function.Overload{
		{Sig: sig("dynamic", name), Kernel: equality(types.Dynamic, t, l, unequal)},
		{Sig: sig(name, "dynamic"), Kernel: equality(t, types.Dynamic, l.swapped(), unequal)},
	}
}

// dynamicOrderings are the overloads of a relation with a dynamic value on one
// side; what does not convert makes it false.
func dynamicOrderings(sig func(a, b string) string, holds func(order int) bool) []function.Overload {
	return slices.Concat(
		mixedOrdering(sig, "integer", anyInteger, holds, compareLong),
		mixedOrdering(sig, "real", types.Real, holds, compareReal),
		mixedOrdering(sig, "decimal", types.Decimal, holds, compareDecimal),
		mixedOrdering(sig, "datetime", types.DateTime, holds, func(a dynamic.Value, b int64) int { v, ok := a.ToDateTime(); return orderOf(v, b, ok) }),
		mixedOrdering(sig, "timespan", types.TimeSpan, holds, func(a dynamic.Value, b int64) int { v, ok := a.ToTimeSpan(); return orderOf(v, b, ok) }),
	)
}

func mixedOrdering[T column.Value](sig func(a, b string) string, name string, t types.Type, holds func(order int) bool, compare func(dynamic.Value, T) int) []function.Overload {
	l := called(func(a dynamic.Value, b T) bool { o := compare(a, b); return o != incomparable && holds(o) })
	r := called(func(b T, a dynamic.Value) bool { o := compare(a, b); return o != incomparable && holds(-o) })
	return []function.Overload{
		{Sig: sig("dynamic", name), Kernel: l.kernel(types.Dynamic, t, types.Bool)},
		{Sig: sig(name, "dynamic"), Kernel: r.kernel(t, types.Dynamic, types.Bool)},
	}
}

// incomparable is the order of two values that have none.
const incomparable = 2

func orderOf[T int64 | float64](a, b T, ok bool) int {
	switch {
	case !ok:
		return incomparable
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	}
	return incomparable
}

// compareLong orders a dynamic value and a long: by value if it is a number,
// else as tolong() reads it.
func compareLong(a dynamic.Value, b int64) int {
	switch a.Kind() {
	case dynamic.Real:
		f, _ := a.AsReal()
		return orderOf(f, float64(b), true)
	case dynamic.Decimal:
		return compareDecimal(a, types.DecimalFromLong(b))
	}
	n, ok := a.ToLong()
	return orderOf(n, b, ok)
}

func compareReal(a dynamic.Value, b float64) int {
	f, ok := a.ToReal()
	return orderOf(f, b, ok)
}

func compareDecimal(a dynamic.Value, b types.Decimal128) int {
	d, ok := a.ToDecimal()
	if !ok {
		return incomparable
	}
	return types.CompareDecimal(d, b)
}

// sameDynamic is == of two dynamic values: as dynamic.Equal, but numbers of
// different kinds are the same if their values are.
func sameDynamic(a, b dynamic.Value) bool {
	if dynamic.Equal(a, b) {
		return true
	}
	if a.Kind() == b.Kind() || !isNumber(a) || !isNumber(b) {
		return false
	}
	x, _ := a.ToReal()
	return compareReal(b, x) == 0
}

func isNumber(v dynamic.Value) bool {
	k := v.Kind()
	return k == dynamic.Long || k == dynamic.Real || k == dynamic.Decimal
}

func negateDynamic(v dynamic.Value) dynamic.Value {
	switch v.Kind() {
	case dynamic.Long:
		n, _ := v.AsLong()
		return dynamic.FromLong(-n)
	case dynamic.Real:
		f, _ := v.AsReal()
		return dynamic.FromReal(-f)
	case dynamic.Decimal:
		d, _ := v.AsDecimal()
		return dynamic.FromDecimal(d.Neg())
	case dynamic.TimeSpan:
		t, _ := v.AsTimeSpan()
		return dynamic.FromTimeSpan(-t)
	}
	return dynamic.Value{}
}
