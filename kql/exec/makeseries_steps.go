package exec

import (
	"errors"
	"fmt"
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// maxSeries is Kusto's limit for an array of make-series.
const maxSeries = 1 << 20

// seriesSteps is the steps of an axis. They have numbers, which grow with them.
type seriesSteps interface {
	// of returns the rows of c that are in a step, and the steps.
	of(c column.Column) (rows []uint32, steps []int64)
	// bounded reports whether all groups have the same steps.
	bounded() bool
	// bounds returns the steps of a group whose own go from from up to, not
	// including, to.
	bounds(from, to int64) (int64, int64, error)
	// write appends the beginnings of the steps.
	write(a *dynamic.ArrayBuilder, from, to int64)
}

func (q *query) seriesSteps(n *plan.MakeSeries) (seriesSteps, error) {
	var consts [3]column.Column
	for i, e := range []plan.Expr{n.From, n.To, n.Step} {
		if e == nil {
			continue
		}
		c, err := q.constant(e)
		if err != nil {
			return nil, err
		}
		if c.Null(0) {
			return nil, errors.New("make-series: the bounds and the step of the axis must not be null")
		}
		consts[i] = c
	}
	switch t := n.Axis.Type(); t {
	case types.Real:
		return newSteps(n, consts, math.Floor, (*dynamic.ArrayBuilder).AppendReal)
	case types.DateTime:
		return newSteps(n, consts, nil, (*dynamic.ArrayBuilder).AppendDateTime)
	case types.TimeSpan:
		return newSteps(n, consts, nil, (*dynamic.ArrayBuilder).AppendTimeSpan)
	case types.Long, types.Int:
		return newSteps(n, consts, nil, (*dynamic.ArrayBuilder).AppendLong)
	case types.Decimal:
		return newDecimalSteps(n, consts)
	default:
		return nil, &Error{Kind: Unsupported, Err: fmt.Errorf("make-series on an axis of type %s is not supported", t)}
	}
}

func newSteps[T int64 | float64](n *plan.MakeSeries, consts [3]column.Column, floor func(T) T, add func(*dynamic.ArrayBuilder, T)) (seriesSteps, error) {
	s := &steps[T]{hasFrom: n.From != nil, hasTo: n.To != nil, closed: n.Closed, floor: floor, add: add}
	for i, to := range []*T{&s.from, &s.to, &s.step} {
		if consts[i] == nil {
			continue
		}
		v, ok := consts[i].(*column.Vec[T])
		if !ok {
			return nil, fmt.Errorf("make-series: bound of type %s on an axis of type %s", consts[i].Type(), n.Axis.Type())
		}
		*to = v.Vals[0]
	}
	if !(s.step > 0) {
		return nil, errors.New("make-series: the step must be positive")
	}
	if s.closed {
		s.from = T(s.down(s.from)) * s.step // the older form bins as bin() does
	}
	s.origin = s.from
	if s.hasFrom && s.floor == nil {
		s.first = s.down(s.from)
		s.origin -= T(s.first) * s.step
	}
	if s.hasFrom && s.hasTo {
		n := s.down(s.to - s.from)
		if s.closed || s.from+T(n)*s.step < s.to {
			n++
		}
		s.last = s.first + max(n, 0)
	}
	return s, nil
}

type steps[T int64 | float64] struct {
	from, to, step T
	hasFrom, hasTo bool
	closed         bool // the step that begins at to is one too
	// Step 0 begins at origin, the axis begins with step first and, if it has both
	// bounds, ends before step last. Whole numbers have the origin that is nearest to
	// zero: axes whose bounds differ by whole steps number them alike.
	origin      T
	first, last int64
	floor       func(T) T
	add         func(*dynamic.ArrayBuilder, T)
}

// down returns how many whole steps fit into x, rounded down.
func (s *steps[T]) down(x T) int64 {
	if s.floor != nil {
		return int64(s.floor(x / s.step))
	}
	d := x / s.step
	if d*s.step > x {
		d--
	}
	return int64(d)
}

func (s *steps[T]) at(step int64) T { return s.origin + T(step)*s.step }

func (s *steps[T]) of(c column.Column) (rows []uint32, numbers []int64) {
	v := column.ViewOf[T](c)
	rows, numbers = make([]uint32, 0, c.Len()), make([]int64, 0, c.Len())
	for i := range c.Len() {
		x := v.At(i)
		if v.Null(i) || x != x || s.hasFrom && x < s.from || s.hasTo && !s.closed && x >= s.to {
			continue
		}
		n := s.down(x - s.origin)
		if s.hasTo && s.closed && s.at(n) > s.to {
			continue
		}
		rows, numbers = append(rows, uint32(i)), append(numbers, n)
	}
	return rows, numbers
}

func (s *steps[T]) bounded() bool { return s.hasFrom && s.hasTo }

func (s *steps[T]) bounds(from, to int64) (int64, int64, error) {
	if s.hasFrom {
		from = s.first
	}
	switch {
	case s.bounded():
		to = s.last
	case s.hasTo:
		to = s.down(s.to)
		if s.closed || s.at(to) < s.to {
			to++
		}
	}
	return from, to, seriesFits(to - from)
}

// seriesFits returns an error for an array that would be too long.
func seriesFits(n int64) error {
	switch {
	case n >= farStep:
		return fmt.Errorf("make-series: an array of more than 10^18 values exceeds the limit of %d", maxSeries)
	case n > maxSeries:
		return fmt.Errorf("make-series: an array of %d values exceeds the limit of %d", n, maxSeries)
	}
	return nil
}

func (s *steps[T]) write(a *dynamic.ArrayBuilder, from, to int64) {
	for i := from; i < to; i++ {
		s.add(a, s.at(i))
	}
}

// ends returns the values between which, with the first and without the second, all
// steps are; has says which of the two there are.
func (s *steps[T]) ends() (from, to T, hasFrom, hasTo bool) {
	to = s.to
	if s.closed && s.hasTo {
		to = s.at(s.down(s.to-s.origin) + 1)
	}
	return s.from, to, s.hasFrom, s.hasTo
}
