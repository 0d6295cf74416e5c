package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// parse takes a text apart by a pattern; rows that do not fit keep null columns.
func (b *binder) parse(sc *scope, in table, op *syntax.ParseOp) table {
	return b.parsed(sc, in, op.Params, op.X, op.Pattern, false)
}

// parsed binds parse and, if where is set, parse-where.
func (b *binder) parsed(sc *scope, in table, params []*syntax.OperatorParam, text syntax.Expr, pattern []syntax.Expr, where bool) table {
	n := &plan.Parse{Input: in.node, Text: b.text(sc.withRow(in), text), Where: where}
	switch b.paramOneOf(params, "kind", "simple", "regex", "relaxed") {
	case "regex":
		n.Mode = plan.ParseRegex
	case "relaxed":
		n.Mode = plan.ParseRelaxed
	}
	n.Flags = paramWord(syntax.FindParam(params, "flags"))
	b.checkPattern(pattern)
	out := newColumns()
	out.keepAll(in.schema())
	for _, part := range pattern {
		switch part := part.(type) {
		case *syntax.StringLit:
			n.Steps = append(n.Steps, plan.ParseStep{Text: part.Value, To: -1})
		case *syntax.StarExpr:
			n.Steps = append(n.Steps, plan.ParseStep{Star: true, To: -1})
		case *syntax.ColumnDecl:
			t := captureType(part)
			if t == types.Unknown {
				t = b.typeOf(part.Type)
			}
			if at, ok := b.capture(out, part.Name, t); ok {
				n.Steps = append(n.Steps, plan.ParseStep{To: at, Type: t})
			}
		}
	}
	n.Out = out.schema()
	return in.over(n)
}

// text binds an expression as a text: other types are read as tostring prints
// them.
func (b *binder) text(sc *scope, e syntax.Expr) plan.Expr {
	return b.convert(e, b.scalar(sc, e), types.String).expr
}

// capture gives a captured value its column and returns the column's position.
func (b *binder) capture(out *columns, name *syntax.Ident, t types.Type) (int, bool) {
	if name.Name == "" {
		return 0, false
	}
	if out.declared[name.Name] {
		b.report(duplicateColumn(name, name.Name))
		return 0, false
	}
	out.declared[name.Name] = true
	return b.captured(out, name.Name, t), true
}

// captureType returns the type of a captured column: string unless the text says
// otherwise.
func captureType(c *syntax.ColumnDecl) types.Type {
	if c.Type == nil {
		return types.String
	}
	t, _ := types.Lookup(c.Type.Name)
	return t
}

// checkPattern checks which parts stand beside each other.
func (b *binder) checkPattern(pattern []syntax.Expr) {
	for i, part := range pattern {
		switch part := part.(type) {
		case *syntax.StarExpr:
			if i+1 < len(pattern) && !isText(pattern[i+1]) {
				b.report(textAfterStar(part))
			}
			if i > 0 {
				if c, ok := pattern[i-1].(*syntax.ColumnDecl); ok && captureType(c) == types.String {
					b.report(starAfterText(part))
				}
			}
		case *syntax.ColumnDecl:
			if i > 0 && !isText(pattern[i-1]) {
				b.report(captureAfterText(part))
			}
		}
	}
}

func isText(e syntax.Expr) bool {
	_, ok := e.(*syntax.StringLit)
	return ok
}
