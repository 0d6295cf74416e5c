package builtin

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// windowFunctions declares the functions that read neighbouring rows. Their
// kernels get all rows of a serialized table at once.
func windowFunctions() function.Family {
	b, l, u := types.Bool, types.Long, types.Unknown
	dt, ts := types.DateTime, types.TimeSpan
	neighbour := func(name, doc string, sign int64) function.Scalar {
		return function.Scalar{Doc: doc, Window: true, Overloads: []function.Overload{
			{Sig: name + "(column: T scalar, offset?: int|long, default?: const scalar): T", Kernel: function.Kernel{In: []types.Type{u, l, u}, Run: neighbourRows(sign)}},
		}}
	}
	rank := func(name, doc string, dense bool) function.Scalar {
		return function.Scalar{Doc: doc, Window: true, Overloads: []function.Overload{
			{Sig: name + "(term: orderable, restart?: bool): long", Kernel: function.Kernel{In: []types.Type{u, b}, Out: l, Run: rankRows(dense)}},
		}}
	}
	return function.Family{Title: "Window functions", Scalars: []function.Scalar{
		neighbour("prev", "Returns the value of a column a number of rows before, 1 if not given; null, or the default, before the first row.", -1),
		neighbour("next", "Returns the value of a column a number of rows after, 1 if not given; null, or the default, after the last row.", 1),
		{
			Doc:    "Numbers the rows from 1, or from the number given, starting again where the condition is true.",
			Window: true,
			Overloads: []function.Overload{
				{Sig: "row_number(start?: int|long, restart?: bool): long", Kernel: function.Kernel{In: []types.Type{l, b}, Out: l, Run: numberRows}},
			},
		},
		{
			Doc:    "Adds up a column from the first row to the current one, starting again where the condition is true.",
			Window: true,
			Overloads: []function.Overload{
				{Sig: "row_cumsum(term: int, restart?: bool): int", Kernel: function.Kernel{In: []types.Type{types.Int, b}, Out: types.Int, Run: cumulate[int64]}},
				{Sig: "row_cumsum(term: long, restart?: bool): long", Kernel: function.Kernel{In: []types.Type{l, b}, Out: l, Run: cumulate[int64]}},
				{Sig: "row_cumsum(term: real, restart?: bool): real", Kernel: function.Kernel{In: []types.Type{types.Real, b}, Out: types.Real, Run: cumulate[float64]}},
			},
			Analyzer: []string{"row_cumsum(term: T number, restart?: bool): T"},
		},
		rank("row_rank_dense", "Ranks sorted rows by a term: equal ones share a rank, and the next rank follows without a gap.", true),
		rank("row_rank_min", "Ranks sorted rows by a term: equal ones share the number of the first of them.", false),
		{
			Doc:    "Ranks sorted rows by a term, as row_rank_dense() does or, if dense is false, as row_rank_min() does.",
			Window: true,
			Overloads: []function.Overload{
				{Sig: "row_rank(column: orderable): long", Kernel: function.Kernel{In: []types.Type{u}, Out: l, Run: rankRows(true)}},
				{Sig: "row_rank(column: orderable, dense: const bool): long", Kernel: function.Kernel{In: []types.Type{u, b}, Out: l, Run: rankEither}},
			},
			Hidden: true, Obsolete: "row_rank_dense",
		},
		{
			Doc:    "Returns the time at which the session of the row began: a session ends at a distance from its beginning, at a distance between rows, or where the condition is true.",
			Window: true,
			Overloads: []function.Overload{
				{Sig: "row_window_session(expr: datetime, maxDistanceFromFirst: timespan, maxDistanceBetweenNeighbors: timespan, restart?: bool): datetime",
					Kernel: function.Kernel{In: []types.Type{dt, ts, ts, b}, Out: dt, Run: sessions}},
			},
		},
	}}
}

// neighbourRows is prev (sign -1) or next (sign 1).
func neighbourRows(sign int64) func(c *function.Call, args []column.Column, n int) (column.Column, error) {
	return func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		offset := func(int) int64 { return 1 }
		if len(args) > 1 {
			v := column.ViewOf[int64](args[1])
			offset = func(i int) int64 {
				if v.Null(i) {
					return int64(n) // no such row
				}
				return v.At(i)
			}
		}
		rows := make([]uint32, n)
		out := make([]bool, n) // outside
		outside := 0
		for i := range rows {
			j := int64(i) + sign*offset(i)
			if j < 0 || j >= int64(n) {
				out[i] = true
				outside++
				continue
			}
			rows[i] = uint32(j)
		}
		near := column.Gather(args[0], rows)
		if outside == 0 {
			return near, nil
		}
		def := column.Column(column.NullConst(c.Out, n))
		if len(args) > 2 {
			var err error
			if def, err = coerce(c, args[2], c.Out, n); err != nil {
				return nil, err
			}
		}
		return replaceRows(near, def, out), nil
	}
}

// replaceRows returns c with the rows that are marked taken from def.
func replaceRows(c, def column.Column, marked []bool) column.Column {
	d, isDict := c.(*column.Dict)
	if k, isConst := def.(*column.Const); isDict && isConst {
		return replaceCodes(d, k, marked)
	}
	b := column.NewBuilder(c.Type(), len(marked))
	c, def = column.Flat(c), column.Flat(def)
	from := 0
	for i, m := range marked {
		if m {
			b.AppendColumn(column.Slice(c, from, i))
			b.AppendFrom(def, i)
			from = i + 1
		}
	}
	b.AppendColumn(column.Slice(c, from, len(marked)))
	return b.Finish()
}

// replaceCodes is replaceRows of a dictionary, to which the value is added.
func replaceCodes(d *column.Dict, def *column.Const, marked []bool) column.Column {
	b := column.NewBuilder(d.Type(), d.Values.Len()+1)
	b.AppendColumn(d.Values)
	b.AppendColumn(def.One)
	codes := append([]uint32(nil), d.Codes...)
	for i, m := range marked {
		if m {
			codes[i] = uint32(d.Values.Len())
		}
	}
	return &column.Dict{Codes: codes, Values: b.Finish()}
}

// restarts returns the rows where the argument at position i is true; none if
// it is absent.
func restarts(args []column.Column, i, n int) []bool {
	out := make([]bool, n)
	if len(args) <= i {
		return out
	}
	v := column.ViewOf[bool](args[i])
	for r := range out {
		out[r] = !v.Null(r) && v.At(r)
	}
	return out
}

func numberRows(_ *function.Call, args []column.Column, n int) (column.Column, error) {
	start := int64(1)
	if len(args) > 0 && n > 0 {
		v := column.ViewOf[int64](args[0])
		if v.Null(0) {
			return nil, fmt.Errorf("row_number: the starting index is null")
		}
		start = v.At(0)
	}
	again := restarts(args, 1, n)
	out := make([]int64, n)
	next := start
	for i := range out {
		if again[i] {
			next = start
		}
		out[i] = next
		next++
	}
	return column.NewVec(types.Long, out, nil), nil
}

// cumulate is row_cumsum; a null adds nothing.
func cumulate[T int64 | float64](c *function.Call, args []column.Column, n int) (column.Column, error) {
	v := column.ViewOf[T](args[0])
	again := restarts(args, 1, n)
	out := make([]T, n)
	var sum T
	for i := range out {
		if again[i] {
			sum = 0
		}
		if !v.Null(i) {
			sum += v.At(i)
		}
		out[i] = sum
	}
	return column.NewVec(c.Out, out, nil), nil
}

// rankRows is row_rank_dense or row_rank_min.
func rankRows(dense bool) func(c *function.Call, args []column.Column, n int) (column.Column, error) {
	return func(_ *function.Call, args []column.Column, n int) (column.Column, error) {
		again := restarts(args, 1, n)
		same := sameAsBefore(args[0], n)
		out := make([]int64, n)
		rank, rows := int64(0), int64(0)
		for i := range out {
			if again[i] {
				rank, rows = 0, 0
			}
			rows++
			switch {
			case i > 0 && same[i] && !again[i]:
			case dense:
				rank++
			default:
				rank = rows
			}
			out[i] = rank
		}
		return column.NewVec(types.Long, out, nil), nil
	}
}

// rankEither is row_rank with a constant that says whether it is row_rank_dense.
func rankEither(c *function.Call, args []column.Column, n int) (column.Column, error) {
	v := column.ViewOf[bool](args[1])
	return rankRows(n == 0 || !v.Null(0) && v.At(0))(c, args[:1], n)
}

// sameAsBefore tells for each row whether its value is that of the row before;
// nulls are the same.
func sameAsBefore(c column.Column, n int) []bool {
	switch c.Type() {
	case types.Bool:
		return sameValues[bool](c, n)
	case types.Real:
		return sameValues[float64](c, n)
	case types.String:
		return sameValues[string](c, n)
	case types.GUID:
		return sameValues[types.GUID128](c, n)
	case types.Decimal:
		v := column.ViewOf[types.Decimal128](c)
		out := make([]bool, n)
		for i := 1; i < n; i++ {
			out[i] = v.Null(i) == v.Null(i-1) && (v.Null(i) || types.CompareDecimal(v.At(i), v.At(i-1)) == 0)
		}
		return out
	default:
		return sameValues[int64](c, n)
	}
}

func sameValues[T bool | int64 | float64 | string | types.GUID128](c column.Column, n int) []bool {
	v := column.ViewOf[T](c)
	out := make([]bool, n)
	for i := 1; i < n; i++ {
		out[i] = v.Null(i) == v.Null(i-1) && (v.Null(i) || v.At(i) == v.At(i-1))
	}
	return out
}

// sessions is row_window_session.
func sessions(_ *function.Call, args []column.Column, n int) (column.Column, error) {
	at, first, between := column.ViewOf[int64](args[0]), column.ViewOf[int64](args[1]), column.ViewOf[int64](args[2])
	again := restarts(args, 3, n)
	b := column.NewTypedBuilder[int64](types.DateTime, n)
	open := false // whether there is a session
	var start, before int64
	for i := range n {
		if at.Null(i) {
			open = false
			b.AppendNull()
			continue
		}
		t := at.At(i)
		if !open || again[i] || t >= start+first.At(i) || t >= before+between.At(i) {
			start, open = t, true
		}
		before = t
		b.Append(start)
	}
	return b.Finish(), nil
}
