package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// renderWords returns the words that a property of render takes, or nil if it
// takes no words.
func renderWords(property string) []string {
	switch property {
	case "kind":
		return []string{"default", "unstacked", "stacked", "stacked100", "map"}
	case "legend":
		return []string{"visible", "hidden"}
	case "ysplit":
		return []string{"none", "axes", "panels"}
	case "xaxis", "yaxis":
		return []string{"linear", "log"}
	}
	return nil
}

// checkRender reports properties that mean nothing to a chart. It is only asked
// where a query is checked: where it runs they change no row.
func (b *binder) checkRender(sc *scope, in table, p *syntax.OperatorParam) {
	if words := renderWords(p.Name.Name); words != nil {
		b.checkWord(p.Value, words)
		return
	}
	switch p.Name.Name {
	case "title", "xtitle", "ytitle":
		v := b.scalar(sc.withRow(in), p.Value)
		if !v.unknown() && v.typ() != types.String && v.typ() != types.Dynamic {
			b.report(typeNeeded(p.Value, types.String, types.Dynamic))
		}
	case "xcolumn", "ycolumns", "anomalycolumns", "series", "by":
		b.checkRenderColumns(sc.withRow(in), p.Value)
	case "accumulate":
		if !isLiteral(p.Value) || b.scalar(sc, p.Value).typ() != types.Bool {
			b.report(boolLiteralExpected(p.Value))
		}
	case "xmin", "xmax", "ymin", "ymax":
		if !isLiteral(p.Value) || !b.scalar(sc, p.Value).typ().IsNumeric() {
			b.report(numberLiteralExpected(p.Value))
		}
	}
}

func (b *binder) checkWord(e syntax.Expr, words []string) {
	if _, missing := e.(*syntax.BadExpr); missing {
		return
	}
	if id, ok := e.(*syntax.Ident); ok {
		for _, w := range words {
			if id.Name == w {
				return
			}
		}
	}
	b.report(oneOfExpected(e, words...))
}

// checkRenderColumns reports what is no column among the names of a property.
func (b *binder) checkRenderColumns(row *scope, e syntax.Expr) {
	if list, ok := e.(*syntax.NameList); ok {
		for _, x := range list.Names {
			b.checkRenderColumns(row, x)
		}
		return
	}
	v := b.scalar(row, e)
	if _, ok := v.expr.(*plan.Column); !ok && !v.unknown() {
		b.report(columnExpected(e))
	}
}
