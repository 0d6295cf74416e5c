package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// scan matches the rows against a sequence of steps.
func (b *binder) scan(sc *scope, in table, op *syntax.ScanOp) table {
	if len(op.OrderBy) > 0 {
		in = b.sort(sc, in, &syntax.SortOp{Span: op.Span, By: op.OrderBy})
	}
	b.paramOneOf(op.Params, "kind", "", "partial", "full")
	n := &plan.StepScan{Input: in.node}
	for _, e := range op.PartitionBy {
		v := b.scalar(sc.withRow(in), e)
		b.notDynamic(e, v.typ())
		n.PartitionBy = append(n.PartitionBy, v.expr)
	}
	record := newColumns()
	record.keepAll(in.schema())
	for _, d := range op.Declare {
		b.declareState(record, n, d)
	}
	steps := b.scanScope(sc, in, record.schema(), op.Steps)
	for _, s := range op.Steps {
		n.Steps = append(n.Steps, b.scanStep(steps, s))
	}
	if name := paramWord(syntax.FindParam(op.Params, "with_match_id")); name != "" {
		n.MatchID = true
		record.put(record.unique(name, ""), nullOf(types.Long).expr, false)
	} else {
		b.matchID(record, n)
	}
	n.Out = record.schema()
	return in.over(n)
}

// declareState adds a declared column and its default.
func (b *binder) declareState(record *columns, n *plan.StepScan, d *syntax.FuncParam) {
	t, ok := b.paramType(d)
	if !ok && d.Type != nil && d.Type.Name != "" {
		b.report(unknownType(d.Type, d.Type.Name))
	}
	def := unknownOf(t)
	if d.Default != nil {
		def = b.convert(d.Default, b.constant(&scope{}, d.Default), t)
	}
	if _, taken := record.index[d.Name.Name]; taken {
		b.refuse(duplicateColumn(d.Name, d.Name.Name))
		if b.env.Strict { // to the analyzer there are two of that name
			record.put(d.Name.Name, unknownOf(t).expr, false)
		}
		return
	}
	n.Defaults = append(n.Defaults, def.expr)
	record.put(record.unique(d.Name.Name, ""), unknownOf(t).expr, false)
}

// scanScope returns the scope of conditions and assignments: the current record,
// and each step's own under the step's name.
func (b *binder) scanScope(sc *scope, in table, record types.Schema, steps []*syntax.ScanStep) *scope {
	c := sc.withoutRow()
	c.row = &row{schema: record, open: in.open}
	seen := map[string]bool{}
	for i, s := range steps {
		name := s.Name.Name
		if seen[name] {
			b.report(alreadyDeclared(s.Name, name))
			continue
		}
		seen[name] = true
		c.declare(name, &symbol{
			row: &row{schema: record, open: in.open, offset: (i + 1) * record.Len()}, step: true, decl: s,
		})
	}
	return c
}

// stepCondition binds the condition of a step, of which the analyzer does not ask
// that it is a bool.
func (b *binder) stepCondition(sc *scope, e syntax.Expr) plan.Expr {
	v := b.scalar(sc, e)
	switch v.typ() {
	case types.Bool, types.Unknown:
	case types.Dynamic:
		return b.convert(e, v, types.Bool).expr
	default:
		b.refuse(typeNeeded(e, types.Bool))
	}
	return v.expr
}

func (b *binder) scanStep(sc *scope, s *syntax.ScanStep) plan.ScanStep {
	step := plan.ScanStep{Name: s.Name.Name, Optional: s.Optional, Cond: b.stepCondition(sc, s.Cond)}
	if s.Output != nil {
		switch s.Output.Name {
		case "last":
			step.Output = plan.ScanLast
		case "none":
			step.Output = plan.ScanNone
		}
	}
	for _, a := range s.Assigns {
		v := b.scalar(sc, a.X)
		if len(a.Names) != 1 {
			continue
		}
		name := a.Names[0]
		at := sc.row.schema.Index(name.Name)
		if at < 0 {
			b.report(unknownName(name, name.Name, "column or declared column", columnNames(sc.row.schema)))
			continue
		}
		v = b.convert(a.X, v, sc.row.schema.Columns[at].Type)
		step.Assigns = append(step.Assigns, plan.ScanAssign{To: at, Expr: v.expr})
	}
	return step
}
