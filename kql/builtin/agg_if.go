package builtin

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
)

// newAccumulator is the type of AggregateOverload.New.
type newAccumulator = func(*function.AggregateCall) (function.Accumulator, error)

// onlyIf makes the "…if" form of an aggregate: argument pred is a bool, and rows
// where it is not true are left out.
func onlyIf(pred int, inner newAccumulator) newAccumulator {
	return func(c *function.AggregateCall) (function.Accumulator, error) {
		call := *c
		call.Args = slices.Delete(slices.Clone(c.Args), pred, pred+1)
		call.Consts = slices.Delete(slices.Clone(c.Consts), pred, pred+1)
		a, err := inner(&call)
		if err != nil {
			return nil, err
		}
		return &ifAcc{inner: a, pred: pred}, nil
	}
}

type ifAcc struct {
	inner  function.Accumulator
	pred   int
	rows   []uint32
	groups []uint32
	args   []column.Column
}

func (a *ifAcc) Update(args []column.Column, groups []uint32, total int) error {
	a.rows, a.groups = chosenRows(args[a.pred], groups, a.rows[:0], a.groups[:0])
	if len(a.rows) == 0 {
		return nil
	}
	a.args = a.args[:0]
	for i, c := range args {
		if i == a.pred {
			continue
		}
		if len(a.rows) < len(groups) {
			c = column.Gather(c, a.rows)
		}
		a.args = append(a.args, c)
	}
	return a.inner.Update(a.args, a.groups, total)
}

// chosenRows appends the rows where pred is true, and their groups.
func chosenRows(pred column.Column, groups, rows, chosen []uint32) (r, g []uint32) {
	v := column.ViewOf[bool](pred)
	if b, ok := v.Const(); ok && (!b || v.Null(0)) {
		return rows, chosen
	}
	for i, gr := range groups {
		if !v.Null(i) && v.At(i) {
			rows, chosen = append(rows, uint32(i)), append(chosen, gr)
		}
	}
	return rows, chosen
}

func (a *ifAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*ifAcc](from)
	if err != nil {
		return err
	}
	return a.inner.Merge(f.inner, groups, total)
}

func (a *ifAcc) Result(total int) (column.Column, error) { return a.inner.Result(total) }

func (a *ifAcc) Size() int64 { return a.inner.Size() }
