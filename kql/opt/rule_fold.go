package opt

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// fold computes a call whose arguments are all constants, now() included, and
// drops what is always true or false from And and Or. A call that ends in an
// error is left to fail, or not to be reached, at run time.
func (o *optimizer) fold(e plan.Expr) plan.Expr {
	switch e := e.(type) {
	case *plan.Call:
		return o.foldCall(e)
	case *plan.And:
		return foldLogic(e.Args, false, func(args []plan.Expr) plan.Expr { return &plan.And{Args: args} })
	case *plan.Or:
		return foldLogic(e.Args, true, func(args []plan.Expr) plan.Expr { return &plan.Or{Args: args} })
	}
	return e
}

func (o *optimizer) foldCall(e *plan.Call) plan.Expr {
	if e.Fn.Decl == nil || e.Fn.Decl.Volatile || e.Fn.Decl.Window {
		return e
	}
	args := make([]column.Column, len(e.Args))
	for i, a := range e.Args {
		lit, ok := a.(*plan.Literal)
		if !ok {
			return e
		}
		args[i] = &column.Const{One: lit.Value, N: 1}
	}
	v, err := e.Fn.Kernel.Run(newCall(o.env, e.Typ), args, 1)
	if err != nil {
		return e
	}
	return &plan.Literal{Value: column.Flat(v)}
}

// foldLogic removes constants from logic. absorbing is the value that decides the
// whole: false for And, true for Or. A null stays: the whole may be null.
func foldLogic(args []plan.Expr, absorbing bool, make func([]plan.Expr) plan.Expr) plan.Expr {
	var kept []plan.Expr
	for _, a := range args {
		v, constant := truth(a)
		constant = constant && !isNullLiteral(a)
		switch {
		case constant && v == absorbing:
			return boolLiteral(absorbing)
		case !constant:
			kept = append(kept, a)
		}
	}
	switch {
	case len(kept) == 0:
		return boolLiteral(!absorbing)
	case len(kept) == len(args):
		return make(args)
	}
	return make(kept)
}

// truth returns the value of a constant condition; null counts as false.
func truth(e plan.Expr) (v, constant bool) {
	lit, ok := e.(*plan.Literal)
	if !ok || lit.Type() != types.Bool {
		return false, false
	}
	view := column.ViewOf[bool](lit.Value)
	return !view.Null(0) && view.At(0), true
}

func isNullLiteral(e plan.Expr) bool {
	lit, ok := e.(*plan.Literal)
	return ok && lit.Value.Null(0)
}

func boolLiteral(v bool) *plan.Literal {
	return &plan.Literal{Value: column.NewVec(types.Bool, []bool{v}, nil)}
}
