package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// callExpr binds `f(args)`: a form that the binder knows itself, an aggregate where
// these are allowed, a function of the language, one that the text declares, a stored
// one. Names of the language's functions cannot be taken by others.
func (b *binder) callExpr(sc *scope, e *syntax.CallExpr) entity {
	name := e.Name.Name
	if name == "" {
		b.bindAll(sc, e.Args)
		return ofValue(unknownValue())
	}
	if sc.match != nil {
		if v, ok := b.graphCall(sc, e); ok {
			return ofValue(v)
		}
	}
	if f := formOf(name); f != nil {
		return f(b, sc, e)
	}
	if v, ok := b.builtinCall(sc, e); ok {
		b.info.Uses[e.Name] = Use{Kind: UseFunction}
		return ofValue(v)
	}
	if sym, ok := sc.lookup(name); ok {
		b.used(e.Name, sym)
	} else {
		b.info.Uses[e.Name] = Use{Kind: UseFunction}
	}
	if p, ok := patternOf(sc, e); ok {
		return b.callPattern(sc, e, p, e.Args, nil)
	}
	if sym, ok := sc.lookup(name); ok {
		if sym.fn == nil {
			b.report(notAFunction(e.Name, name))
			return ofValue(unknownValue())
		}
		return b.visible(e, sym, b.callLambda(sc, e, name, sym.fn, e.Args))
	}
	if f, ok := b.catalog(sc).Function(name); ok {
		return b.callStored(sc, e, name, f, e.Args)
	}
	b.report(b.noFunction(sc, e.Name, name))
	b.bindAll(sc, e.Args)
	return ofValue(unknownValue())
}

// builtinCall binds the call of an aggregate or a function of the language; !ok if e
// is neither.
func (b *binder) builtinCall(sc *scope, e *syntax.CallExpr) (value, bool) {
	if sc.aggs != nil {
		if a, ok := b.env.Functions.Aggregate(e.Name.Name); ok {
			v := b.aggregate(sc, e, a)
			v.aggregate = true
			return v, true
		}
	}
	f, ok := b.env.Functions.Scalar(e.Name.Name)
	if !ok {
		return value{}, false
	}
	if _, declared := sc.lookup(e.Name.Name); declared && f.Internal {
		return value{}, false
	}
	return b.callScalar(sc, e, f), true
}

// callScalar binds the call of a function of the language.
func (b *binder) callScalar(sc *scope, e *syntax.CallExpr, f *function.Scalar) value {
	if f.Obsolete != "" {
		b.report(obsolete(e.Name, e.Name.Name, f.Obsolete))
	}
	if f.Window && !sc.serialized() {
		b.refuse(notSerialized(e.Name, e.Name.Name))
	}
	if f.Internal && b.env.Strict {
		b.report(b.noFunction(sc, e.Name, e.Name.Name))
	}
	if n := len(e.Args); n > 1 && f.Typed {
		if t, ok := e.Args[n-1].(*syntax.TypeOfExpr); ok && t.Type != nil {
			return b.callTyped(sc, e, f, t)
		}
	}
	args := b.operands(sc, e.Args)
	if len(args) == 1 && isConversion(e.Name.Name, args[0].typ()) {
		b.checkConversion(args[0])
		return args[0].value
	}
	return b.spread(sc, e, f, b.apply(e, f, args, noFit))
}

// callTyped binds a call whose last argument is typeof(…): the result converted
// to that type, as in extract("x=([0-9]+)", 1, Text, typeof(long)).
func (b *binder) callTyped(sc *scope, e *syntax.CallExpr, f *function.Scalar, t *syntax.TypeOfExpr) value {
	v := b.apply(e, f, b.operands(sc, e.Args[:len(e.Args)-1]), noFit)
	typ := b.typeOf(t.Type)
	if v.unknown() || typ == types.Unknown {
		return unknownOf(typ)
	}
	return b.convert(e, v, typ)
}

// isConversion reports whether the function called name converts to t.
func isConversion(name string, t types.Type) bool {
	if t == types.Unknown || t == types.Dynamic {
		return false
	}
	switch name {
	case "toreal":
		name = "todouble"
	case "totime":
		name = "totimespan"
	case "toboolean":
		name = "tobool"
	}
	return conversions[t] == name
}

// operands binds the arguments of a function of the language.
func (b *binder) operands(sc *scope, args []syntax.Expr) []operand {
	out := make([]operand, len(args))
	for i, a := range args {
		out[i] = operand{b.argument(sc, a), a}
	}
	return out
}

func (b *binder) argument(sc *scope, a syntax.Expr) value {
	switch a := a.(type) {
	case *syntax.StarExpr:
		b.report(starNotAllowed(a))
		return unknownValue()
	case *syntax.NamedExpr:
		if len(a.Names) > 0 {
			b.report(nameIgnored(a.Names[0]))
		}
		return b.scalar(sc, a.X)
	}
	return b.scalar(sc, a)
}

// bindAll binds arguments whose values do not matter, for their findings.
func (b *binder) bindAll(sc *scope, args []syntax.Expr) {
	for _, a := range args {
		if n, ok := a.(*syntax.NamedExpr); ok {
			a = n.X
		}
		if _, star := a.(*syntax.StarExpr); !star {
			b.expr(sc, a)
		}
	}
}

// noFunction says that name is no function, and whether it is one elsewhere.
func (b *binder) noFunction(sc *scope, at syntax.Node, name string) syntax.Diagnostic {
	if _, ok := b.env.Functions.Aggregate(name); ok {
		return aggregateNotAllowed(at, name)
	}
	return unknownFunction(at, name, b.functionsInScope(sc))
}

func (b *binder) functionsInScope(sc *scope) []string {
	var names []string
	for s := sc; s != nil; s = s.outer {
		for n, sym := range s.names {
			if sym.fn != nil {
				names = append(names, n)
			}
		}
	}
	slices.Sort(names)
	names = append(names, b.catalog(sc).FunctionNames()...)
	names = append(names, b.env.Functions.ScalarNames()...)
	if sc.aggs != nil {
		names = append(names, b.env.Functions.AggregateNames()...)
	}
	return names
}
