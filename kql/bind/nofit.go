package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// noFit says why no signature takes the arguments: their number, the type of
// one, or their combination.
func noFit(at syntax.Node, name string, sigs []function.Signature, args []operand) syntax.Diagnostic {
	counted := withCount(sigs, len(args))
	if len(counted) == 0 {
		least, most := counts(sigs)
		return argumentCount(at, name, least, most)
	}
	if len(counted) == 1 {
		if i, want := misfit(counted[0], operandTypes(args)); i >= 0 {
			return typeExpected(args[i].at, args[i].typ(), want...)
		}
	}
	texts := make([]string, len(counted))
	for i, s := range counted {
		texts[i] = describe(s)
	}
	return notCompatible(at, name, args, strings.Join(texts, " or "))
}

// noFitOperator is noFit for an operator.
func noFitOperator(at syntax.Node, name string, _ []function.Signature, args []operand) syntax.Diagnostic {
	return operatorUndefined(at, name, args)
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

// misfit returns the first argument that its parameter does not take, and what
// that takes, or -1.
func misfit(sig function.Signature, args []types.Type) (int, []types.Type) {
	params, _ := assign(sig.Params, len(args))
	for i, t := range args {
		p := sig.Params[params[i]]
		if _, _, ok := widen(t, p.Accepts); !ok {
			return i, p.Accepts.Types()
		}
	}
	return -1, nil
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
