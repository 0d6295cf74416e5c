package bind

import (
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// pickBy binds arg_max and arg_min: the value that decides, then the values of
// the row chosen. The old spellings put the value's name before the others'.
func (b *binder) pickBy(aggs *aggregation, e *syntax.CallExpr, kind plan.PickKind, prefix string, old bool) value {
	if len(e.Args) == 0 {
		b.report(argumentCount(e, e.Name.Name, 1, -1))
		return unknownValue()
	}
	by := b.typedOrderable(aggs.rows, e.Args[0])
	primary := b.resultName(aggs.rows, e.Args[0])
	p := &picking{b: b, aggs: aggs, seen: map[int]bool{}, hidden: map[int]bool{}, star: anyStar(e.Args)}
	alone, argument := prefix+"_", prefix+"_"+primary+"_arg"
	if old {
		alone, argument = "", "arg"
	}
	p.add(givenName(e.Args[0], primary, alone), by, true)
	for i, a := range e.Args[1:] {
		if isStar(a) {
			p.addStar()
			continue
		}
		v := b.scalar(aggs.rows, unnamed(a))
		p.add(givenName(a, b.resultName(aggs.rows, a), argument+strconv.Itoa(i+1)), v, false)
	}
	if old {
		for i := range p.names {
			if i > 0 {
				p.names[i] = primary + "_" + p.names[i]
			}
			p.names[i] = prefix + "_" + p.names[i]
		}
	}
	return p.value(&plan.Pick{Kind: kind, By: by.expr})
}

// pickAny binds take_any over several columns.
func (b *binder) pickAny(aggs *aggregation, e *syntax.CallExpr, old bool) value {
	if len(e.Args) == 0 {
		b.report(argumentCount(e, e.Name.Name, 1, -1))
		return unknownValue()
	}
	p := &picking{b: b, aggs: aggs, seen: map[int]bool{}, hidden: map[int]bool{}, star: anyStar(e.Args)}
	unnamedPrefix := "any_arg"
	if old {
		unnamedPrefix = "arg"
	}
	for i, a := range e.Args {
		if isStar(a) {
			if old && len(e.Args) > 1 {
				b.tolerate(starNotAllowed(a))
			}
			p.addStar()
			continue
		}
		v := b.scalar(aggs.rows, unnamed(a))
		p.add(givenName(a, b.resultName(aggs.rows, a), unnamedPrefix+strconv.Itoa(i)), v, false)
	}
	if old {
		for i := range p.names {
			p.names[i] = "any_" + p.names[i]
		}
	}
	return p.value(&plan.Pick{Kind: plan.PickAny})
}

// typedOrderable binds the value by which a row is chosen.
func (b *binder) typedOrderable(sc *scope, e syntax.Expr) value {
	v := b.scalar(sc, unnamed(e))
	if v.typ() == types.Dynamic {
		b.report(orderableExpected(e, v.typ()))
		return unknownValue()
	}
	b.checkOrder(operand{v, e})
	return v
}

// A picking collects the values of a Pick.
type picking struct {
	b     *binder
	aggs  *aggregation
	names []string
	cols  []plan.Expr
	// hidden has the columns that `*` brings along unseen.
	hidden map[int]bool
	// seen are the columns of the input that are there; with star set none is
	// taken twice, nor one that is a key.
	seen map[int]bool
	star bool
}

func (p *picking) add(name string, v value, first bool) {
	if c, ok := v.expr.(*plan.Column); ok {
		if p.star && !first && (p.seen[c.Index] || p.aggs.by[c.Index]) {
			return
		}
		p.seen[c.Index] = true
	}
	p.names = append(p.names, name)
	p.cols = append(p.cols, v.expr)
}

func (p *picking) addStar() {
	if p.aggs.rows.row == nil {
		return
	}
	for i, c := range p.aggs.rows.row.schema.Columns {
		n := len(p.cols)
		p.add(c.Name, value{expr: &plan.Column{Index: i, Name: c.Name, Typ: c.Type}}, false)
		if c.Hidden && len(p.cols) > n {
			p.hidden[n] = true
		}
	}
}

// value adds the aggregate and returns its columns.
func (p *picking) value(pick *plan.Pick) value {
	if len(p.cols) == 0 {
		// `*` where every column is a key: there is nothing left to choose.
		none := nullOf(types.Dynamic)
		none.tuple = []namedValue{}
		return none
	}
	pick.Cols = p.cols
	p.aggs.aggs = append(p.aggs.aggs, plan.Agg{Pick: pick})
	var out value
	for i, name := range p.names {
		out.tuple = append(out.tuple, namedValue{name, p.aggs.column(name, p.cols[i].Type()), p.hidden[i]})
	}
	out.expr = out.tuple[0].expr
	return out
}

func anyStar(args []syntax.Expr) bool {
	for _, a := range args {
		if isStar(a) {
			return true
		}
	}
	return false
}

// unnamed returns the expression of an argument without the name given.
func unnamed(e syntax.Expr) syntax.Expr {
	if n, ok := e.(*syntax.NamedExpr); ok {
		return n.X
	}
	return e
}

// givenName returns the name that an argument gives outright, else derived, else
// fallback.
func givenName(e syntax.Expr, derived, fallback string) string {
	if n, ok := e.(*syntax.NamedExpr); ok && len(n.Names) == 1 {
		return n.Names[0].Name
	}
	if derived != "" {
		return derived
	}
	return fallback
}

// fragment returns a constant number as part of a name: 95, 99_9.
func fragment(e plan.Expr) string {
	l, ok := e.(*plan.Literal)
	if !ok {
		return ""
	}
	text := dynamicOf(l.Value).String()
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, text)
}
