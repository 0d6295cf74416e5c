package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// partition runs a subquery for each value of a column, over the rows that have
// it.
func (b *binder) partition(sc *scope, in table, op *syntax.PartitionOp) table {
	if op.Scope != nil {
		b.report(notSupported(op.Scope, "partition with in"))
	}
	at := b.oneColumn(in, op.By)
	if at < 0 {
		return unknownTable()
	}
	if op.Braces {
		return b.partitionWith(sc, in, at, op)
	}
	return b.partitioned(sc, in, op.By, at, op.Subquery)
}

// partitionBy is the older spelling.
func (b *binder) partitionBy(sc *scope, in table, op *syntax.PartitionByOp) table {
	at := b.oneColumn(in, op.By)
	if at < 0 {
		return unknownTable()
	}
	return b.partitioned(sc, in, op.By, at, op.Subquery)
}

func (b *binder) partitioned(sc *scope, in table, by syntax.Expr, at int, subquery syntax.Expr) table {
	key := columnAt(in.schema(), at)
	b.notDynamic(by, key.Typ)
	rows := in
	rows.ordered = false
	sub, hole := b.subquery(sc, rows, subquery)
	return asPartition(in, sub, &plan.Partition{Input: in.node, Key: key, Hole: hole, Sub: sub.node})
}

func asPartition(in, sub table, n *plan.Partition) table {
	out := in.unordered(n)
	out.open = in.open || sub.open
	return out
}

// partitionWith binds `partition by c { query }`: the query reads what it likes,
// and c in it is the value of the partition, a constant.
func (b *binder) partitionWith(sc *scope, in table, at int, op *syntax.PartitionOp) table {
	s := in.schema()
	key := columnAt(s, at)
	b.notDynamic(op.By, key.Typ)
	hole := &plan.Hole{Out: s}
	cut := &plan.Project{Input: hole, Exprs: []plan.Expr{key}, Out: types.NewSchema(s.Columns[at])}
	inner := sc.apart()
	v := value{expr: &plan.Subquery{Plan: cut, Typ: key.Typ}}
	inner.declare(key.Name, &symbol{value: &v, decl: op})
	sub := b.tabular(inner, op.Subquery)
	return asPartition(in, sub, &plan.Partition{Input: in.node, Key: key, Hole: hole, Sub: sub.node})
}
