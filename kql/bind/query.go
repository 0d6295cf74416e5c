package bind

import (
	"strings"
	"unicode"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// query binds all statements; each tabular one gives a result.
func (b *binder) query(q *syntax.Query) {
	sc := &scope{}
	sc.statement = sc
	b.source = q.Text
	for _, d := range q.Directives {
		b.directive(q.Text, d)
	}
	for _, s := range q.Statements {
		if r, ok := s.(*syntax.RestrictStmt); ok {
			sc = b.restrict(sc, r)
			continue
		}
		b.statement(sc, s)
	}
}

// directive reports a # line that is not for Microsoft's tools: it was meant as a
// comment.
func (b *binder) directive(text string, at syntax.Span) {
	rest := strings.TrimPrefix(text[at.From:at.To], "#")
	name := rest[:len(rest)-len(strings.TrimLeftFunc(rest, isNameRune))]
	if name != "" && unicode.IsDigit(rune(name[0])) {
		name = ""
	}
	switch name {
	case "automate", "browse", "connect", "crp", "database", "download", "qp", "query", "run", "save", "sqr", "truesight", "upload", "welcome":
		return
	}
	from := at.To - len(rest)
	b.report(unknownDirective(syntax.Span{From: from, To: from + len(name)}, name))
}

func isNameRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

func (b *binder) statement(sc *scope, s syntax.Statement) {
	switch s := s.(type) {
	case *syntax.LetStmt:
		b.let(sc, s)
	case *syntax.ExprStmt:
		b.exprStatement(sc, s.X)
	case *syntax.QueryParametersStmt:
		b.queryParameters(sc, s)
	case *syntax.SetStmt:
		b.setOption(s)
	case *syntax.BadStmt:
	case *syntax.PatternStmt:
		b.declarePattern(sc, s)
	case *syntax.AliasStmt:
		b.alias(sc, s)
	case *syntax.RestrictStmt:
		b.report(notSupported(s, "restrict access within a function"))
	case *syntax.CommandStmt:
		b.command(sc, s)
	}
}

// command binds the operators that follow a management command to its result.
func (b *binder) command(sc *scope, s *syntax.CommandStmt) {
	if b.env.Command == nil {
		b.report(notSupported(s, "a management command within a query"))
		return
	}
	rows := readAll("", b.env.Command)
	b.result(b.pipe(sc.withInput(rows), &syntax.PipeExpr{Span: s.Span, Ops: s.Pipe}))
}

// exprStatement binds a query. Microsoft's analyzer takes one that is a value too,
// which the engine does not answer.
func (b *binder) exprStatement(sc *scope, e syntax.Expr) {
	x := b.tableOrValue(sc.withoutRow(), e)
	if x.table == nil {
		if !x.value.unknown() && !b.env.Strict {
			b.report(tabularExpected(e))
		}
		out := newColumns()
		out.put("print_0", x.value.expr, false)
		x = ofTable(out.over(table{node: oneRow()}))
	}
	b.result(*x.table)
}

// result adds the results of a statement to the answer.
func (b *binder) result(t table) {
	b.results = append(b.results, t.more...)
	if t.node == nil || t.none {
		return
	}
	if b.optionOn(optionGetSchema) {
		t = b.getSchema(t, &syntax.GetSchemaOp{})
	}
	b.results = append(b.results, plan.Result{Name: t.name, Root: t.node, Render: t.render, Ordered: t.ordered})
	b.results = append(b.results, t.after...)
}
