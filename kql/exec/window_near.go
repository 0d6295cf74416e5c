package exec

import (
	"context"
	"io"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// Where the only window functions are prev and next at fixed distances, a batch
// with the rows beside it is all that they can see: such a project need not keep
// the whole table, and workers compute it batch by batch.

// maxReach bounds the rows beside a batch.
const maxReach = 1024

// windowReach returns how many rows before and after a row the window functions
// of e can see; !ok if that is not known.
func windowReach(e plan.Expr) (reach int, ok bool) {
	ok = true
	plan.WalkExpr(e, func(e plan.Expr) bool {
		c, isCall := e.(*plan.Call)
		if !isCall || c.Fn.Decl == nil || !c.Fn.Decl.Window {
			return ok
		}
		distance := int64(1)
		if len(c.Args) > 1 {
			l, isConst := c.Args[1].(*plan.Literal)
			if !isConst {
				ok = false
				return false
			}
			v, isLong := l.Value.(*column.Vec[int64])
			if !isLong || v.Null(0) {
				ok = false
				return false
			}
			distance = max(v.Vals[0], -v.Vals[0])
		}
		ok = ok && (c.Fn.Name == "prev" || c.Fn.Name == "next") && distance >= 0 && distance <= maxReach
		reach += int(distance) // calls may be nested
		return ok
	})
	return reach, ok && reach <= maxReach
}

// nearWindow is window where the functions see near rows only; !ok where they do
// not.
func (q *query) nearWindow(n *plan.Project, in *flow) (f *flow, ok bool) {
	w := &nearRows{q: q}
	width := n.Input.Schema().Len()
	exprs := make([]plan.Expr, len(n.Exprs))
	schema := types.Schema{Columns: append([]types.Column(nil), n.Input.Schema().Columns...)}
	for i, e := range n.Exprs {
		exprs[i] = e
		if !plan.HasWindow(e) {
			continue
		}
		reach, ok := windowReach(e)
		if !ok {
			return nil, false
		}
		w.reach = max(w.reach, reach)
		exprs[i] = &plan.Column{Index: schema.Len(), Typ: e.Type()}
		w.exprs = append(w.exprs, e)
		schema.Columns = append(schema.Columns, types.Column{Type: e.Type()})
	}
	w.needs = map[int]bool{}
	for _, e := range newCompiler(q).all(w.exprs) {
		e.columns(w.needs)
	}
	in.then(in.schema, nil, func() (stage, error) { return &readColumns{w.needs}, nil })
	w.schema, w.in = schema, in.reader()
	out := &flow{q: q, schema: schema, source: w, single: in.single}
	return out.then(n.Out, q.statsOf(n), func() (stage, error) {
		return &nearProject{exprs: newCompiler(q).all(exprs), width: width}, nil
	}), true
}

// readColumns is a stage that reads some columns.
type readColumns struct{ columns map[int]bool }

func (s *readColumns) apply(b *column.Batch, emit func(*column.Batch) error) error {
	cols := make([]column.Column, b.Width())
	for i := range cols {
		cols[i] = b.Raw(i)
		if s.columns[i] {
			c, err := column.Force(cols[i])
			if err != nil {
				return err
			}
			cols[i] = c
		}
	}
	return emit(column.NewBatch(b.Len(), cols))
}

// nearProject computes the columns of a project; those behind the first width of
// its input are window functions, and are computed by being read.
type nearProject struct {
	exprs []*evaluator
	width int
}

func (s *nearProject) apply(b *column.Batch, emit func(*column.Batch) error) error {
	cols := make([]column.Column, len(s.exprs))
	for i, e := range s.exprs {
		c, err := e.raw(b)
		if err == nil && e.kind == evalColumn && e.index >= s.width {
			c, err = column.Force(c)
		}
		if err != nil {
			return err
		}
		cols[i] = c
	}
	return emit(column.NewBatch(b.Len(), cols))
}

// nearRows adds to each batch of in Lazy columns of the values of exprs, which
// see reach rows before and after the batch.
type nearRows struct {
	q      *query
	in     column.Reader
	schema types.Schema
	exprs  []plan.Expr
	needs  map[int]bool // columns that exprs read, which are not Lazy
	reach  int

	before *column.Batch   // up to reach rows before the first of ahead
	ahead  []*column.Batch // read but not yielded
	rows   int             // in ahead
	ended  bool
}

func (r *nearRows) Schema() types.Schema { return r.schema }
func (r *nearRows) Close() error         { return r.in.Close() }

func (r *nearRows) Next(ctx context.Context) (*column.Batch, error) {
	for !r.ended && (len(r.ahead) == 0 || r.rows-r.ahead[0].Len() < r.reach) {
		b, err := r.in.Next(ctx)
		if err == io.EOF {
			r.ended = true
			break
		}
		if err != nil {
			return nil, err
		}
		if b.Len() > 0 {
			r.ahead = append(r.ahead, b)
			r.rows += b.Len()
		}
	}
	if len(r.ahead) == 0 {
		return nil, io.EOF
	}
	b := r.ahead[0]
	near, from, err := r.near()
	if err != nil {
		return nil, err
	}
	w := &nearValues{q: r.q, exprs: r.exprs, near: near, from: from, to: from + b.Len()}
	cols := make([]column.Column, 0, b.Width()+len(r.exprs))
	for i := range b.Width() {
		cols = append(cols, b.Raw(i))
	}
	for i, e := range r.exprs {
		cols = append(cols, column.NewLazy(e.Type(), b.Len(), nearColumn{w, i}))
	}
	if err := r.advance(); err != nil {
		return nil, err
	}
	return column.NewBatch(b.Len(), cols), nil
}

// near returns the first batch of ahead with the rows beside it, and where in
// that it begins. It has the columns that are read only.
func (r *nearRows) near() (b *column.Batch, from int, err error) {
	all := r.stack()
	if r.before != nil {
		if err := all.add(r.before); err != nil {
			return nil, 0, err
		}
		from = all.n
	}
	end := from + r.ahead[0].Len() + r.reach
	for _, b := range r.ahead {
		if all.n == end {
			break
		}
		if err := all.add(r.read(b).Slice(0, min(b.Len(), end-all.n))); err != nil {
			return nil, 0, err
		}
	}
	return all.batch(), from, nil
}

// advance drops the first batch of ahead but for the rows that are near the next.
func (r *nearRows) advance() error {
	b := r.ahead[0]
	r.ahead, r.rows = r.ahead[1:], r.rows-b.Len()
	tail := r.stack()
	if r.before != nil && b.Len() < r.reach {
		if err := tail.add(r.before); err != nil {
			return err
		}
	}
	if err := tail.add(r.read(b)); err != nil {
		return err
	}
	r.before = nil
	if keep := min(tail.n, r.reach); keep > 0 {
		// Read now: what is Lazy would hold on to all rows before it.
		near := tail.batch().Slice(tail.n-keep, tail.n)
		cols := make([]column.Column, near.Width())
		for i := range cols {
			c, err := near.Column(i)
			if err != nil {
				return err
			}
			cols[i] = c
		}
		r.before = column.NewBatch(keep, cols)
	}
	return nil
}

func (r *nearRows) stack() *stack {
	return &stack{schema: types.Schema{Columns: r.schema.Columns[:r.schema.Len()-len(r.exprs)]}}
}

// read returns b with nulls in the place of columns that no window function
// reads.
func (r *nearRows) read(b *column.Batch) *column.Batch {
	cols := make([]column.Column, b.Width())
	for i := range cols {
		if r.needs[i] {
			cols[i] = b.Raw(i)
		} else {
			cols[i] = column.NullConst(b.Raw(i).Type(), b.Len())
		}
	}
	return column.NewBatch(b.Len(), cols)
}

// nearValues computes the window functions of one batch, all at once.
type nearValues struct {
	q        *query
	exprs    []plan.Expr
	near     *column.Batch // the batch is rows from to to of it
	from, to int

	once sync.Once
	cols []column.Column
	err  error
}

func (v *nearValues) compute() {
	for _, e := range newCompiler(v.q).all(v.exprs) {
		c, err := e.eval(v.near)
		if err != nil {
			v.err = err
			return
		}
		v.cols = append(v.cols, column.Slice(c, v.from, v.to))
	}
	v.near = nil
}

// nearColumn loads one column of nearValues.
type nearColumn struct {
	v     *nearValues
	index int
}

// Load implements column.Loader.
func (c nearColumn) Load(rows []uint32) (column.Column, error) {
	c.v.once.Do(c.v.compute)
	if c.v.err != nil {
		return nil, c.v.err
	}
	if rows == nil {
		return c.v.cols[c.index], nil
	}
	return column.Gather(c.v.cols[c.index], rows), nil
}
