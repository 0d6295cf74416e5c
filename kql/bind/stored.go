package bind

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// callStored binds the call of a stored function.
func (b *binder) callStored(sc *scope, at syntax.Expr, name string, f *Function, args []syntax.Expr) entity {
	if f.ForText != nil {
		if text, ok := b.firstText(sc, f, args); ok {
			name, f = name+"("+kqlText(text)+")", f.ForText(text)
		}
	}
	l := b.stored(name, f)
	if l == nil {
		if f.Appends && f.Source != nil && len(args) > 0 {
			return ofTable(b.appended(sc, name, f, args))
		}
		b.bindAll(sc, args)
		if f.Source != nil {
			return ofTable(readAll(name, b.withoutStub(f.Source)))
		}
		return ofTable(unknownTable())
	}
	return b.callLambda(sc, at, name, l, args)
}

// withoutStub returns a source that a union with isfuzzy=true can go on with: in
// one, a stub is empty.
func (b *binder) withoutStub(src plan.Source) plan.Source {
	if s, ok := src.(Stub); ok && b.fuzzy > 0 {
		return s.Empty()
	}
	return src
}

// firstText returns the first argument, by place or by name, if it is a constant
// text. What is wrong with it is told where the arguments are bound.
func (b *binder) firstText(sc *scope, f *Function, args []syntax.Expr) (string, bool) {
	first, _, _ := strings.Cut(strings.Trim(f.Params, "( "), ":")
	for i, a := range args {
		n, named := a.(*syntax.NamedExpr)
		switch {
		case named && len(n.Names) > 0:
			if n.Names[0].Name != strings.TrimSpace(first) {
				continue
			}
			a = n.X
		case i > 0:
			continue
		}
		b.muted++
		x := b.expr(sc, a)
		b.muted--
		if x.table != nil || b.isPlaceholder(x.value.expr) {
			return "", false
		}
		return stringOf(x.value.expr)
	}
	return "", false
}

// kqlText writes a text as KQL does.
func kqlText(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "'", `\'`) + "'"
}

// appended returns the columns of the table that a function without a body is
// given, and those that it adds and that are not there yet. Its other arguments
// may name columns.
func (b *binder) appended(sc *scope, name string, f *Function, args []syntax.Expr) table {
	in := b.tabular(sc, args[0])
	b.bindAll(sc.withRow(in), args[1:])
	out := newColumns()
	out.keepAll(in.schema())
	for _, c := range f.Source.Schema().Columns {
		if in.schema().Index(c.Name) < 0 {
			out.add(c.Name, nullOf(c.Type).expr, false)
		}
	}
	why := "the function " + name + " is not available here"
	if s, ok := f.Source.(Stub); ok {
		why = s.Why()
	}
	t := unreadable(name, out.schema(), why)
	t.open = in.open
	return t
}

// callableBare reports whether a stored function can be called without
// parentheses: it needs no arguments.
func (b *binder) callableBare(name string, f *Function) bool {
	if strings.Trim(f.Params, "() \t\r\n") == "" {
		return true
	}
	l := b.stored(name, f)
	return l == nil && f.Source != nil || l != nil && needsNone(l.params)
}

// needsNone reports whether all parameters have defaults.
func needsNone(params []*syntax.FuncParam) bool {
	for _, p := range params {
		if p.Default == nil {
			return false
		}
	}
	return true
}

// stored returns the parsed form of a stored function, nil if it has no body.
func (b *binder) stored(name string, f *Function) *lambda {
	if l, ok := b.functions[name]; ok {
		return l
	}
	if f.Body == "" {
		return nil
	}
	params := f.Params
	if params == "" {
		params = "()"
	}
	head := "let f = " + params + " {\n"
	l := &lambda{scope: &scope{}, stored: true, text: head + f.Body + "\n}", start: len(head)}
	q, diags := syntax.Parse(l.text)
	l.failure = l.firstError(diags)
	for n, src := range f.Tables {
		t := readAll(name, src)
		l.scope.declare(n, &symbol{table: &t, decl: q})
	}
	if let, ok := q.Statements[0].(*syntax.LetStmt); ok {
		if d, ok := let.Value.(*syntax.FuncDecl); ok {
			l.params, l.body = d.Params, d.Body
		}
	}
	if b.functions == nil {
		b.functions = map[string]*lambda{}
	}
	b.functions[name] = l
	return l
}

// storedBody binds a body whose text is not the query's: what is wrong in it is
// reported once, at the call.
func (b *binder) storedBody(body *scope, at syntax.Node, name string, f *lambda) entity {
	if f.failure != "" || f.body == nil {
		b.report(expansionFailed(at, name, f.failure))
		return ofTable(unknownTable())
	}
	diags, site := b.diags, b.site
	b.diags = nil
	if site == nil {
		b.site = at
	}
	x := b.body(body, f.body)
	failure := f.firstError(b.diags)
	b.diags, b.site = diags, site
	if failure != "" {
		b.report(expansionFailed(at, name, failure))
	}
	return x
}

// firstError returns the message of the first error in the text of a stored
// function, with its line where the body has several; "" if there is none.
func (f *lambda) firstError(diags []syntax.Diagnostic) string {
	for _, d := range diags {
		if d.Severity != syntax.Error {
			continue
		}
		body := strings.TrimSpace(strings.TrimSuffix(f.text[f.start:], "\n}"))
		if at := d.Pos - f.start; at >= 0 && strings.Contains(body, "\n") {
			return fmt.Sprintf("line %d: %s", 1+strings.Count(f.text[f.start:min(f.start+at, len(f.text))], "\n"), d.Message)
		}
		return d.Message
	}
	return ""
}

// firstError returns the message of the first error, or "".
func firstError(diags []syntax.Diagnostic) string {
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return d.Message
		}
	}
	return ""
}
