package bind

import (
	"errors"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// An operand is an argument that is bound.
type operand struct {
	value
	at syntax.Node
}

func operandTypes(args []operand) []types.Type {
	ts := make([]types.Type, len(args))
	for i, a := range args {
		ts[i] = a.typ()
	}
	return ts
}

// apply calls the scalar function f, or the operator, if noFit says so. at is the
// call, for findings.
func (b *binder) apply(at syntax.Node, f *function.Scalar, args []operand, noFit complaint) value {
	sigs := signatures(f)
	if most := f.MostArguments; most > 0 && len(args) > most {
		b.report(tooManyArguments(at, f.Name(), most))
		return unknownOf(commonResult(sigs))
	}
	if anyUnknown(args) {
		if !isBin(f.Name()) && len(withCount(sigs, len(args))) == 0 && len(withCount(f.AnalyzerSigs, len(args))) == 0 {
			b.reportAll(noFit(at, f.Name(), sigs, args)) // how many there are is known
		}
		b.echoArguments(at, f.Name(), sigs, args)
	}
	fit, ok := choose(sigs, operandTypes(args))
	if !ok {
		if !anyUnknown(args) {
			if t := b.misfit(at, f.Name(), sigs, f.AnalyzerSigs, args, noFit); t != types.Unknown {
				return unknownOf(t)
			}
		}
		return unknownOf(commonResult(sigs))
	}
	if anyUnknown(args) {
		return unknownOf(possibleResult(sigs, operandTypes(args)))
	}
	o := &f.Overloads[fit.overload]
	if !b.checkKinds(o.Signature, fit, args, b.besideAnalyzer(at, f, args, noFit)) {
		return unknownOf(o.Signature.Result)
	}
	if ts := chosenTypes(f.Name(), o.Signature, fit, args); mixesNumbers(ts) {
		b.refuse(mixedTypes(at, f.Name(), ts))
	}
	exprs := make([]plan.Expr, len(args))
	ts := make([]types.Type, len(args))
	for i, a := range args {
		exprs[i] = b.convertTo(a, o.Kernel.In[fit.params[i]], fit.want[i]).expr
		ts[i] = exprs[i].Type()
	}
	if b.checkConstants(f, args) {
		return unknownOf(o.Signature.Result)
	}
	constant := b.allConstant(exprs)
	if constant {
		o = o.Early()
	}
	call := &plan.Call{Fn: o, Args: exprs, Typ: resultType(o.Signature, fit, o.Result, ts)}
	made := b.remember(at, call, exprs, constant && !varies(call))
	b.checkShapes(f.Name(), o.Signature, fit, args)
	if call.Typ == types.Dynamic {
		b.setShape(call, b.shapeOfCall(f.Name(), exprs))
	}
	if b.env.Strict && o.Analyzer != types.Unknown {
		return b.asAnalyzer(at, call, o.Analyzer)
	}
	return made
}

// A complaint makes the findings that no signature takes the arguments.
type complaint func(at syntax.Node, name string, sigs []function.Signature, args []operand) []syntax.Diagnostic

// convertTo converts an argument to the type that the kernel reads or, if it
// reads any, to the type that the call widens it to.
func (b *binder) convertTo(a operand, kernel, want types.Type) value {
	v := b.convert(a.at, a.value, want)
	if kernel != types.Unknown {
		v = b.convert(a.at, v, kernel)
	}
	return v
}

// resultType returns the type of a call's result.
func resultType(sig function.Signature, f fit, result func([]types.Type) types.Type, args []types.Type) types.Type {
	switch {
	case sig.Result != types.Unknown:
		return sig.Result
	case sig.Var != "":
		return f.vars[sig.Var]
	case result != nil:
		return result(args)
	}
	return types.Unknown
}

// commonResult returns the result type that all signatures have, or unknown.
func commonResult(sigs []function.Signature) types.Type {
	t := sigs[0].Result
	for _, s := range sigs {
		if s.Result != t {
			return types.Unknown
		}
	}
	return t
}

// possibleResult returns the type that a call has whatever its unknown arguments
// turn out to be, or unknown.
func possibleResult(sigs []function.Signature, args []types.Type) types.Type {
	result, some := types.Unknown, false
	for _, sig := range sigs {
		f, _, ok := fitSignature(sig, args)
		if !ok {
			continue
		}
		t := resultType(sig, f, nil, args)
		if some && t != result {
			return types.Unknown
		}
		result, some = t, true
	}
	return result
}

func anyUnknown(args []operand) bool {
	for _, a := range args {
		if a.unknown() {
			return true
		}
	}
	return false
}

// unknownOf stands for a value of a known type that could not be bound.
func unknownOf(t types.Type) value { return value{expr: poison[t]} }

// checkKinds checks that arguments are constants, literals and columns where the
// signature wants these, and says what is none.
func (b *binder) checkKinds(sig function.Signature, f fit, args []operand, say func(syntax.Diagnostic)) bool {
	good := true
	for i, a := range args {
		switch sig.Params[f.params[i]].Kind {
		case function.ArgConst:
			if !b.isConstant(a.expr) {
				say(constantExpected(a.at))
				good = false
			}
		case function.ArgLiteral:
			if !b.isConstant(a.expr) {
				say(literalExpected(a.at))
				good = false
			} else {
				b.checkLiteral(a)
			}
		case function.ArgColumn:
			if !isColumn(a.expr) {
				say(columnExpected(a.at))
				good = false
			}
		}
	}
	return good
}

// checkConstants reports a constant argument that makes no sense to f, and whether
// there is one.
func (b *binder) checkConstants(f *function.Scalar, args []operand) bool {
	if f.Check == nil {
		return false
	}
	consts := make([]column.Column, len(args))
	for i, a := range args {
		if l, ok := a.expr.(*plan.Literal); ok && !b.isPlaceholder(l) {
			consts[i] = l.Value
		}
	}
	i, err := f.Check(consts)
	switch {
	case err == nil:
		return false
	case errors.Is(err, function.ErrUndocumented):
		b.tolerate(badConstant(args[i].at, f.Name(), err))
		return false
	case errors.Is(err, function.ErrNotOneOf):
		b.report(badConstant(args[i].at, f.Name(), err))
	default: // the analyzer reads no formats and no regular expressions
		b.refuse(badConstant(args[i].at, f.Name(), err))
	}
	return true
}

// chosenTypes returns the types of the values that a conditional function
// chooses from.
func chosenTypes(name string, sig function.Signature, f fit, args []operand) []types.Type {
	switch name {
	case "iff", "iif", "case", "coalesce":
	default:
		return nil
	}
	var ts []types.Type
	for i, a := range args {
		if sig.Params[f.params[i]].Var != "" {
			ts = append(ts, a.typ())
		}
	}
	return ts
}

// mixesNumbers reports whether ts has whole numbers and others: the engine joins
// int and long, but neither with real or decimal.
func mixesNumbers(ts []types.Type) bool {
	whole, broken := false, false
	for _, t := range ts {
		whole = whole || t.IsInteger()
		broken = broken || t.IsNumeric() && !t.IsInteger()
	}
	return whole && broken
}
