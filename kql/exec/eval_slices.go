package exec

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A function whose results may be far larger than a row usually is (repeat, range,
// anything over arrays of a million elements) is computed some rows at a time: the
// budget and the query's end are looked at in between, so that neither is
// noticed gigabytes or minutes late.

const (
	// wideBytes is from how many bytes of arguments on a batch is wide.
	wideBytes = 64 << 20
	// sliceBytes is about how large the results of some rows at a time are.
	sliceBytes = 8 << 20
	// maxMade bounds what is made for one batch, also of a query without limits.
	maxMade = 4 << 30
)

// run computes the call over args, which have n rows.
func (e *evaluator) run(args []column.Column, n int) (column.Column, error) {
	e.call.Passing = false
	window := e.fn.Decl != nil && e.fn.Decl.Window
	if n > 1 && !window && e.c != nil && (e.fn.Kernel.Grows || argBytes(args) > wideBytes) {
		switch d, others := onlyDict(args); {
		case others:
			return e.slices(args, n)
		case d >= 0:
			return e.overDict(args, d)
		}
	}
	e.call.Passing = e.passing && e.uses == 1 && flat(args)
	return e.fn.Kernel.Run(e.call, args, n)
}

// flat reports whether args are flat or constant: results over dictionaries are
// kept with them.
func flat(args []column.Column) bool {
	constant := true
	for _, c := range args {
		if isDict(c) {
			return false
		}
		_, is := c.(*column.Const)
		constant = constant && is
	}
	return !constant
}

// argBytes estimates the bytes of all rows of args, those of a constant as often
// as it counts.
func argBytes(args []column.Column) int64 {
	var sum int64
	for _, c := range args {
		switch c := c.(type) {
		case *column.Vec[string], *column.Vec[dynamic.Value]:
			sum += columnSize(c)
		case *column.Const:
			if t := c.Type(); t == types.String || t == types.Dynamic {
				sum += columnSize(c.One) * int64(c.N)
			}
		}
	}
	return sum
}

// onlyDict returns the place of the one argument that is a dictionary, -1 if there
// is none; others if there is more than that and constants.
func onlyDict(args []column.Column) (dict int, others bool) {
	dict = -1
	for i, c := range args {
		switch c.(type) {
		case *column.Const:
		case *column.Dict:
			others = others || dict >= 0
			dict = i
		default:
			others = true
		}
	}
	return dict, others
}

// overDict computes the call over the distinct values of argument i.
func (e *evaluator) overDict(args []column.Column, i int) (column.Column, error) {
	d := args[i].(*column.Dict)
	n := d.Values.Len()
	if n > d.Len() {
		return e.slices(args, d.Len())
	}
	own := make([]column.Column, len(args))
	for j, c := range args {
		if k, ok := c.(*column.Const); ok {
			own[j] = &column.Const{One: k.One, N: n}
		}
	}
	own[i] = d.Values
	vals, err := e.slices(own, n)
	if err != nil {
		return nil, err
	}
	return &column.Dict{Codes: d.Codes, Values: column.Flat(vals)}, nil
}

// slices computes the call some rows at a time, as many as the rows before let
// expect to be small enough.
func (e *evaluator) slices(args []column.Column, n int) (column.Column, error) {
	q := e.c.q
	flat := make([]column.Column, len(args))
	for i, c := range args {
		if flat[i] = c; isDict(c) {
			flat[i] = column.Flat(c)
		}
	}
	var parts []column.Column
	var size int64
	for from, rows := 0, 1; from < n; {
		if err := q.ctx.Err(); err != nil {
			return nil, err
		}
		to := min(from+rows, n)
		part := make([]column.Column, len(flat))
		for i, c := range flat {
			part[i] = column.Slice(c, from, to)
		}
		out, err := e.fn.Kernel.Run(e.call, part, to-from)
		if err != nil {
			return nil, err
		}
		if out.Len() != to-from {
			return nil, fmt.Errorf("kernel returned %d rows, want %d", out.Len(), to-from)
		}
		parts = append(parts, out)
		size += columnSize(out)
		if err := q.room("Project", size); err != nil {
			return nil, err
		}
		if size > maxMade {
			return nil, &Error{Kind: Memory, Err: fmt.Errorf("the values made for %d rows are larger than %d bytes", to, int64(maxMade))}
		}
		perRow := (size + argBytes(part)) / int64(to)
		rows = int(max(1, min(sliceBytes/max(perRow, 1), int64(4*rows))))
		from = to
	}
	return concat(parts)
}

func isDict(c column.Column) bool {
	_, ok := c.(*column.Dict)
	return ok
}
