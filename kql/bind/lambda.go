package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A lambda is a function that the text or the catalog declares. Its body is
// bound anew at each call.
type lambda struct {
	params []*syntax.FuncParam
	body   *syntax.FuncBody
	// scope is where the function was declared: its body sees that.
	scope *scope
	// stored says that the body is another text than the query.
	stored bool
	// failure says why a stored function could not be parsed.
	failure string
	// text is what was parsed of a stored function, and start where its body
	// begins in it.
	text  string
	start int
	// active says that the body is being bound: a call of it is a recursion.
	active bool
}

// Bodies are bound anew at each call, so calls of functions that call others grow
// fast. These are the depth of calls within calls, and the number of calls in one
// text, at which a query is refused.
const (
	maxCalls     = 64
	maxExpansion = 10_000
)

// enter reports whether one more body may be bound; leave takes it back.
func (b *binder) enter(active *bool) bool {
	if *active || b.calls >= maxCalls || b.expanded >= maxExpansion {
		return false
	}
	*active = true
	b.calls++
	b.expanded++
	return true
}

func (b *binder) leave(active *bool) {
	*active = false
	b.calls--
}

// callLambda binds the body of f with its parameters bound to args.
func (b *binder) callLambda(sc *scope, at syntax.Expr, name string, f *lambda, args []syntax.Expr) entity {
	if f.active || b.expanded >= maxExpansion {
		b.report(recursion(at, name))
		return b.poison(f)
	}
	body := f.scope.nested()
	body.caller = sc.row
	if !b.bindParams(sc, body, at, name, f.params, args) {
		return b.poison(f)
	}
	if !b.enter(&f.active) {
		b.report(recursion(at, name))
		return b.poison(f)
	}
	unnamed := b.unnamed
	b.unnamed = 0
	defer func() { b.leave(&f.active); b.unnamed = unnamed }()
	if f.stored {
		return b.storedBody(body, at, name, f)
	}
	before := len(b.diags)
	x := b.body(body, f.body)
	b.onlyCalled(before)
	x.value.computed = true
	return x
}

// onlyCalled is about the findings after the first n, in the body of a function that
// is called: Microsoft's analyzer has only those that are there without arguments,
// too.
func (b *binder) onlyCalled(n int) {
	if !b.env.Strict {
		return
	}
	found := slices.Clone(b.diags[n:])
	b.diags = b.diags[:n]
	for _, d := range found {
		known := slices.ContainsFunc(b.diags, func(x syntax.Diagnostic) bool { return x.Code == d.Code && x.Pos == d.Pos && x.End == d.End })
		switch {
		case known:
		case d.Severity == syntax.Error:
			b.refuse(d)
		default:
			b.report(d)
		}
	}
}

// poison stands for the result of a call that was wrong, a value or a table as
// the body says.
func (b *binder) poison(f *lambda) entity {
	if f.body == nil {
		return ofTable(unknownTable())
	}
	if _, ok := f.body.Result.(*syntax.PipeExpr); ok {
		return ofTable(unknownTable())
	}
	return ofValue(unknownValue())
}

// body binds the statements of a function's body and its result.
func (b *binder) body(sc *scope, f *syntax.FuncBody) entity {
	sc.statement = sc
	for _, s := range f.Statements {
		b.statement(sc, s)
	}
	if f.Result == nil {
		return ofValue(unknownValue())
	}
	return b.tableOrValue(sc, f.Result)
}

// bindParams declares the parameters in body with the values of args, which are
// bound in sc.
func (b *binder) bindParams(sc, body *scope, at syntax.Expr, name string, params []*syntax.FuncParam, args []syntax.Expr) bool {
	given, ok := b.matchArgs(at, name, params, args)
	if !ok {
		b.bindAll(sc, args)
		return false
	}
	for i, p := range params {
		sym := &symbol{decl: p}
		switch {
		case p.Schema != nil && given[i] != nil:
			t := b.tableArgument(sc, p, given[i])
			sym.table = &t
		case p.Schema != nil:
			t := unknownTable()
			sym.table = &t
		default:
			v, ok := b.scalarArgument(sc, p, given[i])
			if !ok {
				return false
			}
			sym.value = &v
			b.ofRow(sym, sc, body)
		}
		body.declare(p.Name.Name, sym)
	}
	return true
}

// matchArgs returns the argument of each parameter, nil where its default is to
// be taken.
func (b *binder) matchArgs(at syntax.Expr, name string, params []*syntax.FuncParam, args []syntax.Expr) ([]syntax.Expr, bool) {
	given := make([]syntax.Expr, len(params))
	least := len(params)
	for least > 0 && params[least-1].Default != nil {
		least--
	}
	if len(args) > len(params) {
		b.report(argumentCount(at, name, least, len(params)))
		return nil, false
	}
	for i, a := range args {
		n, ok := a.(*syntax.NamedExpr)
		if !ok || len(n.Names) == 0 {
			given[i] = a
			continue
		}
		at := paramIndex(params, n.Names[0].Name)
		if at < 0 {
			b.report(unknownArgument(n.Names[0], n.Names[0].Name, paramNames(params)))
			return nil, false
		}
		given[at] = n.X
	}
	for i, p := range params {
		if given[i] == nil && p.Default == nil {
			b.report(argumentCount(at, name, least, len(params)))
			return nil, false
		}
	}
	return given, true
}

func paramIndex(params []*syntax.FuncParam, name string) int {
	for i, p := range params {
		if p.Name.Name == name {
			return i
		}
	}
	return -1
}

func paramNames(params []*syntax.FuncParam) []string {
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = p.Name.Name
	}
	return names
}

// scalarArgument binds an argument, or the default, as the type that the
// parameter declares: functions of the user's take other types, converted.
func (b *binder) scalarArgument(sc *scope, p *syntax.FuncParam, arg syntax.Expr) (value, bool) {
	t, known := b.paramType(p)
	if arg == nil {
		arg, sc = p.Default, &scope{}
	}
	x := b.expr(sc, arg)
	switch {
	case x.table != nil:
		if id, ok := arg.(*syntax.Ident); ok && id.Name == invoked {
			b.refuse(tableParameterNeeded(arg, p))
		} else {
			b.report(scalarExpected(arg))
		}
		return unknownValue(), false
	case !known || x.value.typ() == t:
		return x.value, true
	case x.value.unknown():
		return unknownOf(t), true
	case t == types.Dynamic:
		return b.asDynamic(arg, x.value), true
	}
	return b.convert(arg, x.value, t), true
}

// asDynamic returns v as a dynamic value that keeps its type: a text is not read
// as JSON.
func (b *binder) asDynamic(at syntax.Node, v value) value {
	array := b.callNamed(at, "pack_array", []operand{{v, at}})
	return b.operate(at, "index", operand{array, at}, operand{constOf(types.Long, int64(0)), at})
}

func (b *binder) paramType(p *syntax.FuncParam) (types.Type, bool) {
	if p.Type == nil {
		return types.Unknown, false
	}
	return types.Lookup(p.Type.Name)
}

// tableArgument binds a tabular argument and checks that it has the columns that
// the parameter declares. It keeps its other columns, which the body can use,
// too.
func (b *binder) tableArgument(sc *scope, p *syntax.FuncParam, arg syntax.Expr) table {
	t := b.tabular(sc, arg)
	want, have := b.schemaOf(p.Schema), t.schema()
	for _, c := range want.Columns {
		i := have.Index(c.Name)
		if i >= 0 && have.Columns[i].Type == c.Type || t.open {
			continue
		}
		b.report(missingColumns(arg, p.Name.Name, want))
		return table{node: &plan.Values{Out: want}, open: true, serialized: true}
	}
	return t
}

// checkDecl binds the body of a function once where it is declared, so that
// mistakes in it are found even if nothing calls it.
func (b *binder) checkDecl(f *lambda) {
	body := f.scope.nested()
	for _, p := range f.params {
		sym := &symbol{decl: p}
		if p.Schema != nil {
			open := len(p.Schema.Columns) == 0
			if p.Schema.Open {
				open = !b.env.Strict // to the analyzer, (*) has no column with a name
			}
			sym.table = &table{node: &plan.Values{Out: b.schemaOf(p.Schema)}, open: open, serialized: true}
		} else {
			t, ok := b.paramType(p)
			if !ok && p.Type != nil && p.Type.Name != "" {
				b.report(unknownType(p.Type, p.Type.Name))
			}
			v := b.placeholder(t)
			sym.value = &v
		}
		body.declare(p.Name.Name, sym)
		if p.Default != nil {
			t, _ := b.paramType(p)
			b.checkDefault(p, b.scalar(&scope{}, p.Default), t)
		}
	}
	b.calls++
	unnamed := b.unnamed
	defer func() { b.unnamed = unnamed }()
	b.body(body, f.body)
	b.calls--
}

// placeholder stands for the value of a parameter while the declaration is
// checked: a constant of a known type that is not known itself.
func (b *binder) placeholder(t types.Type) value {
	v := value{expr: &plan.Literal{Value: column.NullConst(t, 1).One}}
	if b.placeholders == nil {
		b.placeholders = map[plan.Expr]bool{}
	}
	b.placeholders[v.expr] = true
	return v
}

func (b *binder) isPlaceholder(e plan.Expr) bool { return b.placeholders[e] }
