package bind

import (
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

func isBin(name string) bool { return name == "bin" || name == "floor" || name == "bin_at" }

// noBin is noFit for bin and bin_at, with the codes that the analyzer has for the
// first fault that it finds.
func noBin(at syntax.Node, name string, sigs []function.Signature, args []operand) []syntax.Diagnostic {
	value, last := args[0], args[len(args)-1]
	whole := []syntax.Diagnostic{notCompatible(at, name, args, describeAll(sigs))}
	var wrong []syntax.Diagnostic
	for _, a := range args {
		if !divisible(a.typ()) {
			wrong = append(wrong, numberOrTimeExpected(a.at, a.typ()))
		}
	}
	switch {
	case !divisible(value.typ()) && !divisible(last.typ()):
		return whole
	case name == "bin_at" && len(wrong) == 0:
		return noBinAt(whole, args)
	case name == "bin_at":
		return wrong
	case value.typ() == types.TimeSpan && last.typ() != types.DateTime:
		return []syntax.Diagnostic{typeExpected(last.at, last.typ(), types.TimeSpan)}
	case isTime(value.typ()):
		return whole
	case len(wrong) > 0:
		return wrong
	case last.typ() == types.DateTime:
		return []syntax.Diagnostic{typeExpected(last.at, last.typ(), value.typ())}
	}
	return whole
}

// noBinAt is noBin for bin_at of numbers and times that do not go together; whole is
// the finding about all three.
func noBinAt(whole []syntax.Diagnostic, args []operand) []syntax.Diagnostic {
	value, size, from := args[0].typ(), args[1], args[2]
	switch {
	case value.IsNumeric() && isTime(from.typ()), isTime(value) && from.typ().IsNumeric():
		return []syntax.Diagnostic{typeExpected(from.at, from.typ(), value)}
	case value.IsNumeric() && isTime(size.typ()):
		return []syntax.Diagnostic{numberOrTimeExpected(size.at, size.typ())}
	}
	return whole
}

// divisible reports whether values of type t can be put into bins.
func divisible(t types.Type) bool { return t.IsNumeric() || isTime(t) }
