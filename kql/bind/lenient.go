package bind

import (
	"slices"
	"strings"

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
// call has in spite of them, Unknown if it has none.
func (b *binder) misfit(name string, args []operand, wrong []syntax.Diagnostic) types.Type {
	t := types.Unknown
	if b.env.Strict && !anyUnknown(args) {
		t = lenientType(name, args, wrong)
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

// lenientType returns the type that Microsoft's analyzer gives a call which the
// engine refuses: a choice between values of several types, a sum of datetimes,
// a percentile of what is no number.
func lenientType(name string, args []operand, wrong []syntax.Diagnostic) types.Type {
	only := func(code string, at syntax.Node) bool {
		return len(wrong) == 1 && wrong[0].Code == code && (at == nil || wrong[0].Pos == at.Pos())
	}
	if len(args) == 2 && only("KS106", nil) {
		return lenientOperator(name, args[0].typ(), args[1].typ())
	}
	switch {
	case name == "iff" || name == "iif" || name == "case":
		if !slices.ContainsFunc(wrong, func(d syntax.Diagnostic) bool { return d.Code != "KS127" }) {
			return types.Dynamic
		}
	case len(args) == 0:
	case name == "sum" || name == "sumif":
		if args[0].typ() == types.DateTime && only("KS138", args[0].at) {
			return types.DateTime
		}
	case strings.HasPrefix(name, "stdev") || strings.HasPrefix(name, "variance"):
		if args[0].typ() == types.DateTime && only("KS138", args[0].at) {
			return types.Real
		}
	case strings.HasPrefix(name, "percentile"):
		if !only("KS137", args[0].at) {
			return types.Unknown
		}
		if strings.HasSuffix(name, "_array") {
			return types.Dynamic
		}
		return args[0].typ()
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
