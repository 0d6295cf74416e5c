package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// graphToTable yields the nodes or the edges of a graph as a table, or both under
// names of their own.
func (b *binder) graphToTable(sc *scope, in table, op *syntax.GraphToTableOp) table {
	var out []table
	for _, o := range op.Outputs {
		t := b.graphTable(in, o)
		if o.As != nil {
			t = b.as(sc, t, &syntax.AsOp{Span: o.Span, Name: o.As})
		}
		out = append(out, t)
	}
	if len(out) == 1 {
		return out[0]
	}
	both := table{node: in.node, none: true}
	for _, t := range out {
		both.more = append(both.more, plan.Result{Name: t.name, Root: t.node})
	}
	return both
}

// graphTable binds one output. Identifiers are put out as their hashes.
func (b *binder) graphTable(in table, o *syntax.GraphOutput) table {
	s, params := in.schema(), []string{"with_source_id", "with_target_id"}
	if o.Nodes {
		s, params = plan.GraphNodes(in.node), []string{"with_node_id"}
	}
	n := &plan.GraphTable{Input: in.node, Nodes: o.Nodes}
	id := graphID(in.node)
	for range params {
		n.Out.Columns = append(n.Out.Columns, types.Column{Type: id})
	}
	n.Out.Columns = append(n.Out.Columns, s.Columns...)
	out := newColumns()
	for i, p := range params {
		if name := paramWord(syntax.FindParam(o.Params, p)); name != "" {
			out.put(out.unique(name, ""), b.hashOf(o, columnAt(n.Out, i)), false)
		}
	}
	for i, c := range s.Columns {
		out.put(out.unique(c.Name, ""), columnAt(n.Out, len(params)+i), c.Hidden)
	}
	t := table{node: n, open: in.open}
	return out.over(t)
}

// graphID returns the type of the identifiers of a graph's nodes.
func graphID(n plan.Node) types.Type {
	for {
		if g, ok := n.(*plan.MakeGraph); ok {
			return g.Source.Type()
		}
		n = n.Inputs()[0]
	}
}

func (b *binder) hashOf(at syntax.Node, e plan.Expr) plan.Expr {
	f, ok := b.env.Functions.Scalar("hash")
	if !ok {
		b.report(notSupported(at, "the hash of a node"))
		return unknownOf(types.Long).expr
	}
	return b.apply(at, f, []operand{{value{expr: e}, at}}, noFit).expr
}
