package bind

import (
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// A fit is how a signature takes the arguments of a call.
type fit struct {
	overload int
	// params has the parameter of each argument.
	params []int
	// want has the type that each argument takes: its own, or a wider one.
	want []types.Type
	// vars has the type of each type variable.
	vars map[string]types.Type
}

// choose returns the overload for arguments of the types given: the first that
// takes them as they are, else the one that widens least. !ok if none does.
func choose(sigs []function.Signature, args []types.Type) (best fit, ok bool) {
	least := -1
	for i, sig := range sigs {
		f, cost, fits := fitSignature(sig, args)
		if fits && (least < 0 || cost < least) {
			f.overload = i
			best, least, ok = f, cost, true
		}
	}
	return best, ok
}

// fitSignature fits the arguments to one signature. The cost is the number of
// steps of widening.
func fitSignature(sig function.Signature, args []types.Type) (f fit, cost int, ok bool) {
	params, ok := assign(sig.Params, len(args))
	if !ok {
		return f, 0, false
	}
	f = fit{params: params, want: make([]types.Type, len(args))}
	for i, t := range args {
		p := &sig.Params[params[i]]
		if p.Var != "" {
			continue
		}
		w, steps, ok := widen(t, p.Accepts)
		if !ok {
			return f, 0, false
		}
		f.want[i] = w
		cost += steps
	}
	steps, ok := f.unify(sig.Params, args)
	return f, cost + steps, ok
}

// unify finds the type of each type variable.
func (f *fit) unify(params []function.Param, args []types.Type) (cost int, ok bool) {
	for i, t := range args {
		p := &params[f.params[i]]
		if p.Var == "" {
			continue
		}
		if f.vars == nil {
			f.vars = map[string]types.Type{}
		}
		was, seen := f.vars[p.Var]
		if !seen {
			f.vars[p.Var] = t
		} else if f.vars[p.Var], ok = common(was, t); !ok {
			return 0, false
		}
	}
	for i, t := range args {
		p := &params[f.params[i]]
		if p.Var == "" {
			continue
		}
		w, _, fits := widen(f.vars[p.Var], p.Accepts)
		if !fits {
			return 0, false
		}
		f.vars[p.Var] = w
		f.want[i] = w
		if t != w && t != types.Unknown {
			cost++
		}
	}
	return cost, true
}

// assign gives each of n arguments its parameter. Repeated parameters, which
// stand side by side, take arguments in turns, at least one each unless they are
// optional; those after them take the last ones.
func assign(params []function.Param, n int) ([]int, bool) {
	first, last := repeated(params)
	if first < 0 {
		return assignPlain(params, n)
	}
	block := last - first + 1
	for tail := len(params) - last - 1; tail >= required(params[last+1:]); tail-- {
		middle := n - first - tail
		if middle < 0 || middle%block != 0 || middle == 0 && !params[first].Optional {
			continue
		}
		out := make([]int, 0, n)
		for i := range first {
			out = append(out, i)
		}
		for i := range middle {
			out = append(out, first+i%block)
		}
		for i := range tail {
			out = append(out, last+1+i)
		}
		return out, true
	}
	return nil, false
}

func assignPlain(params []function.Param, n int) ([]int, bool) {
	if n > len(params) || n < required(params) {
		return nil, false
	}
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out, true
}

// repeated returns the first and the last repeated parameter, or -1.
func repeated(params []function.Param) (first, last int) {
	first, last = -1, -1
	for i := range params {
		if params[i].Repeated {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	return first, last
}

// required counts the parameters up to the last one that is not optional.
func required(params []function.Param) int {
	n := len(params)
	for n > 0 && params[n-1].Optional {
		n--
	}
	return n
}

// widen returns t or, if set does not have it, the least wider type that it has,
// with the number of steps: int, long, real, decimal. A dynamic value is taken for
// a text where nothing but a text will do; a real becomes a decimal, which has no
// NaN and no infinities, only where any number will do.
func widen(t types.Type, set function.Set) (wide types.Type, steps int, ok bool) {
	if t == types.Unknown || set.Has(t) {
		return t, 0, true
	}
	if t == types.Dynamic && set == function.SetOf(types.String) {
		return types.String, int(types.Decimal), true
	}
	if !t.IsNumeric() {
		return t, 0, false
	}
	numbers := function.SetOf(types.Int, types.Long, types.Real, types.Decimal)
	for w := t + 1; w <= types.Decimal; w++ {
		if t == types.Real && set&^numbers != 0 {
			break // nearly all types, but not this one: hll
		}
		if set.Has(w) {
			return w, int(w - t), true
		}
	}
	return t, 0, false
}

// common returns the type that both can take: a wider number, or the other type
// where one is dynamic.
func common(a, b types.Type) (types.Type, bool) {
	switch {
	case a == b, b == types.Unknown:
		return a, true
	case a == types.Unknown, a == types.Dynamic:
		return b, true
	case b == types.Dynamic:
		return a, true
	case a.IsNumeric() && b.IsNumeric():
		return max(a, b), true
	}
	return types.Unknown, false
}
