package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// comparison declares == != < <= > >= =~ !~, between and not.
//
// Strings have no order in KQL: see strcmp().
//
// Sources: the Kusto documentation, "Numerical operators", "Null values", "The
// == (equals) operator", "between operator".
func comparison() function.Family {
	return function.Family{Title: "Comparison operators", Scalars: []function.Scalar{
		{
			Doc:       "Tells whether two values are equal; false if one of them is null, null if both are.",
			Overloads: equalities("==", false),
			Examples:  []string{`"abc" == "abc" -> true`, `"abc" == "ABC" -> false`, "1 == 1.0 -> true", "1 == int(null) -> false", "long(null) == long(null) -> null"},
		},
		{
			Doc:       "Tells whether two values differ; true if one of them is null, null if both are.",
			Overloads: equalities("!=", true),
			Examples:  []string{`"abc" != "ABC" -> true`, "1 != int(null) -> true", "real(nan) != real(nan) -> true"},
		},
		{
			Doc:       "Tells whether the left value is less than the right one.",
			Overloads: orderings("<", lessLoops[int64](), lessLoops[float64](), func(order int) bool { return order < 0 }),
			Examples:  []string{"1 < 2.5 -> true", "10s < 1h -> true", "1 < int(null) -> null"},
		},
		{
			Doc:       "Tells whether the left value is less than or equal to the right one.",
			Overloads: orderings("<=", atMostLoops[int64](), atMostLoops[float64](), func(order int) bool { return order <= 0 }),
			Examples:  []string{"2 <= 2 -> true", "datetime(2024-01-02) <= datetime(2024-01-01) -> false"},
		},
		{
			Doc:       "Tells whether the left value is greater than the right one.",
			Overloads: orderings(">", moreLoops[int64](), moreLoops[float64](), func(order int) bool { return order > 0 }),
			Examples:  []string{"2 > 1 -> true", "real(nan) > 1.0 -> false"},
		},
		{
			Doc:       "Tells whether the left value is greater than or equal to the right one.",
			Overloads: orderings(">=", atLeastLoops[int64](), atLeastLoops[float64](), func(order int) bool { return order >= 0 }),
			Examples:  []string{"2 >= 3 -> false", "1d >= 24h -> true"},
		},
		{
			Doc:       "Tells whether a value lies in a range, both ends included.",
			Overloads: between("between", false),
			Examples:  []string{"5 between (1 .. 5) -> true", "datetime(2024-01-02) between (datetime(2024-01-01) .. 3d) -> true"},
		},
		{
			Doc:       "Tells whether a value lies outside a range; both ends belong to the range.",
			Overloads: between("!between", true),
			Examples:  []string{"5 !between (1 .. 5) -> false", "2.5 !between (3.0 .. 4.0) -> true"},
		},
		{
			Doc: "Reverses a boolean value.",
			Overloads: []function.Overload{
				{Sig: "not(expression: bool): bool", Kernel: function.Map1(types.Bool, types.Bool, func(x bool) bool { return !x })},
			},
			Examples: []string{"not(1 == 2) -> true", "not(bool(null)) -> null"},
		},
	}}
}

// A plain value is one that Go compares as Kusto does.
type plain interface {
	bool | int64 | float64 | string | types.GUID128
}

func equalLoops[T plain](unequal bool) loops[T, T, bool] {
	if unequal {
		return loops[T, T, bool]{
			aa: func(out []bool, a, b []T) { aa(out, a, b, func(x, y T) bool { return x != y }) },
			as: func(out []bool, a []T, b T) { as(out, a, b, func(x, y T) bool { return x != y }) },
			sa: func(out []bool, a T, b []T) { sa(out, a, b, func(x, y T) bool { return x != y }) },
		}
	}
	return loops[T, T, bool]{
		aa: func(out []bool, a, b []T) { aa(out, a, b, func(x, y T) bool { return x == y }) },
		as: func(out []bool, a []T, b T) { as(out, a, b, func(x, y T) bool { return x == y }) },
		sa: func(out []bool, a T, b []T) { sa(out, a, b, func(x, y T) bool { return x == y }) },
	}
}

func lessLoops[T int64 | float64]() loops[T, T, bool] {
	return loops[T, T, bool]{
		aa: func(out []bool, a, b []T) { aa(out, a, b, func(x, y T) bool { return x < y }) },
		as: func(out []bool, a []T, b T) { as(out, a, b, func(x, y T) bool { return x < y }) },
		sa: func(out []bool, a T, b []T) { sa(out, a, b, func(x, y T) bool { return x < y }) },
	}
}

func atMostLoops[T int64 | float64]() loops[T, T, bool] {
	return loops[T, T, bool]{
		aa: func(out []bool, a, b []T) { aa(out, a, b, func(x, y T) bool { return x <= y }) },
		as: func(out []bool, a []T, b T) { as(out, a, b, func(x, y T) bool { return x <= y }) },
		sa: func(out []bool, a T, b []T) { sa(out, a, b, func(x, y T) bool { return x <= y }) },
	}
}

func moreLoops[T int64 | float64]() loops[T, T, bool] { return lessLoops[T]().swapped() }

func atLeastLoops[T int64 | float64]() loops[T, T, bool] { return atMostLoops[T]().swapped() }

// equalities are the overloads of == and !=.
func equalities(name string, unequal bool) []function.Overload {
	sig := func(a, b string) string { return name + "(a: " + a + ", b: " + b + "): bool" }
	decimals := called(func(a, b types.Decimal128) bool { return (types.CompareDecimal(a, b) == 0) != unequal })
	dynamics := called(func(a, b dynamic.Value) bool { return sameDynamic(a, b) != unequal })
	return append([]function.Overload{
		{Sig: sig("string", "string"), Kernel: textEquality(unequal)},
		{Sig: sig("integer", "integer"), Kernel: equality(anyInteger, anyInteger, equalLoops[int64](unequal), unequal)},
		{Sig: sig("real", "real"), Kernel: equality(types.Real, types.Real, equalLoops[float64](unequal), unequal)},
		{Sig: sig("decimal", "decimal"), Kernel: equality(types.Decimal, types.Decimal, decimals, unequal)},
		{Sig: sig("datetime", "datetime"), Kernel: equality(types.DateTime, types.DateTime, equalLoops[int64](unequal), unequal)},
		{Sig: sig("timespan", "timespan"), Kernel: equality(types.TimeSpan, types.TimeSpan, equalLoops[int64](unequal), unequal)},
		{Sig: sig("bool", "bool"), Kernel: equality(types.Bool, types.Bool, equalLoops[bool](unequal), unequal)},
		{Sig: sig("guid", "guid"), Kernel: equality(types.GUID, types.GUID, equalLoops[types.GUID128](unequal), unequal)},
		{Sig: sig("bool", "integer"), Kernel: equality(types.Bool, anyInteger, called(func(a bool, b int64) bool { return (a == (b != 0)) != unequal }), unequal)},
		{Sig: sig("integer", "bool"), Kernel: equality(anyInteger, types.Bool, called(func(a int64, b bool) bool { return ((a != 0) == b) != unequal }), unequal)},
		{Sig: sig("dynamic", "dynamic"), Kernel: equality(types.Dynamic, types.Dynamic, dynamics, unequal)},
	}, dynamicEqualities(sig, unequal)...)
}

// orderings are the overloads of a relation: longs and reals in loops of their
// own, the rest by how two values compare.
func orderings(name string, longs loops[int64, int64, bool], reals loops[float64, float64, bool], holds func(order int) bool) []function.Overload {
	sig := func(a, b string) string { return name + "(a: " + a + ", b: " + b + "): bool" }
	decimals := called(func(a, b types.Decimal128) bool { return holds(types.CompareDecimal(a, b)) })
	bools := called(func(a, b bool) bool { return holds(int(boolToLong(a) - boolToLong(b))) })
	return append([]function.Overload{
		{Sig: sig("integer", "integer"), Kernel: longs.kernel(anyInteger, anyInteger, types.Bool)},
		{Sig: sig("real", "real"), Kernel: reals.kernel(types.Real, types.Real, types.Bool)},
		{Sig: sig("decimal", "decimal"), Kernel: decimals.kernel(types.Decimal, types.Decimal, types.Bool)},
		{Sig: sig("datetime", "datetime"), Kernel: longs.kernel(types.DateTime, types.DateTime, types.Bool)},
		{Sig: sig("timespan", "timespan"), Kernel: longs.kernel(types.TimeSpan, types.TimeSpan, types.Bool)},
		{Sig: sig("bool", "bool"), Kernel: bools.kernel(types.Bool, types.Bool, types.Bool)},
	}, dynamicOrderings(sig, holds)...)
}

// between are the overloads of between and, with outside, !between. The range's
// end may be a timespan from its start.
func between(name string, outside bool) []function.Overload {
	sig := func(x, from, to string) string {
		return name + "(value: " + x + ", from: " + from + ", to: " + to + "): bool"
	}
	decimals := function.Map3(types.Decimal, types.Decimal, types.Decimal, types.Bool, func(x, from, to types.Decimal128) bool {
		return (types.CompareDecimal(x, from) >= 0 && types.CompareDecimal(x, to) <= 0) != outside
	})
	span := function.Map3(types.DateTime, types.DateTime, types.TimeSpan, types.Bool, func(x, from, span int64) bool {
		return (x >= from && x-from <= span) != outside
	})
	overloads := []function.Overload{
		{Sig: sig("integer", "integer", "integer"), Kernel: rangeKernel[int64](anyInteger, outside)},
		{Sig: sig("real", "real", "real"), Kernel: rangeKernel[float64](types.Real, outside)},
		{Sig: sig("decimal", "decimal", "decimal"), Kernel: decimals},
		{Sig: sig("datetime", "datetime", "datetime"), Kernel: rangeKernel[int64](types.DateTime, outside)},
		{Sig: sig("timespan", "timespan", "timespan"), Kernel: rangeKernel[int64](types.TimeSpan, outside)},
		{Sig: sig("datetime", "datetime", "timespan"), Kernel: span},
	}
	for _, o := range overloads[:5] {
		overloads = append(overloads, fromDynamic(o, 0))
	}
	return overloads
}

// rangeKernel tests T against a range, in one loop if the range is constant.
func rangeKernel[T int64 | float64](t types.Type, outside bool) function.Kernel {
	general := function.Map3(t, t, t, types.Bool, func(x, from, to T) bool { return (x >= from && x <= to) != outside })
	run := func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		x, from, to := operandOf[T](args[0]), operandOf[T](args[1]), operandOf[T](args[2])
		if x.fixed || !from.fixed || !to.fixed || !from.valid.Has(0) || !to.valid.Has(0) {
			return general.Run(c, args, n)
		}
		out := make([]bool, n)
		lo, hi := from.vals[0], to.vals[0]
		for i, v := range x.vals[:n] {
			out[i] = (v >= lo && v <= hi) != outside
		}
		return column.NewVec(c.Out, out, x.valid), nil
	}
	return function.Kernel{In: general.In, Out: types.Bool, Each: general.Each, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) { return run(c, args, n) })
	}}
}
