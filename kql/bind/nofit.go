package bind

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// noFit says why no signature takes the arguments: their number, the types of
// some, or their combination.
func noFit(at syntax.Node, name string, sigs []function.Signature, args []operand) []syntax.Diagnostic {
	counted := withCount(sigs, len(args))
	if len(counted) == 0 {
		least, most := counts(sigs)
		if isBin(name) && len(args) == 1 {
			return []syntax.Diagnostic{notCompatible(at, name, args, describeAll(sigs))}
		}
		if most < 0 && len(args) >= least {
			return []syntax.Diagnostic{oddArguments(at, name)}
		}
		return []syntax.Diagnostic{argumentCount(at, name, least, most)}
	}
	switch {
	case name == "max_of" || name == "min_of":
		return noExtreme(at, name, counted[0].Params[0].Accepts, args)
	case isBin(name):
		return noBin(at, name, counted, args)
	case blamedWhole(name) && !fitsFirst(counted, args):
		return []syntax.Diagnostic{notCompatible(at, name, args, describeAll(counted))}
	}
	var wrong []syntax.Diagnostic
	for i, a := range args {
		set, shape := acceptedAt(counted, i, len(args))
		if _, _, ok := widen(a.typ(), set); !ok {
			wrong = append(wrong, argumentType(name, a, set, shape))
		}
	}
	switch {
	case len(wrong) > 0:
		return wrong
	case name == "coalesce":
		return []syntax.Diagnostic{nothingCommon(at, name, args)}
	}
	return []syntax.Diagnostic{notCompatible(at, name, args, describeAll(counted))}
}

// blamedWhole reports whether the analyzer blames the combination of all arguments
// for a first one that does not fit.
func blamedWhole(name string) bool {
	switch name {
	case "abs", "avg", "avgif":
		return true
	}
	return false
}

func fitsFirst(counted []function.Signature, args []operand) bool {
	set, _ := acceptedAt(counted, 0, len(args))
	_, _, ok := widen(args[0].typ(), set)
	return ok
}

// noExtreme says which arguments of max_of and min_of have no order or, if the others
// have no type in common, that.
func noExtreme(at syntax.Node, name string, ordered function.Set, args []operand) []syntax.Diagnostic {
	var wrong []syntax.Diagnostic
	t, related := types.Unknown, true
	for _, a := range args {
		if !ordered.Has(a.typ()) || a.typ() == types.Dynamic {
			wrong = append(wrong, orderableExpected(a.at, a.typ()))
		} else if related {
			t, related = common(t, a.typ())
		}
	}
	if !related || len(wrong) == 0 || len(wrong) == len(args) {
		return []syntax.Diagnostic{nothingCommon(at, name, args)}
	}
	return wrong
}

// noFitOperator is noFit for an operator.
func noFitOperator(at syntax.Node, name string, _ []function.Signature, args []operand) []syntax.Diagnostic {
	if name == "between" || name == "!between" {
		noFit := noFitRange
		if args[0].typ() == types.Dynamic {
			noFit = noDynamicRange
		}
		if wrong := noFit(args[0].typ(), args[1], args[2]); len(wrong) > 0 {
			return wrong
		}
	}
	switch name {
	case "has_any", "has_all", "in~", "!in~":
		if t := args[0].typ(); t != types.String && t != types.Dynamic {
			return []syntax.Diagnostic{typeExpected(args[0].at, t, types.String, types.Dynamic)}
		}
	}
	return []syntax.Diagnostic{operatorUndefined(at, name, args)}
}

// noFitRange says which end of a range does not fit a value of type t: none if t
// has no ranges, or neither end is anything to measure.
func noFitRange(t types.Type, lo, hi operand) []syntax.Diagnostic {
	if !t.IsNumeric() && !isTime(t) || !measurable(lo.typ()) && !measurable(hi.typ()) {
		return nil
	}
	var wrong []syntax.Diagnostic
	for i, end := range []operand{lo, hi} {
		switch got := end.typ(); {
		case got == t, t.IsNumeric() && got.IsNumeric():
		case i == 1 && t == types.DateTime && got == types.TimeSpan && lo.typ() == types.DateTime:
		case t.IsNumeric() && !measurable(got):
			wrong = append(wrong, numberExpected(end.at, got))
		case i == 1 && t == types.DateTime:
			wrong = append(wrong, typeNeeded(end.at, types.DateTime, types.TimeSpan))
		default:
			wrong = append(wrong, typeNeeded(end.at, t))
		}
	}
	return wrong
}

// noDynamicRange says what is wrong with the ends of a range for a dynamic value:
// they must be numbers of one type. It says nothing of times, which fit nothing.
func noDynamicRange(_ types.Type, lo, hi operand) []syntax.Diagnostic {
	t := lo.typ()
	var wrong []syntax.Diagnostic
	if isTime(t) {
		return nil
	}
	if !t.IsNumeric() {
		wrong = append(wrong, numberExpected(lo.at, t))
	}
	if hi.typ() != t {
		wrong = append(wrong, typeNeeded(hi.at, t))
	}
	return wrong
}

func measurable(t types.Type) bool { return t.IsNumeric() || isTime(t) || t == types.Dynamic }

// acceptedAt returns the types that some signature takes as argument i of n, and
// the shape that one wants of a dynamic value.
func acceptedAt(sigs []function.Signature, i, n int) (set function.Set, shape function.Shape) {
	for _, s := range sigs {
		params, _ := assign(s.Params, n)
		p := &s.Params[params[i]]
		set |= p.Accepts
		shape = max(shape, p.Shape)
	}
	return set, shape
}

// argumentType says what an argument should have been, with the code that the
// analyzer has for the set of types.
func argumentType(name string, a operand, want function.Set, shape function.Shape) syntax.Diagnostic {
	integers, numbers := function.SetOf(types.Int, types.Long), function.SetOf(types.Int, types.Long, types.Real, types.Decimal)
	one, isOne := want.One()
	switch {
	case isOne && one == types.Dynamic && shape == function.Bag:
		return bagExpected(a.at, a.typ())
	case isOne && one == types.Dynamic:
		return arrayExpected(a.at, a.typ())
	case shape == function.Array && want == integers|function.SetOf(types.Dynamic):
		return integersExpected(a.at, a.typ())
	case shape == function.Array && want == function.SetOf(types.String, types.Dynamic):
		return textsExpected(a.at, a.typ())
	case isOne:
		return typeExpected(a.at, a.typ(), one)
	case want == function.SetOf(types.String, types.Dynamic) && (name == "todynamic" || name == "toobject"):
		return typeExpected(a.at, a.typ(), types.String)
	case want == function.SetOf(types.String, types.Dynamic):
		return oneOfTypes(a.at, a.typ(), want.Types()...)
	case (isSum(name) || name == "range") && want&integers != 0:
		return addendExpected(a.at, a.typ(), want.Types()...)
	case want == integers:
		return integerExpected(a.at)
	case want&numbers != 0 && !want.Has(types.String):
		return numberExpected(a.at, a.typ())
	case a.typ() == types.Dynamic && isExtreme(name):
		return orderableExpected(a.at, a.typ())
	case a.typ() == types.Dynamic, want.Has(types.Dynamic) && want.Has(types.DateTime):
		return typeNotAllowed(a.at, a.typ())
	}
	return typeExpected(a.at, a.typ(), want.Types()...)
}

func isSum(name string) bool {
	switch name {
	case "sum", "sumif", "stdev", "stdevif", "stdevp", "variance", "varianceif", "variancep", "variancepif",
		"covariance", "covarianceif", "covariancep", "covariancepif", "tdigest", "binary_all_and", "binary_all_or", "binary_all_xor":
		return true
	}
	return false
}

func isExtreme(name string) bool {
	switch name {
	case "min", "max", "minif", "maxif", "min_of", "max_of":
		return true
	}
	return false
}

// withCount returns the signatures that take n arguments.
func withCount(sigs []function.Signature, n int) []function.Signature {
	var out []function.Signature
	for _, s := range sigs {
		if _, ok := assign(s.Params, n); ok {
			out = append(out, s)
		}
	}
	return out
}

// counts returns the least and the greatest number of arguments; most is
// negative if there is none.
func counts(sigs []function.Signature) (least, most int) {
	least = required(sigs[0].Params)
	for _, s := range sigs {
		least = min(least, required(s.Params))
		if first, _ := repeated(s.Params); first >= 0 {
			most = -1
		} else if most >= 0 {
			most = max(most, len(s.Params))
		}
	}
	return least, most
}

// describeAll prints different signatures without their results.
func describeAll(sigs []function.Signature) string {
	texts := make([]string, 0, len(sigs))
	for _, s := range sigs {
		if t := describe(s); !slices.Contains(texts, t) {
			texts = append(texts, t)
		}
	}
	return strings.Join(texts, " or ")
}

// describe prints a signature without its result.
func describe(s function.Signature) string {
	var b strings.Builder
	b.WriteString(s.Name)
	b.WriteByte('(')
	for i, p := range s.Params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name)
		if p.Optional {
			b.WriteByte('?')
		}
		if p.Repeated {
			b.WriteString("...")
		}
	}
	b.WriteByte(')')
	return b.String()
}
