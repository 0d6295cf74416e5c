package exec

import (
	"cmp"
	"math"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A pickOrder knows the best By of each group.
type pickOrder interface {
	// load makes a batch of By values the one that challenge refers to.
	load(c column.Column)
	// grow makes room for total groups.
	grow(total int)
	// challenge lets each row, of the group given, compete against wins, in which a row
	// that wins is first with its number added; it reports whether any has.
	challenge(groups []uint32, wins []win, first win) (won bool)
	// versus reports whether group g of other, of the same type, is better
	// (positive), worse or equal.
	versus(other pickOrder, og, g uint32) int
	copy(other pickOrder, og, g uint32)
	// detach lets go of the columns that were loaded.
	detach()
}

func newPickOrder(t types.Type, least bool) pickOrder {
	switch t {
	case types.Bool:
		return &orderedPick[uint64]{least: least, words: true}
	case types.Real:
		return &realPick{orderedPick[float64]{least: least}}
	case types.String:
		return &orderedPick[string]{least: least}
	case types.GUID, types.Decimal, types.Dynamic:
		return &comparedPick{typ: t, least: least}
	}
	return &orderedPick[int64]{least: least}
}

// orderedPick is the order of a type that Go orders.
type orderedPick[T int64 | uint64 | float64 | string] struct {
	least bool
	words bool // bool columns, as words
	best  []T
	vals  []T
	valid column.Bitmap
}

func (o *orderedPick[T]) load(c column.Column) {
	switch v := column.Flat(c).(type) {
	case *column.Vec[int64]:
		o.vals, _ = any(v.Vals).([]T)
		o.valid = v.Valid
	case *column.Vec[float64]:
		o.vals, _ = any(v.Vals).([]T)
		o.valid = v.Valid
	case *column.Vec[string]:
		o.vals, _ = any(v.Vals).([]T)
		o.valid = nil
	default:
		words, valid := wordsOf(v)
		o.vals, _ = any(words).([]T)
		o.valid = valid
	}
}

func (o *orderedPick[T]) grow(total int) {
	var zero T
	for len(o.best) < total {
		o.best = append(o.best, zero)
	}
}

func (o *orderedPick[T]) challenge(groups []uint32, wins []win, first win) (won bool) {
	vals, best := o.vals[:len(groups)], o.best
	for i, g := range groups {
		w := &wins[g]
		if o.valid != nil && !o.valid.Has(i) {
			won = w.takeNull(first, i) || won
			continue
		}
		v := vals[i]
		if w.set && !w.null && (o.least && v >= best[g] || !o.least && v <= best[g]) {
			continue
		}
		best[g] = v
		w.take(first, i)
		won = true
	}
	return won
}

func (o *orderedPick[T]) versus(other pickOrder, og, g uint32) int {
	c := cmp.Compare(other.(*orderedPick[T]).best[og], o.best[g])
	if o.least {
		return -c
	}
	return c
}

func (o *orderedPick[T]) copy(other pickOrder, og, g uint32) {
	o.best[g] = other.(*orderedPick[T]).best[og]
}

func (o *orderedPick[T]) detach() {
	o.vals, o.valid = nil, nil
	if texts, ok := any(o.best).([]string); ok {
		for i, t := range texts {
			texts[i] = strings.Clone(t)
		}
	}
}

// realPick is the order of reals, in which NaN wins: it is both the greatest and
// the least value that arg_max and arg_min find.
type realPick struct{ orderedPick[float64] }

func (o *realPick) challenge(groups []uint32, wins []win, first win) (won bool) {
	return challengeEach(o, groups, wins, first)
}

func (o *realPick) null(row int) bool      { return !o.valid.Has(row) }
func (o *realPick) take(row int, g uint32) { o.best[g] = o.vals[row] }

func (o *realPick) better(row int, g uint32) bool {
	v, best := o.vals[row], o.best[g]
	if v != v || best != best {
		return best == best
	}
	return o.least && v < best || !o.least && v > best
}

// A rival compares row by row.
type rival interface {
	null(row int) bool
	// better reports whether the row's value beats that of group g.
	better(row int, g uint32) bool
	take(row int, g uint32)
}

// challengeEach is challenge for orders that are not those of a machine word.
func challengeEach(o rival, groups []uint32, wins []win, first win) (won bool) {
	for i, g := range groups {
		w := &wins[g]
		if o.null(i) {
			won = w.takeNull(first, i) || won
			continue
		}
		if w.set && !w.null && !o.better(i, g) {
			continue
		}
		o.take(i, g)
		w.take(first, i)
		won = true
	}
	return won
}

func (o *realPick) versus(other pickOrder, og, g uint32) int {
	theirs, ours := &other.(*realPick).orderedPick, &o.orderedPick
	v, best := theirs.best[og], ours.best[g]
	if v != v || best != best {
		return bit(v != v) - bit(best != best)
	}
	return ours.versus(theirs, og, g)
}

func (o *realPick) copy(other pickOrder, og, g uint32) {
	o.best[g] = other.(*realPick).best[og]
}

// comparedPick is the order of the other types. Best values are kept as rows of
// columns.
type comparedPick struct {
	typ   types.Type
	least bool
	best  []cell
	col   column.Column
}

// A cell is one value of a flat column.
type cell struct {
	col column.Column
	row uint32
}

func (o *comparedPick) load(c column.Column) { o.col = column.Flat(c) }

func (o *comparedPick) grow(total int) {
	for len(o.best) < total {
		o.best = append(o.best, cell{row: math.MaxUint32})
	}
}

func (o *comparedPick) challenge(groups []uint32, wins []win, first win) (won bool) {
	return challengeEach(o, groups, wins, first)
}

func (o *comparedPick) null(row int) bool      { return o.col.Null(row) }
func (o *comparedPick) take(row int, g uint32) { o.best[g] = cell{o.col, uint32(row)} }

func (o *comparedPick) better(row int, g uint32) bool {
	return o.order(cell{o.col, uint32(row)}, o.best[g]) > 0
}

func (o *comparedPick) order(a, b cell) int {
	c := compareCells(a.col, int(a.row), b.col, int(b.row))
	if o.least {
		return -c
	}
	return c
}

func (o *comparedPick) versus(other pickOrder, og, g uint32) int {
	return o.order(other.(*comparedPick).best[og], o.best[g])
}

func (o *comparedPick) copy(other pickOrder, og, g uint32) {
	o.best[g] = other.(*comparedPick).best[og]
}

func (o *comparedPick) detach() {
	o.col = nil
	for i, c := range o.best {
		if c.col != nil {
			o.best[i] = cell{column.Clone(column.Gather(c.col, []uint32{c.row})), 0}
		}
	}
}
