package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// isGraph reports whether t is a graph, which only operators on graphs read.
func isGraph(t table) bool {
	switch t.node.(type) {
	case *plan.MakeGraph, *plan.GraphWhere, *plan.GraphComponents:
		return true
	}
	return false
}

// graphOperators is operator for graphs.
func (b *binder) graphOperators(sc *scope, in table, op syntax.Operator) table {
	if op, ok := op.(*syntax.MakeGraphOp); ok {
		return b.makeGraph(sc, in, op)
	}
	var read func(*scope, table) table
	switch op := op.(type) {
	case *syntax.GraphMatchOp:
		read = func(sc *scope, in table) table { return b.graphMatch(sc, in, op) }
	case *syntax.GraphShortestPathsOp:
		read = func(sc *scope, in table) table { return b.graphShortestPaths(sc, in, op) }
	case *syntax.GraphMarkComponentsOp:
		read = func(_ *scope, in table) table { return b.graphMarkComponents(in, op) }
	case *syntax.GraphToTableOp:
		read = func(sc *scope, in table) table { return b.graphToTable(sc, in, op) }
	case *syntax.GraphWhereNodesOp:
		read = func(sc *scope, in table) table { return b.graphWhere(sc, in, op.Cond, true) }
	case *syntax.GraphWhereEdgesOp:
		read = func(sc *scope, in table) table { return b.graphWhere(sc, in, op.Cond, false) }
	default:
		return b.unsupported(in, op)
	}
	switch {
	case isGraph(in):
		return read(sc, in)
	case in.open:
		return unknownTable()
	}
	b.refuse(graphExpected(op))
	if b.env.Strict {
		return in // as the analyzer has it
	}
	return unknownTable()
}

// makeGraph binds `edges | make-graph source --> target with nodes on id`.
func (b *binder) makeGraph(sc *scope, in table, op *syntax.MakeGraphOp) table {
	if op.PartitionedBy == nil {
		return b.graphOf(sc, in, op, nil)
	}
	at := b.oneColumn(in, op.PartitionedBy)
	if at < 0 {
		return unknownTable()
	}
	// The graph of each partition is made of its own edges and of the nodes that
	// have the same value.
	s := in.schema()
	key := columnAt(s, at)
	b.notDynamic(op.PartitionedBy, key.Typ)
	hole := &plan.Hole{Out: s}
	cut := &plan.Project{Input: hole, Exprs: []plan.Expr{key}, Out: types.NewSchema(s.Columns[at])}
	here := value{expr: &plan.Subquery{Plan: cut, Typ: key.Typ}}
	edges := in
	edges.node = hole
	graph := b.graphOf(sc, edges, op, func(nodes table) table {
		i := b.oneColumn(nodes, op.PartitionedBy)
		if i < 0 {
			return nodes
		}
		same := b.operate(op.PartitionedBy, "==", operand{value{expr: columnAt(nodes.schema(), i)}, op.PartitionedBy}, operand{here, op.PartitionedBy})
		return nodes.over(plan.NewFilter(nodes.node, same.expr))
	})
	p, ok := op.Subquery.(*syntax.PipeExpr)
	if !ok || p.Source != nil {
		b.report(operatorNotAllowed(op.Subquery))
		return unknownTable()
	}
	sub := b.pipe(sc.withInput(graph), p)
	return asPartition(in, sub, &plan.Partition{Input: in.node, Key: key, Hole: hole, Sub: sub.node})
}

// graphOf makes the graph of the edges in; cut, if not nil, chooses the rows of
// the tables of nodes.
func (b *binder) graphOf(sc *scope, in table, op *syntax.MakeGraphOp, cut func(table) table) table {
	source, target := b.oneColumn(in, op.Source), b.oneColumn(in, op.Target)
	if source < 0 || target < 0 {
		return unknownTable()
	}
	s := in.schema()
	t := s.Columns[source].Type
	if !b.graphKey(op.Source, t) || !b.graphKey(op.Target, s.Columns[target].Type) {
		return unknownTable()
	}
	n := &plan.MakeGraph{Edges: in.node, Undirected: op.Undirected, Source: columnAt(s, source),
		Target: b.convert(op.Target, value{expr: columnAt(s, target)}, t).expr}
	nodes := newColumns()
	if op.NodeID != nil {
		nodes.put(op.NodeID.Name, n.Source, false)
		n.ID = []bool{true}
	}
	open := in.open
	for _, nt := range op.Nodes {
		rows := b.tabular(sc.apart(), nt.Table)
		if cut != nil {
			rows = cut(rows)
		}
		open = open || rows.open
		at := b.oneColumn(rows, nt.On)
		if at < 0 {
			return unknownTable()
		}
		if b.graphKey(nt.On, rows.schema().Columns[at].Type) {
			b.addNodes(n, nodes, rows, nt, at)
		}
	}
	n.Nodes = nodes.schema()
	out := in.unordered(n)
	out.open = open
	return out
}

// graphKey checks the type of what tells the nodes of a graph apart.
func (b *binder) graphKey(at syntax.Node, t types.Type) bool {
	if t == types.Dynamic {
		b.report(graphKeyDynamic(at))
	}
	return t != types.Dynamic
}

// addNodes adds the columns of a table of nodes to those of the graph's.
func (b *binder) addNodes(n *plan.MakeGraph, nodes *columns, rows table, nt *syntax.GraphNodeTable, at int) {
	s := rows.schema()
	id := b.convert(nt.On, value{expr: columnAt(s, at)}, n.Source.Type())
	gt := plan.GraphNodeTable{Rows: rows.node, ID: id.expr, To: make([]int, s.Len())}
	for i, c := range s.Columns {
		gt.To[i] = -1
		if c.Hidden {
			continue
		}
		to, taken := nodes.index[c.Name]
		if !taken {
			to = len(nodes.cols)
			nodes.put(c.Name, columnAt(s, i), false)
			n.ID = append(n.ID, false)
		} else if nodes.cols[to].Type != c.Type {
			b.report(typeExpected(nt.On, c.Type, nodes.cols[to].Type))
			continue
		}
		gt.To[i] = to
		if i == at {
			n.ID[to] = c.Type == n.Source.Type()
		}
	}
	n.Tables = append(n.Tables, gt)
}

func (b *binder) graphWhere(sc *scope, in table, cond syntax.Expr, nodes bool) table {
	s := in.schema()
	if nodes {
		s = plan.GraphNodes(in.node)
	}
	rows := sc.withoutRow()
	rows.row = &row{schema: s, open: in.open}
	return in.over(&plan.GraphWhere{Input: in.node, Nodes: nodes, Cond: b.condition(rows, unnamed(cond))})
}

func (b *binder) graphMarkComponents(in table, op *syntax.GraphMarkComponentsOp) table {
	n := &plan.GraphComponents{Input: in.node, Name: "ComponentId"}
	n.Strong = b.paramOneOf(op.Params, "kind", "weak", "strong") == "strong"
	if name := paramWord(syntax.FindParam(op.Params, "with_component_id")); name != "" {
		n.Name = name
	}
	return in.over(n)
}

// readsGraph reports whether op is an operator on graphs.
func readsGraph(op syntax.Operator) bool {
	switch op.(type) {
	case *syntax.GraphMatchOp, *syntax.GraphShortestPathsOp, *syntax.GraphMarkComponentsOp, *syntax.GraphToTableOp,
		*syntax.GraphWhereNodesOp, *syntax.GraphWhereEdgesOp, *syntax.BadOp:
		return true
	}
	return false
}

// graphExpected is a fault: an operator on graphs after a table.
func graphExpected(at syntax.Operator) syntax.Diagnostic {
	return fault("KS999", at, "%s reads a graph: make-graph makes one", operatorWord(at))
}

// tableExpected is a fault: an operator on tables after a graph.
func tableExpected(at syntax.Operator) syntax.Diagnostic {
	return fault("KS999", at, "this operator does not read a graph: graph-match and graph-to-table make tables of one")
}
