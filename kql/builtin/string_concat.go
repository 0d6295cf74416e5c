package builtin

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// concatenations are the functions that join and repeat texts.
func concatenations() function.Family {
	return function.Family{Title: "Joining strings", Scalars: []function.Scalar{
		{
			Doc: "Joins its arguments as texts; nulls are empty.",
			Overloads: []function.Overload{{
				Sig:    "strcat(arg...: scalar): string",
				Kernel: strcat(),
			}},
			MostArguments: 64,
			Examples:      []string{`strcat("a", 1, true) -> a1True`},
		},
		{
			Doc: "Joins its arguments as texts, with a delimiter between them.",
			Overloads: []function.Overload{{
				Sig: "strcat_delim(delimiter: scalar, first: scalar, more...: scalar): string",
				Kernel: rowKernel([]types.Type{types.String, types.String, types.String}, types.String, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
					delim := column.ViewOf[string](args[0])
					return joinRows(c.Out, &delim, stringViews(args[1:]), n)
				}),
			}},
			MostArguments: 65,
			Examples:      []string{`strcat_delim("-", 1, "2", 1s) -> 1-2-00:00:01`},
		},
		{
			Doc: "Repeats a text a number of times, with a delimiter between.",
			Overloads: []function.Overload{{
				Sig:    "strrep(value: scalar, multiplier: long, delimiter?: scalar): string",
				Kernel: rowKernel([]types.Type{types.String, types.Long, types.String}, types.String, repeatRows),
			}},
			Examples: []string{`strrep("ab", 2) -> abab`, `strrep(123, 3, ".") -> 123.123.123`},
		},
	}}
}

func strcat() function.Kernel {
	k := rowKernel([]types.Type{types.String}, types.String, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return joinRows(c.Out, nil, stringViews(args), n)
	})
	k.Each = func(_ *function.Call, out function.Cell, args []function.Cell) func() error {
		r, okR := out.(*function.CellOf[string])
		cells, okA := function.Cells[string](args)
		if !okR || !okA {
			return nil
		}
		return func() error {
			s, err := joinCells(cells)
			r.Set(s)
			return err
		}
	}
	return k
}

func joinCells(cells []*function.CellOf[string]) (string, error) {
	size := 0
	for _, c := range cells {
		size += len(c.V)
	}
	if size > maxJoinedSize {
		return "", tooLong(size)
	}
	var buf strings.Builder
	buf.Grow(size)
	for _, c := range cells {
		buf.WriteString(c.V)
	}
	return buf.String(), nil
}

func tooLong(size int) error {
	return fmt.Errorf("the texts of one batch of rows have %d bytes together, more than the %d that are allowed", size, maxJoinedSize)
}

func stringViews(args []column.Column) []column.View[string] {
	views := make([]column.View[string], len(args))
	for i, a := range args {
		views[i] = column.ViewOf[string](a)
	}
	return views
}

// maxJoinedSize bounds the texts that are made for one batch of rows: texts that
// are joined to themselves grow without end in a few steps.
const maxJoinedSize = 1 << 30

// joinRows joins the parts of each row with delim, if any, between them. All
// rows share one buffer.
func joinRows(out types.Type, delim *column.View[string], parts []column.View[string], n int) (column.Column, error) {
	size := joinedSize(delim, parts, n)
	if size > maxJoinedSize {
		return nil, tooLong(size)
	}
	var buf strings.Builder
	buf.Grow(size)
	vals := make([]string, n)
	for i := range vals {
		start := buf.Len()
		for p := range parts {
			if p > 0 && delim != nil {
				buf.WriteString(delim.At(i))
			}
			buf.WriteString(parts[p].At(i))
		}
		vals[i] = buf.String()[start:]
	}
	return column.NewVec(out, vals, nil), nil
}

func joinedSize(delim *column.View[string], parts []column.View[string], n int) int {
	total := 0
	for p := range parts {
		for i := range n {
			total += len(parts[p].At(i))
		}
	}
	if delim != nil {
		for i := range n {
			total += len(delim.At(i)) * (len(parts) - 1)
		}
	}
	return total
}

const (
	// maxRepetitions is how often strrep() repeats at most.
	//
	// Source: the Kusto documentation, "strrep()".
	maxRepetitions = 67108864
	// maxRepeatedSize bounds the text that strrep() makes, which would otherwise
	// be 64 million times its argument.
	maxRepeatedSize = 64 << 20
)

func repeatRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	text, times := column.ViewOf[string](args[0]), column.ViewOf[int64](args[1])
	var delims *column.View[string]
	if len(args) > 2 {
		v := column.ViewOf[string](args[2])
		delims = &v
	}
	out := make([]string, n)
	for i := range out {
		k := min(times.At(i), maxRepetitions)
		if times.Null(i) || k < 1 {
			continue
		}
		delim := ""
		if delims != nil {
			delim = delims.At(i)
		}
		s := text.At(i)
		if size := k * int64(len(s)+len(delim)); size > maxRepeatedSize {
			return nil, fmt.Errorf("strrep(): a text of %d bytes is larger than the %d that are allowed", size, maxRepeatedSize)
		}
		out[i] = strings.Repeat(s+delim, int(k-1)) + s
	}
	return column.NewVec(c.Out, out, nil), nil
}
