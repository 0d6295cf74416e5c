package builtin

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// conditionals declares what chooses between values and what asks whether there
// is one.
//
// Sources: the Kusto documentation, the pages of each function.
func conditionals() function.Family {
	chooses := []types.Type{types.Bool, types.Unknown, types.Unknown}
	iff := function.Scalar{
		Doc: "Returns the second argument where the first is true, else the third.",
		Overloads: []function.Overload{
			{Sig: "iff(if: bool, then: T scalar, else: T scalar): T", Kernel: function.Kernel{In: chooses, Run: runIff, Each: eachCase}},
		},
		Examples: []string{`iff(1 < 2, "yes", "no") -> yes`, "iff(bool(null), 1, 2) -> 2"},
	}
	isnotnull := function.Scalar{
		Doc:       "Tells whether a value is not null; a string never is.",
		Overloads: []function.Overload{{Sig: "isnotnull(expression: scalar): bool", Kernel: presenceKernel(false, false)}},
		Examples:  []string{"isnotnull(1) -> true", `isnotnull("") -> true`},
	}
	isnotempty := function.Scalar{
		Doc:       "Tells whether a value is neither null nor an empty string.",
		Overloads: []function.Overload{{Sig: "isnotempty(value: scalar): bool", Kernel: presenceKernel(true, false)}},
		Examples:  []string{`isnotempty("x") -> true`, `isnotempty("") -> false`},
	}
	notnull, notempty := alias("notnull", isnotnull), alias("notempty", isnotempty)
	notnull.Hidden, notnull.Obsolete = true, "isnotnull"
	notempty.Hidden, notempty.Obsolete = true, "isnotempty"
	return function.Family{Title: "Conditional functions", Scalars: []function.Scalar{
		around(),
		iff,
		alias("iif", iff),
		{
			Doc: "Returns the value that follows the first true predicate, else the last argument.",
			Overloads: []function.Overload{
				{Sig: "case(predicate...: bool, then...: T scalar, else: T scalar): T", Kernel: function.Kernel{In: chooses, Run: runCase, Each: eachCase}},
			},
			Examples: []string{`case(7 <= 3, "Small", 7 <= 10, "Medium", "Large") -> Medium`},
		},
		{
			Doc:           "Returns the first argument that is not null; of strings, the first that is not empty.",
			Overloads:     []function.Overload{{Sig: "coalesce(first: T scalar, more...: T scalar): T", Kernel: function.Kernel{In: []types.Type{types.Unknown, types.Unknown}, Run: runCoalesce, Each: eachCoalesce}}},
			MostArguments: 64,
			Examples:      []string{`coalesce(tolong("not a number"), tolong("42"), 33) -> 42`, `coalesce("", "b") -> b`},
		},
		{
			Doc:       "Tells whether a value is null; a string never is.",
			Overloads: []function.Overload{{Sig: "isnull(expression: scalar): bool", Kernel: presenceKernel(false, true)}},
			Examples:  []string{"isnull(int(null)) -> true", `isnull("") -> false`, `isnull(dynamic(null)) -> true`},
		},
		isnotnull,
		notnull,
		{
			Doc:       "Tells whether a value is null or an empty string.",
			Overloads: []function.Overload{{Sig: "isempty(value: scalar): bool", Kernel: presenceKernel(true, true)}},
			Examples:  []string{`isempty("") -> true`, `isempty(" ") -> false`, "isempty(int(null)) -> true"},
		},
		isnotempty,
		notempty,
		extreme("max_of", "Returns the greatest of its arguments; nulls count only if all are null.", true, "max_of(10, 1, -3, 17) -> 17", "max_of(1, long(null)) -> 1"),
		extreme("min_of", "Returns the least of its arguments; nulls count only if all are null.", false, "min_of(10, 1, -3, 17) -> -3", "min_of(1, 2.5) -> 1"),
		{
			Doc:       "Returns true if the condition is true; else the query fails with the message.",
			Overloads: []function.Overload{{Sig: "assert(condition: const bool, message: const string): bool", Kernel: function.Kernel{In: []types.Type{types.Bool, types.String}, Out: types.Bool, Run: runAssert}}},
			Examples:  []string{`assert(1 < 2, "order") -> true`},
			Analyzer:  []string{"assert(condition: bool, message: string): bool"},
		},
	}}
}

func runIff(c *function.Call, args []column.Column, n int) (column.Column, error) {
	return choose(c, args[:1], args[1:], n)
}

func runCase(c *function.Call, args []column.Column, n int) (column.Column, error) {
	var conds, values []column.Column
	for i := 0; i+1 < len(args); i += 2 {
		conds, values = append(conds, args[i]), append(values, args[i+1])
	}
	return choose(c, conds, append(values, args[len(args)-1]), n)
}

// choose returns in each row the value at the position of the first true
// condition; values has one more column than conds, for where none is true.
func choose(c *function.Call, conds, values []column.Column, n int) (column.Column, error) {
	choice := make([]uint32, n)
	for i := range choice {
		choice[i] = uint32(len(conds))
	}
	for k := len(conds) - 1; k >= 0; k-- {
		cond := column.ViewOf[bool](conds[k])
		for i := range choice {
			if cond.At(i) && !cond.Null(i) {
				choice[i] = uint32(k)
			}
		}
	}
	return assemble(c, choice, values, n)
}

func runCoalesce(c *function.Call, args []column.Column, n int) (column.Column, error) {
	choice := make([]uint32, n)
	for i := range choice {
		choice[i] = uint32(len(args) - 1)
	}
	for k := len(args) - 2; k >= 0; k-- {
		has := presence(args[k], true)
		for i := range choice {
			if has(i) {
				choice[i] = uint32(k)
			}
		}
	}
	return assemble(c, choice, args, n)
}

// assemble takes row i of the column at choice[i]. If all are constant, the
// result is a dictionary of the constants.
func assemble(c *function.Call, choice []uint32, values []column.Column, n int) (column.Column, error) {
	constant := true
	cols := make([]column.Column, len(values))
	for k, v := range values {
		col, err := coerce(c, v, c.Out, n)
		if err != nil {
			return nil, err
		}
		_, is := col.(*column.Const)
		constant, cols[k] = constant && is, col
	}
	if constant {
		b := column.NewBuilder(c.Out, len(cols))
		for _, col := range cols {
			b.AppendFrom(col, 0)
		}
		return &column.Dict{Codes: choice, Values: b.Finish()}, nil
	}
	switch c.Out {
	case types.Bool:
		return pick[bool](c.Out, choice, cols), nil
	case types.Real:
		return pick[float64](c.Out, choice, cols), nil
	case types.Decimal:
		return pick[types.Decimal128](c.Out, choice, cols), nil
	case types.String:
		return pick[string](c.Out, choice, cols), nil
	case types.GUID:
		return pick[types.GUID128](c.Out, choice, cols), nil
	case types.Dynamic:
		return pick[dynamic.Value](c.Out, choice, cols), nil
	}
	return pick[int64](c.Out, choice, cols), nil
}

func pick[T column.Value](t types.Type, choice []uint32, cols []column.Column) column.Column {
	views := make([]column.View[T], len(cols))
	nulls := false
	for k, col := range cols {
		views[k] = column.ViewOf[T](col)
		nulls = nulls || views[k].HasNulls()
	}
	vals := make([]T, len(choice))
	for i, k := range choice {
		vals[i] = views[k].At(i)
	}
	if !nulls {
		return column.NewVec(t, vals, nil)
	}
	valid := column.FullBitmap(len(vals))
	for i, k := range choice {
		if views[k].Null(i) {
			valid.Clear(i)
		}
	}
	return column.NewVec(t, vals, valid)
}

// presence returns a function that tells whether a row of col holds a value;
// with nonEmpty, an empty string is none.
func presence(col column.Column, nonEmpty bool) func(i int) bool {
	switch col.Type() {
	case types.String:
		if !nonEmpty {
			return func(int) bool { return true }
		}
		v := column.ViewOf[string](col)
		return func(i int) bool { return v.At(i) != "" }
	case types.Dynamic:
		v := column.ViewOf[dynamic.Value](col)
		return func(i int) bool {
			x := v.At(i)
			if !nonEmpty || x.Kind() != dynamic.String {
				return !x.IsNull()
			}
			return x.String() != ""
		}
	}
	return func(i int) bool { return !col.Null(i) }
}

func presenceKernel(nonEmpty, absent bool) function.Kernel {
	return function.Kernel{In: []types.Type{types.Unknown}, Out: types.Bool, Transient: true, Each: eachPresence(nonEmpty, absent), Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			out := make([]bool, n)
			has := presence(args[0], nonEmpty)
			for i := range out {
				out[i] = has(i) != absent
			}
			return column.NewVec(types.Bool, out, nil), nil
		})
	}}
}

func runAssert(_ *function.Call, args []column.Column, n int) (column.Column, error) {
	cond, message := column.ViewOf[bool](args[0]), column.ViewOf[string](args[1])
	for i := range n {
		if cond.Null(i) || !cond.At(i) {
			return nil, fmt.Errorf("assert() has failed with message: '%s'", message.At(i))
		}
	}
	return column.NewConst(types.Bool, true, n), nil
}
