package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// callStored binds the call of a stored function.
func (b *binder) callStored(sc *scope, at syntax.Expr, name string, f *Function, args []syntax.Expr) entity {
	l := b.stored(name, f)
	if l == nil {
		if f.Appends && f.Source != nil && len(args) > 0 {
			return ofTable(b.appended(sc, name, f, args))
		}
		b.bindAll(sc, args)
		if f.Source != nil {
			return ofTable(readAll(name, f.Source))
		}
		return ofTable(unknownTable())
	}
	return b.callLambda(sc, at, name, l, args)
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
	t := unreadable(name, out.schema(), "the function "+name+" is not available here")
	t.open = in.open
	return t
}

// callableBare reports whether a stored function can be called without
// parentheses.
func (b *binder) callableBare(f *Function) bool {
	return strings.Trim(f.Params, "() \t\r\n") == "" || f.Source != nil && f.Body == ""
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
	q, diags := syntax.Parse("let f = " + params + " {\n" + f.Body + "\n}")
	l := &lambda{scope: &scope{}, stored: true, failure: firstError(diags)}
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
	diags := b.diags
	b.diags = nil
	x := b.body(body, f.body)
	failure := firstError(b.diags)
	b.diags = diags
	if failure != "" {
		b.report(expansionFailed(at, name, failure))
	}
	return x
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
