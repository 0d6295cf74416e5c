package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// binary binds `x op y`. Chains of `and` and `or` become one node each.
func (b *binder) binary(sc *scope, e *syntax.BinaryExpr) value {
	switch e.Op {
	case syntax.OpAnd:
		args := b.chain(sc, e, nil)
		return b.remember(e, &plan.And{Args: args}, args, b.allConstant(args))
	case syntax.OpOr:
		args := b.chain(sc, e, nil)
		return b.remember(e, &plan.Or{Args: args}, args, b.allConstant(args))
	}
	if _, star := e.X.(*syntax.StarExpr); star {
		return b.anyColumn(sc, e)
	}
	x := operand{b.scalar(sc, e.X), e.X}
	y := operand{b.scalar(sc, e.Y), e.Y}
	if bothDynamic(x, y) && needsTypes(e.Op) {
		b.refuse(operatorUndefined(e, e.Op.String(), []operand{x, y}))
		if b.env.Strict && e.Op <= syntax.OpMod {
			return unknownOf(types.Dynamic)
		}
		return unknownOf(operatorResult(e.Op))
	}
	b.checkDynamic(e, e.Op, x, y)
	if e.Op <= syntax.OpMod {
		x, y = b.typeDynamic(e.Op, x, y), b.typeDynamic(e.Op, y, x)
	}
	return b.operate(e, operatorName(e.Op), x, y)
}

// typeDynamic returns x for arithmetic with y: a dynamic x is read as y's type, or
// as the timespan to move a datetime by.
func (b *binder) typeDynamic(op syntax.BinaryOp, x, y operand) operand {
	t := y.typ()
	switch {
	case x.typ() != types.Dynamic:
		return x
	case t == types.Int:
		t = types.Long
	case t == types.DateTime && op == syntax.OpAdd:
		t = types.TimeSpan
	}
	if t.IsNumeric() || t == types.TimeSpan || t == types.DateTime {
		x.value = b.convert(x.at, x.value, t)
	}
	return x
}

// chain adds the parts of a chain of one operator, `and` or `or`, to args.
func (b *binder) chain(sc *scope, e *syntax.BinaryExpr, args []plan.Expr) []plan.Expr {
	var sides [2]operand
	for i, side := range []syntax.Expr{e.X, e.Y} {
		if inner, ok := unparen(side).(*syntax.BinaryExpr); ok && inner.Op == e.Op {
			args = b.chain(sc, inner, args)
			b.info.Types[inner] = types.Bool
			sides[i] = operand{unknownOf(types.Bool), side}
			continue
		}
		v := b.scalar(sc, side)
		sides[i] = operand{v, side}
		if v.typ() == types.Dynamic {
			v = b.convert(side, v, types.Bool)
		}
		args = append(args, v.expr)
	}
	if !anyUnknown(sides[:]) && !(logical(sides[0]) && logical(sides[1])) {
		b.report(operatorUndefined(e, e.Op.String(), sides[:]))
	}
	return args
}

// logical reports whether x can stand beside `and` and `or`.
func logical(x operand) bool { return x.typ() == types.Bool || x.typ() == types.Dynamic }

func unparen(e syntax.Expr) syntax.Expr {
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			return e
		}
		e = p.X
	}
}

// operatorName returns the name under which an operator is declared.
func operatorName(op syntax.BinaryOp) string {
	if op == syntax.OpColon {
		return syntax.OpHas.String()
	}
	return op.String()
}

// needsTypes reports whether op wants to know the type of at least one side: of
// two dynamic values the engine cannot say how to compare or add them.
func needsTypes(op syntax.BinaryOp) bool {
	switch op {
	case syntax.OpAdd, syntax.OpSub, syntax.OpMul, syntax.OpDiv, syntax.OpMod,
		syntax.OpEq, syntax.OpNe, syntax.OpLt, syntax.OpLe, syntax.OpGt, syntax.OpGe:
		return true
	}
	return false
}

// operatorResult returns the type of op's result if it does not depend on the
// operands.
func operatorResult(op syntax.BinaryOp) types.Type {
	if op <= syntax.OpMod {
		return types.Unknown
	}
	return types.Bool
}

func bothDynamic(x, y operand) bool {
	return x.typ() == types.Dynamic && y.typ() == types.Dynamic
}

// anyColumn binds `* op y`: true where it is true of any text column of the row.
func (b *binder) anyColumn(sc *scope, e *syntax.BinaryExpr) value {
	y := operand{b.scalar(sc, e.Y), e.Y}
	if sc.row == nil {
		b.report(starNotAllowed(e.X))
		return unknownOf(types.Bool)
	}
	var args []plan.Expr
	for i, c := range sc.row.schema.Columns {
		if !c.Hidden && searchable(c.Type, y.typ(), e.Op) {
			x := operand{value{expr: &plan.Column{Index: i, Name: c.Name, Typ: c.Type}}, e.X}
			args = append(args, b.operate(e, operatorName(e.Op), b.asText(x, y), y).expr)
		}
	}
	if len(args) == 1 {
		return value{expr: args[0]}
	}
	return value{expr: &plan.Or{Args: args}}
}

// searchable reports whether a column of type t takes part in `* op y`.
func searchable(t, y types.Type, op syntax.BinaryOp) bool {
	switch op {
	case syntax.OpEq, syntax.OpNe, syntax.OpLt, syntax.OpLe, syntax.OpGt, syntax.OpGe:
		return t == y || t.IsNumeric() && y.IsNumeric()
	}
	return true
}

// asText returns x as text if y is text.
func (b *binder) asText(x, y operand) operand {
	if y.typ() == types.String && x.typ() != types.String && x.typ() != types.Dynamic {
		x.value = b.convert(x.at, x.value, types.String)
	}
	return x
}

func (b *binder) unary(sc *scope, e *syntax.UnaryExpr) value {
	x := operand{b.scalar(sc, e.X), e.X}
	if v, ok := signedLiteral(e); ok {
		return v
	}
	if !e.Minus {
		if !x.unknown() && !x.typ().IsSummable() && x.typ() != types.Dynamic {
			b.report(typeExpected(e.X, x.typ(), types.Long, types.Real, types.TimeSpan))
			return unknownValue()
		}
		if _, literal := e.X.(*syntax.Literal); x.typ() == types.Int && !literal {
			return b.convert(e, x.value, types.Long) // as -x is
		}
		return x.value
	}
	return b.operate(e, "unary -", x)
}

// signedLiteral reads -1 as one literal, so that -9223372036854775808 and
// constant arguments work.
func signedLiteral(e *syntax.UnaryExpr) (value, bool) {
	l, ok := e.X.(*syntax.Literal)
	if !ok || !e.Minus || l.Null {
		return value{}, false
	}
	switch l.Kind {
	case syntax.LitInt, syntax.LitLong, syntax.LitReal, syntax.LitTimespan, syntax.LitDecimal:
		return parseLiteral(l.Kind, "-"+l.Text)
	}
	return value{}, false
}

func (b *binder) between(sc *scope, e *syntax.BetweenExpr) value {
	name := "between"
	if e.Not {
		name = "!between"
	}
	x, lo, hi := operand{b.scalar(sc, e.X), e.X}, operand{b.scalar(sc, e.Lo), e.Lo}, operand{b.scalar(sc, e.Hi), e.Hi}
	b.checkDynamicRange(e, x, lo, hi)
	if x.typ().IsNumeric() && bothDynamic(lo, hi) {
		lo.value, hi.value = b.convert(lo.at, lo.value, x.typ()), b.convert(hi.at, hi.value, x.typ())
	}
	return b.operate(e, name, x, lo, hi)
}

// in binds the operators with a list on their right. A table that is the whole
// list stands for the values of its first column.
func (b *binder) in(sc *scope, e *syntax.InExpr) value {
	args := []operand{{b.scalar(sc, e.X), e.X}}
	for _, el := range e.List {
		x := b.expr(sc, el)
		if x.table == nil {
			b.info.Types[el] = x.value.typ()
			args = append(args, operand{x.value, el})
			continue
		}
		if len(e.List) > 1 {
			b.report(scalarExpected(el))
			args = append(args, operand{unknownValue(), el})
			continue
		}
		args = append(args, operand{b.listOf(el, *x.table), el})
	}
	if e.Op != syntax.OpHasAny && e.Op != syntax.OpHasAll {
		b.likeFirst(e, args)
	}
	return b.operate(e, e.Op.String(), args...)
}

// likeFirst makes the elements of a list comparable with what is looked for, as ==
// does: ResultType in (50126), EventID in ("4688").
func (b *binder) likeFirst(at syntax.Node, args []operand) {
	warned := false
	for i, el := range args[1:] {
		x, y := args[0].typ(), el.typ()
		if anyUnknown([]operand{args[0], el}) || (x == types.String) == (y == types.String) || x == types.Dynamic || y == types.Dynamic {
			continue
		}
		if !warned {
			b.report(mixedComparison(at, x, y))
			warned = true
		}
		if x == types.String {
			args[i+1].value = b.convert(el.at, el.value, types.String)
		} else if c, ok := literalAs(el.expr, x); ok {
			args[i+1].value = value{expr: &plan.Literal{Value: c}}
		}
	}
}

// listOf returns the first column of a table as an array.
func (b *binder) listOf(at syntax.Node, t table) value {
	s := t.schema().Visible()
	switch {
	case s.Len() == 0 && t.open:
		return unknownValue()
	case s.Len() == 0:
		b.refuse(singleColumnExpected(at))
		return unknownValue()
	}
	return value{expr: &plan.Subquery{Plan: firstColumn(t), Typ: types.Dynamic, List: true}}
}

// firstColumn returns the plan of the first visible column of t.
func firstColumn(t table) plan.Node {
	for i, c := range t.schema().Columns {
		if !c.Hidden {
			return &plan.Project{
				Input: t.node,
				Exprs: []plan.Expr{&plan.Column{Index: i, Name: c.Name, Typ: c.Type}},
				Out:   types.NewSchema(c),
			}
		}
	}
	return t.node
}
