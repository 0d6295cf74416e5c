package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// joinKinds are the words after kind=, the default first.
var joinKinds = [...]string{
	"innerunique", "inner", "leftouter", "rightouter", "fullouter", "leftanti", "anti", "leftantisemi",
	"rightanti", "rightantisemi", "leftsemi", "rightsemi",
}

func joinKindOf(word string) plan.JoinKind {
	switch word {
	case "inner":
		return plan.Inner
	case "leftouter":
		return plan.LeftOuter
	case "rightouter":
		return plan.RightOuter
	case "fullouter":
		return plan.FullOuter
	case "leftanti", "anti", "leftantisemi":
		return plan.LeftAnti
	case "rightanti", "rightantisemi":
		return plan.RightAnti
	case "leftsemi":
		return plan.LeftSemi
	case "rightsemi":
		return plan.RightSemi
	}
	return plan.InnerUnique
}

// join matches the rows of two tables by the values of columns.
func (b *binder) join(sc *scope, in table, op *syntax.JoinOp) table {
	right := b.tabular(sc.apart(), op.Right)
	kind := joinKindOf(b.paramOneOf(op.Params, "kind", joinKinds[:]...))
	switch {
	case op.Where != nil:
		b.report(notSupported(op.Where, "join with where"))
	case len(op.On) == 0:
		b.report(joinConditionMissing(op))
	}
	keys := b.joinKeys(sc, in, right, op.On)
	n := &plan.Join{Kind: kind, Left: in.node, Right: right.node, LeftKeys: keys.left, RightKeys: keys.right}
	out := in.unordered(n)
	switch kind {
	case plan.LeftAnti, plan.LeftSemi:
		n.Out = in.schema()
	case plan.RightAnti, plan.RightSemi:
		n.Out = right.schema()
		out.open = right.open
	default:
		out.open = in.open || right.open
		return joined(out, n, func(int, bool) bool { return true })
	}
	return out
}

// joined gives n, whose output is the columns of both sides, names that differ,
// and keeps the columns that keep accepts by their position on the left or the
// right side. Hidden columns come last and stay hidden, those of the right side
// only where the left has none of the name.
func joined(out table, n *plan.Join, keep func(i int, right bool) bool) table {
	left, right := n.Left.Schema().Columns, n.Right.Schema().Columns
	all := append(append([]types.Column(nil), left...), right...)
	var at, hidden []int
	var visible []types.Column
	for i, c := range all {
		isRight := i >= len(left)
		side := i
		if isRight {
			side -= len(left)
		}
		switch {
		case !keep(side, isRight):
		case c.Hidden:
			hidden = append(hidden, i)
		default:
			at = append(at, i)
			visible = append(visible, c)
		}
	}
	taken := map[string]bool{}
	for i, c := range uniqueNames(visible) {
		all[at[i]] = c
		taken[c.Name] = true
	}
	shown := len(at)
	for _, i := range hidden {
		if !taken[all[i].Name] {
			taken[all[i].Name] = true
			at = append(at, i)
		}
	}
	n.Out = types.Schema{Columns: all}
	if len(at) == len(all) && len(hidden) == 0 {
		return out
	}
	return hideFrom(pick(out, at), shown)
}

// hideFrom hides the columns of a projection from position first on.
func hideFrom(t table, first int) table {
	p, ok := t.node.(*plan.Project)
	if !ok {
		return t
	}
	for i := first; i < len(p.Out.Columns); i++ {
		p.Out.Columns[i].Hidden = true
	}
	return t
}

// A joinKeys is the keys of a join, pairwise of one type.
type joinKeys struct {
	left, right []plan.Expr
	// rightAt are the positions of the right keys.
	rightAt map[int]bool
}

// joinKeys binds the conditions after on, all of which must hold.
func (b *binder) joinKeys(sc *scope, left, right table, on []syntax.Expr) *joinKeys {
	sides := sc.withoutRow()
	sides.left = &row{schema: left.schema(), node: left.node, open: left.open}
	sides.right = &row{schema: right.schema(), node: right.node, open: right.open}
	keys := &joinKeys{rightAt: map[int]bool{}}
	for _, e := range on {
		b.joinCondition(sides, keys, e)
	}
	return keys
}

func (b *binder) joinCondition(sc *scope, keys *joinKeys, e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		b.joinCondition(sc, keys, e.X)
		return
	case *syntax.Ident:
		b.commonKey(sc, keys, e)
		return
	case *syntax.BinaryExpr:
		switch e.Op {
		case syntax.OpAnd:
			b.joinCondition(sc, keys, e.X)
			b.joinCondition(sc, keys, e.Y)
			return
		case syntax.OpEq:
			b.keyPair(sc, keys, e)
			return
		}
	case *syntax.BadExpr:
		return
	}
	b.report(joinCondition(e))
}

// commonKey binds a column that both sides have.
func (b *binder) commonKey(sc *scope, keys *joinKeys, e *syntax.Ident) {
	if e.Name == "" {
		return
	}
	l, r := sc.left.schema.Index(e.Name), sc.right.schema.Index(e.Name)
	switch {
	case l >= 0 && r >= 0:
		left, right := columnAt(sc.left.schema, l), columnAt(sc.right.schema, r)
		if left.Typ != right.Typ && left.Typ != types.Unknown && right.Typ != types.Unknown {
			b.report(keyTypesDiffer(e, e.Name))
			return
		}
		if left.Typ == types.Dynamic {
			x, y := b.columnShape(sc.left.node, l), b.columnShape(sc.right.node, r)
			if (x != nil || y != nil) && sameShape(x, y) == nil {
				b.report(keyTypesDiffer(e, e.Name))
				return
			}
			keys.rightAt[r] = true
			b.refuse(joinKeyDynamic(e))
			return
		}
		b.addKeys(keys, left, right, e, e)
	case l < 0 && sc.left.open || r < 0 && sc.right.open:
	case l < 0 && r < 0:
		b.report(unknownName(e, e.Name, "column", append(columnNames(sc.left.schema), columnNames(sc.right.schema)...)))
	default:
		b.report(notOnBothSides(e, e.Name))
	}
}

// keyPair binds $left.a == $right.b.
func (b *binder) keyPair(sc *scope, keys *joinKeys, e *syntax.BinaryExpr) {
	left, okLeft := b.keyOperand(sc, e.X, "$left")
	right, okRight := b.keyOperand(sc, e.Y, "$right")
	if okLeft && okRight {
		b.addKeys(keys, left, right, e.X, e.Y)
	}
}

func (b *binder) keyOperand(sc *scope, e syntax.Expr, side string) (*plan.Column, bool) {
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			break
		}
		e = p.X
	}
	p, ok := e.(*syntax.PathExpr)
	if !ok || !isNamed(p.X, side) {
		b.report(joinOperand(e, side))
		return nil, false
	}
	v := b.scalar(sc, e)
	c, ok := v.expr.(*plan.Column)
	if !ok && !v.unknown() {
		b.report(columnExpected(e))
	}
	return c, ok
}

func isNamed(e syntax.Expr, name string) bool {
	id, ok := e.(*syntax.Ident)
	return ok && id.Name == name
}

// addKeys adds a pair of keys, widened to one type.
func (b *binder) addKeys(keys *joinKeys, left, right *plan.Column, atLeft, atRight syntax.Expr) {
	switch {
	case left.Typ == types.Dynamic:
		b.report(joinKeyDynamic(atLeft))
		return
	case right.Typ == types.Dynamic:
		b.report(joinKeyDynamic(atRight))
		return
	}
	t, ok := keyType(left.Typ, right.Typ)
	if !ok {
		b.report(keysNotComparable(atLeft, left.Typ, right.Typ))
		return
	}
	if b.env.Strict && left.Typ != right.Typ && t == types.Real {
		b.report(keysNotComparable(atLeft, left.Typ, right.Typ))
	}
	keys.rightAt[right.Index] = true
	keys.left = append(keys.left, b.convert(atLeft, value{expr: left}, t).expr)
	keys.right = append(keys.right, b.convert(atRight, value{expr: right}, t).expr)
}

// keyType returns the type that two keys are compared as: int counts as long,
// decimal as real.
func keyType(left, right types.Type) (types.Type, bool) {
	switch {
	case left == right || right == types.Unknown:
		return left, true
	case left == types.Unknown:
		return right, true
	case left.IsInteger() && right.IsInteger():
		return types.Long, true
	case left.IsNumeric() && right.IsNumeric() && !left.IsInteger() && !right.IsInteger():
		return types.Real, true
	}
	return types.Unknown, false
}
