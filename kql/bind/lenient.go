package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// Findings that only the engine has: Microsoft's analyzer takes such calls.

// refuse reports what the engine refuses and Microsoft's analyzer takes: where a
// query is checked it is a warning, where it is run an error.
func (b *binder) refuse(d syntax.Diagnostic) {
	if b.env.Strict {
		d.Severity, d.Refused = syntax.Warning, true
		d.Message += "; Microsoft's analyzer takes it, the engine refuses it"
	}
	b.report(d)
}

// misfit reports arguments that no signature takes, and returns the type that the
// call has in spite of them, Unknown if it has none. theirs are the analyzer's
// signatures where they are others.
func (b *binder) misfit(at syntax.Node, name string, sigs, theirs []function.Signature, args []operand, noFit complaint) types.Type {
	wrong := noFit(at, name, sigs, args)
	t := types.Unknown
	if b.env.Strict && !anyUnknown(args) {
		t = lenientType(name, theirs, args, wrong)
		if t == types.Unknown && len(theirs) > 0 {
			wrong = noFit(at, name, theirs, args)
		}
	}
	for _, d := range wrong {
		if t != types.Unknown {
			b.refuse(d)
		} else {
			b.report(d)
		}
	}
	return t
}

// besideAnalyzer reports a call of f that the engine takes and Microsoft's analyzer
// does not: a mistake where a query is checked, nothing to tell where it runs. It returns how to say that an argument is no constant: as what only the
// engine refuses, where the analyzer has signatures of its own that take it.
func (b *binder) besideAnalyzer(at syntax.Node, f *function.Scalar, args []operand, noFit complaint) func(syntax.Diagnostic) {
	if len(f.AnalyzerSigs) == 0 {
		return b.report
	}
	if _, ok := choose(f.AnalyzerSigs, operandTypes(args)); !ok && b.env.Strict {
		for _, d := range noFit(at, f.Name(), f.AnalyzerSigs, args) {
			b.report(d)
		}
	}
	return b.refuse
}

// lenientType returns the type that Microsoft's analyzer gives a call which the
// engine refuses: a choice between values of several types, a sum of datetimes,
// a percentile of what is no number.
func lenientType(name string, theirs []function.Signature, args []operand, wrong []syntax.Diagnostic) types.Type {
	if fit, ok := choose(theirs, operandTypes(args)); ok {
		return resultType(theirs[fit.overload], fit, nil, nil)
	}
	if len(args) == 2 && len(wrong) == 1 && wrong[0].Code == "KS106" {
		return lenientOperator(name, args[0].typ(), args[1].typ())
	}
	if name == "iff" || name == "iif" || name == "case" {
		if !slices.ContainsFunc(wrong, func(d syntax.Diagnostic) bool { return d.Code != "KS127" }) {
			return types.Dynamic
		}
	}
	return types.Unknown
}

// lenientOperator is lenientType for an operator between two types.
func lenientOperator(name string, x, y types.Type) types.Type {
	if y.IsNumeric() {
		x, y = y, x // a number is the first now, if there is one
	}
	switch name {
	case "==", "!=":
		if x.IsNumeric() && (y == types.Bool || y == types.TimeSpan || y == types.DateTime) {
			return types.Bool
		}
		if x == types.Bool {
			x, y = y, x
		}
		if y == types.Bool && (x == types.TimeSpan || x == types.DateTime || x == types.GUID) {
			return types.Bool
		}
	case "<", "<=", ">", ">=":
		if x.IsNumeric() && y == types.Bool {
			return types.Bool
		}
	case "*":
		if x.IsNumeric() && y == types.DateTime {
			return types.DateTime
		}
		if x == types.TimeSpan && y == types.TimeSpan {
			return types.TimeSpan
		}
	case "-":
		if x == types.TimeSpan && y == types.DateTime {
			return types.DateTime
		}
	}
	return types.Unknown
}

// refuseDynamic refuses a dynamic value to group or order rows by, where Microsoft's
// analyzer takes one.
func (b *binder) refuseDynamic(at syntax.Node, t types.Type) {
	if t == types.Dynamic {
		b.refuse(typeNotAllowed(at, t))
	}
}
