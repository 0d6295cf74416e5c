package exec

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// segStage runs a stage (mv-expand, parse) in a subquery: the row's segment is
// the first column of what the stage works on, which it passes on like others.
type segStage struct {
	in    segOp
	stage stage
	out   types.Schema // without the segment
}

func (s *segQuery) stage(n plan.Node, in segOp) (segOp, error) {
	seg := types.Column{Name: "segment", Type: types.Long}
	hole := &plan.Values{Out: types.Schema{Columns: append([]types.Column{seg}, n.Inputs()[0].Schema().Columns...)}}
	out := types.Schema{Columns: append([]types.Column{seg}, n.Schema().Columns...)}
	f, err := s.q.build(shifted(n, hole, out))
	if err != nil {
		return nil, err
	}
	if len(f.stages) != 1 {
		return nil, fmt.Errorf("operator %T is no single stage", n)
	}
	st, err := f.stages[0].make()
	if err != nil {
		return nil, err
	}
	return &segStage{in: in, stage: st, out: n.Schema()}, nil
}

// shifted returns n over input, which has one column more before those of n's
// own.
func shifted(n plan.Node, input plan.Node, out types.Schema) plan.Node {
	n = plan.RewriteExprs(n, func(e plan.Expr) plan.Expr {
		return plan.Rewrite(e, func(e plan.Expr) plan.Expr {
			if c, ok := e.(*plan.Column); ok {
				return &plan.Column{Index: c.Index + 1, Name: c.Name, Typ: c.Typ}
			}
			return e
		})
	})
	switch n := n.WithInputs([]plan.Node{input}).(type) {
	case *plan.MvExpand:
		c := *n
		c.Out, c.Cols = out, append([]plan.Expand(nil), n.Cols...)
		for i := range c.Cols {
			c.Cols[i].To++
		}
		return &c
	case *plan.Parse:
		c := *n
		c.Out, c.Steps, c.Spent = out, append([]plan.ParseStep(nil), n.Steps...), nil
		for i := range c.Steps {
			if c.Steps[i].To >= 0 {
				c.Steps[i].To++
			}
		}
		return &c
	case *plan.ParseKv:
		c := *n
		c.Out, c.To, c.Spent = out, append([]int(nil), n.To...), nil
		for i := range c.To {
			c.To[i]++
		}
		return &c
	}
	return n
}

func (o *segStage) run(in segments) (segments, error) {
	in, err := o.in.run(in)
	if err != nil {
		return in, err
	}
	made := &stack{schema: types.Schema{Columns: append([]types.Column{{Type: types.Long}}, o.out.Columns...)}}
	if in.b.Len() > 0 {
		cols := []column.Column{in.column()}
		for i := range in.b.Width() {
			cols = append(cols, in.b.Raw(i))
		}
		if err := o.stage.apply(column.NewBatch(in.b.Len(), cols), made.add); err != nil {
			return in, err
		}
	}
	out := segments{b: emptyBatch(o.out), n: in.n}
	if made.n == 0 {
		return out, nil
	}
	all := made.batch()
	seg, err := all.Column(0)
	if err != nil {
		return in, err
	}
	v := column.ViewOf[int64](seg)
	out.seg = make([]uint32, made.n)
	for i := range out.seg {
		out.seg[i] = uint32(v.At(i))
	}
	out.b = all.Select(positions(all.Width())[1:])
	return out, nil
}
