package exec

import (
	"errors"
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// decimalSteps are the steps of an axis of decimals.
type decimalSteps struct {
	from, to, step types.Decimal128
	hasFrom, hasTo bool
	closed         bool
	n              int64
}

func newDecimalSteps(n *plan.MakeSeries, consts [3]column.Column) (seriesSteps, error) {
	s := &decimalSteps{hasFrom: n.From != nil, hasTo: n.To != nil, closed: n.Closed}
	for i, to := range []*types.Decimal128{&s.from, &s.to, &s.step} {
		if consts[i] == nil {
			continue
		}
		v, ok := consts[i].(*column.Vec[types.Decimal128])
		if !ok {
			return nil, fmt.Errorf("make-series: bound of type %s on an axis of type %s", consts[i].Type(), n.Axis.Type())
		}
		*to = v.Vals[0]
	}
	if s.step.Sign() <= 0 {
		return nil, errors.New("make-series: the step must be positive")
	}
	if s.closed {
		s.from = types.DecimalFromLong(s.down(s.from)).Mul(s.step)
	}
	if s.hasFrom && s.hasTo {
		s.n = s.down(s.to.Sub(s.from))
		if s.closed || types.CompareDecimal(s.at(s.n), s.to) < 0 {
			s.n++
		}
		s.n = max(s.n, 0)
	}
	return s, nil
}

// farStep stands for steps that no series reaches; sums of two do not overflow.
const farStep = 1 << 61

// down returns how many whole steps fit into x, rounded down.
func (s *decimalSteps) down(x types.Decimal128) int64 {
	steps := x.Quo(s.step).Floor(0)
	n, ok := steps.Int64()
	switch {
	case ok:
		return min(max(n, -farStep), farStep)
	case steps.Sign() < 0:
		return -farStep
	}
	return farStep
}

func (s *decimalSteps) at(step int64) types.Decimal128 {
	return s.from.Add(types.DecimalFromLong(step).Mul(s.step))
}

func (s *decimalSteps) of(c column.Column) (rows []uint32, numbers []int64) {
	v := column.ViewOf[types.Decimal128](c)
	rows, numbers = make([]uint32, 0, c.Len()), make([]int64, 0, c.Len())
	for i := range c.Len() {
		if v.Null(i) {
			continue
		}
		x := v.At(i)
		if x.IsNaN() || s.hasFrom && types.CompareDecimal(x, s.from) < 0 || s.hasTo && !s.closed && types.CompareDecimal(x, s.to) >= 0 {
			continue
		}
		n := s.down(x.Sub(s.from))
		if s.hasTo && s.closed && types.CompareDecimal(s.at(n), s.to) > 0 {
			continue
		}
		rows, numbers = append(rows, uint32(i)), append(numbers, n)
	}
	return rows, numbers
}

func (s *decimalSteps) bounded() bool { return s.hasFrom && s.hasTo }

func (s *decimalSteps) bounds(from, to int64) (int64, int64, error) {
	if s.hasFrom {
		from = 0
	}
	switch {
	case s.bounded():
		to = s.n
	case s.hasTo:
		to = s.down(s.to)
		if s.closed || types.CompareDecimal(s.at(to), s.to) < 0 {
			to++
		}
	}
	return from, to, seriesFits(to - from)
}

func (s *decimalSteps) write(a *dynamic.ArrayBuilder, from, to int64) {
	for i := from; i < to; i++ {
		a.AppendDecimal(s.at(i))
	}
}
