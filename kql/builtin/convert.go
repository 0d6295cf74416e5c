package builtin

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// conversions declares tostring(), tolong() and so on, and gettype().
//
// What does not convert is null, and an empty string for tostring(). Numbers
// stand for ticks where a datetime or timespan is made of them, and the other
// way round.
//
// Sources: the Kusto documentation, the pages of each function.
func conversions() function.Family {
	declare := func(name, doc string, t types.Type, examples ...string) function.Scalar {
		return function.Scalar{Doc: doc, Overloads: conversionOverloads(name, t), ResultName: function.NameFirstArgument, Examples: examples}
	}
	toreal := declare("todouble", "Converts a value to real.", types.Real, `todouble("1e3") -> 1000`, "todouble(1h) -> 36000000000", `todouble("abc") -> null`)
	tobool := declare("tobool", "Converts a value to bool; a number is true unless it is zero.", types.Bool, `tobool("true") -> true`, "tobool(123) -> true", `tobool("yes") -> null`)
	totimespan := declare("totimespan", "Converts a value to timespan.", types.TimeSpan, `totimespan("1.02:03:04") -> 1.02:03:04`, `totimespan("90s") -> 00:01:30`)
	totime := alias("totime", totimespan)
	totime.Hidden, totime.Obsolete = true, "totimespan"
	return function.Family{Title: "Conversion functions", Scalars: []function.Scalar{
		declare("tostring", "Converts a value to string; null becomes the empty string.", types.String, "tostring(123) -> 123", "tostring(true) -> True", "tostring(int(null)) -> ", "tostring(dynamic([1])) -> [1]"),
		declare("tolong", "Converts a value to long; reals are cut off towards zero.", types.Long, `tolong("123") -> 123`, "tolong(-9.99) -> -9", `tolong("0x10") -> 16`, `tolong("1.5") -> null`),
		declare("toint", "Converts a value to int; reals are cut off towards zero.", types.Int, `toint("123") -> 123`, "toint(2.3) -> 2", "toint(2147483648) -> -2147483648"),
		toreal,
		alias("toreal", toreal),
		declare("todecimal", "Converts a value to decimal.", types.Decimal, `todecimal("123.45678") -> 123.45678`, "todecimal(0.1) -> 0.1"),
		tobool,
		alias("toboolean", tobool),
		declare("todatetime", "Converts a value to datetime.", types.DateTime, `todatetime("2015-12-31 23:59:59.9") -> 2015-12-31T23:59:59.9Z`, `todatetime("2020-02-30") -> null`),
		totimespan,
		totime,
		declare("toguid", "Converts a text to guid; what follows its 32 digits is ignored.", types.GUID, `toguid("0123456789ab-cdef-0123-456789abcdef") -> 01234567-89ab-cdef-0123-456789abcdef`, `toguid("a string") -> null`),
		gettype(),
	}}
}

// conversionOverloads are the overloads of the function name that converts to t.
func conversionOverloads(name string, t types.Type) []function.Overload {
	var out []function.Overload
	for from := types.Bool; from <= types.Dynamic; from++ {
		if t == types.GUID && from != types.String && from != types.Dynamic {
			continue
		}
		o := function.Overload{Sig: name + "(value: " + from.String() + "): " + t.String(), Kernel: conversion(from, t)}
		if from == types.Real && (t == types.Int || t == types.Long) {
			o.OfConstants = constantToInteger(t)
		}
		out = append(out, o)
	}
	return out
}

// conversion returns the kernel that converts from one type to another.
func conversion(from, to types.Type) function.Kernel {
	if from == to || from == types.Int && to == types.Long {
		return retyping(from, to)
	}
	switch to {
	case types.String:
		return toText(from)
	case types.Long:
		return toInteger(from, types.Long)
	case types.Int:
		return toInteger(from, types.Int)
	case types.Real:
		return toReal(from)
	case types.Decimal:
		return toDecimal(from)
	case types.Bool:
		return toBool(from)
	case types.DateTime:
		return toDateTime(from)
	case types.TimeSpan:
		return toTimeSpan(from)
	case types.GUID:
		return toGUID(from)
	}
	return function.Kernel{In: []types.Type{from}, Out: types.Dynamic, Transient: true, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		vals := make([]dynamic.Value, n)
		for i := range vals {
			vals[i] = dynamicAt(args[0], i)
		}
		return column.NewVec(types.Dynamic, vals, nil), nil
	}}
}

// dynamicConversion returns the kernel that converts dynamic values to t.
func dynamicConversion(t types.Type) function.Kernel { return conversion(types.Dynamic, t) }

// retyping passes values on under another type of the same Go form.
func retyping(from, to types.Type) function.Kernel {
	return function.Kernel{In: []types.Type{from}, Out: to, Transient: true, Each: eachSame, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return retype(args[0], to), nil
	}}
}

func retype(col column.Column, to types.Type) column.Column {
	if col.Type() == to {
		return col
	}
	switch c := col.(type) {
	case *column.Const:
		return &column.Const{One: retype(c.One, to), N: c.N}
	case *column.Dict:
		return &column.Dict{Codes: c.Codes, Values: retype(c.Values, to)}
	case *column.Vec[int64]:
		return c.Retype(to)
	}
	return col
}

// coerce returns col as type t, for the arguments of one type variable.
func coerce(c *function.Call, col column.Column, t types.Type, n int) (column.Column, error) {
	if col.Type() == t {
		return col, nil
	}
	return conversion(col.Type(), t).Run(function.NewCall(c.Env, t), []column.Column{col}, n)
}

// nothing is the conversion where no value converts.
func nothing(from, to types.Type) function.Kernel {
	return function.Kernel{In: []types.Type{from}, Out: to, Run: func(c *function.Call, _ []column.Column, n int) (column.Column, error) {
		return column.NullConst(to, n), nil
	}}
}

// alias returns a copy of f under another name.
func alias(name string, f function.Scalar) function.Scalar {
	old, _, _ := strings.Cut(f.Overloads[0].Sig, "(")
	renamed := func(texts []string) []string {
		out := make([]string, len(texts))
		for i, t := range texts {
			out[i] = name + strings.TrimPrefix(t, old)
		}
		return out
	}
	overloads := slices.Clone(f.Overloads)
	for i := range overloads {
		overloads[i].Sig = name + strings.TrimPrefix(overloads[i].Sig, old)
	}
	f.Overloads, f.Examples, f.Analyzer = overloads, renamed(f.Examples), renamed(f.Analyzer)
	return f
}

// gettype answers from the type of the argument, and for a dynamic one from each
// value.
func gettype() function.Scalar {
	var overloads []function.Overload
	for t := types.Bool; t < types.Dynamic; t++ {
		name := t.String()
		overloads = append(overloads, function.Overload{
			Sig: "gettype(value: " + name + "): string",
			Kernel: function.Kernel{In: []types.Type{t}, Out: types.String, Run: func(_ *function.Call, _ []column.Column, n int) (column.Column, error) {
				return column.NewConst(types.String, name, n), nil
			}},
		})
	}
	overloads = append(overloads, function.Overload{
		Sig:    "gettype(value: dynamic): string",
		Kernel: function.Map1(types.Dynamic, types.String, func(v dynamic.Value) string { return v.Kind().String() }),
	})
	return function.Scalar{
		Doc:        "Names the type of a value; of a dynamic value, the type that it holds.",
		Overloads:  overloads,
		ResultName: function.NamePrefix,
		Prefix:     "type",
		Examples:   []string{"gettype(1s) -> timespan", "gettype(dynamic([1, 2])) -> array", `gettype(dynamic({"a": 1})) -> dictionary`, "gettype(dynamic(null)) -> null"},
	}
}
