package function

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// A Set is a set of types that a parameter accepts.
type Set uint16

// SetOf returns the set of the types given.
func SetOf(ts ...types.Type) Set {
	var s Set
	for _, t := range ts {
		s |= 1 << t
	}
	return s
}

// Has reports whether t is in the set.
func (s Set) Has(t types.Type) bool { return s>>t&1 != 0 }

// One returns the only type of a set with one type.
func (s Set) One() (types.Type, bool) {
	for t := types.Bool; t <= types.Dynamic; t++ {
		if s == 1<<t {
			return t, true
		}
	}
	return types.Unknown, false
}

// Types returns the types of the set in their declared order.
func (s Set) Types() []types.Type {
	var out []types.Type
	for t := types.Bool; t <= types.Dynamic; t++ {
		if s.Has(t) {
			out = append(out, t)
		}
	}
	return out
}

func lookupSet(name string) (Set, bool) {
	switch name {
	case "integer":
		return SetOf(types.Int, types.Long), true
	case "number":
		return SetOf(types.Int, types.Long, types.Real, types.Decimal), true
	case "summable":
		return SetOf(types.Int, types.Long, types.Real, types.Decimal, types.TimeSpan), true
	case "orderable":
		return lookupAll() &^ SetOf(types.Dynamic), true
	case "scalar":
		return lookupAll(), true
	case "array", "bag":
		return SetOf(types.Dynamic), true
	}
	t, ok := types.Lookup(name)
	return SetOf(t), ok
}

func lookupAll() Set {
	var s Set
	for t := types.Bool; t <= types.Dynamic; t++ {
		s |= 1 << t
	}
	return s
}

// An ArgKind says what form an argument must have in the text.
type ArgKind uint8

const (
	// ArgExpr is any expression.
	ArgExpr ArgKind = iota
	// ArgConst must be a constant expression.
	ArgConst
	// ArgLiteral must be a literal.
	ArgLiteral
	// ArgColumn must be a column.
	ArgColumn
)

// A Shape says what a dynamic argument should hold. A value of another shape is
// no error when a query runs: most functions answer it with null.
type Shape uint8

const (
	// AnyShape is any dynamic value.
	AnyShape Shape = iota
	// Array is an array.
	Array
	// Bag is a property bag.
	Bag
)

// A Param is one parameter of a signature.
type Param struct {
	Name     string
	Accepts  Set
	Shape    Shape  // of a dynamic argument
	Var      string // the type variable that it binds, as T in "x: T scalar"; "" if none
	Kind     ArgKind
	Optional bool // written "name?"
	Repeated bool // written "name...", once or more, or "name...?"; repeats together with the repeated ones beside it
}

// A Signature is the shape of one overload.
type Signature struct {
	Name   string
	Params []Param
	// Result is types.Unknown where it depends on the call: Var then names the
	// type variable that gives it, or the overload has a Result function.
	Result types.Type
	Var    string
}

// ParseSignature reads a signature as the reference prints it:
//
//	substring(source: string, start: long, length?: long): string
//	iff(if: bool, then: T scalar, else: T scalar): T
//	strcat(arg...: scalar): string
//	extract(regex: const string, captureGroup: const long, source: string|dynamic): string
//	parse_json(value: string|dynamic): dynamic
//	arg_max(maximized: T orderable, returned...?: scalar): T
//	row_rank(x: scalar): any
//
// A parameter's type is a name or several joined by '|': the types of KQL, and
// integer (int, long), number, summable (numbers and timespan), orderable (all
// but dynamic), scalar (all), array and bag (dynamic values of that shape). Before it may stand const, literal or column,
// and a type variable of one capital letter: all parameters of one variable
// take one type, after widening. The result "any" leaves the type to the
// overload's Result function.
func ParseSignature(s string) (Signature, error) {
	open, end := strings.IndexByte(s, '('), strings.LastIndex(s, "): ")
	if open < 1 || end < open {
		return Signature{}, fmt.Errorf("signature %q: want name(params): type", s)
	}
	sig := Signature{Name: s[:open]}
	vars := map[string]bool{}
	if list := s[open+1 : end]; list != "" {
		for _, f := range strings.Split(list, ", ") {
			p, err := parseParam(f)
			if err != nil {
				return Signature{}, fmt.Errorf("signature %q: %w", s, err)
			}
			if p.Var != "" {
				vars[p.Var] = true
			}
			sig.Params = append(sig.Params, p)
		}
	}
	switch res := s[end+3:]; {
	case vars[res]:
		sig.Var = res
	case res == "any":
	default:
		t, ok := types.Lookup(res)
		if !ok {
			return Signature{}, fmt.Errorf("signature %q: unknown result %q", s, res)
		}
		sig.Result = t
	}
	return sig, nil
}

func parseParam(f string) (Param, error) {
	name, typ, ok := strings.Cut(f, ": ")
	if !ok {
		return Param{}, fmt.Errorf("parameter %q has no type", f)
	}
	p := Param{Name: strings.TrimRight(name, "?.")}
	name, p.Optional = strings.CutSuffix(name, "?")
	p.Repeated = strings.HasSuffix(name, "...")
	words := strings.Fields(typ)
	for _, w := range words[:len(words)-1] {
		switch {
		case w == "const":
			p.Kind = ArgConst
		case w == "literal":
			p.Kind = ArgLiteral
		case w == "column":
			p.Kind = ArgColumn
		case len(w) == 1 && w[0] >= 'A' && w[0] <= 'Z':
			p.Var = w
		default:
			return Param{}, fmt.Errorf("parameter %q: unknown word %q", name, w)
		}
	}
	for _, t := range strings.Split(words[len(words)-1], "|") {
		set, ok := lookupSet(t)
		if !ok {
			return Param{}, fmt.Errorf("parameter %q: unknown type %q", name, t)
		}
		p.Accepts |= set
		switch t {
		case "array":
			p.Shape = Array
		case "bag":
			p.Shape = Bag
		}
	}
	return p, nil
}
