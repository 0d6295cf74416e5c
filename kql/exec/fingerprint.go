package exec

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A fingerprinter writes what answers depend on.
type fingerprinter struct{ out []byte }

func (w *fingerprinter) number(n int) { w.out = binary.AppendVarint(w.out, int64(n)) }

func (w *fingerprinter) text(s string) {
	w.number(len(s))
	w.out = append(w.out, s...)
}

// exprs adds expressions; !ok where one depends on more than the row.
func (w *fingerprinter) exprs(es []plan.Expr) bool {
	w.number(len(es))
	return !slices.ContainsFunc(es, func(e plan.Expr) bool { return !w.expr(e) })
}

// node adds what an operator of a chain makes of a row.
func (w *fingerprinter) node(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Filter:
		w.text("filter")
	case *plan.Project:
		w.text("project")
	case *plan.Parse:
		w.text("parse")
		w.numbers(int(n.Mode), flag(n.Where), len(n.Steps))
		w.text(n.Flags)
		for _, s := range n.Steps {
			w.text(s.Text)
			w.numbers(flag(s.Star), s.To)
			w.text(s.Type.String())
		}
	case *plan.ParseKv:
		w.text("parse-kv")
		w.numbers(flag(n.Greedy), len(n.Keys), len(n.Quotes))
		for _, s := range slices.Concat([]string{n.PairDelimiter, n.KvDelimiter, n.Escape, n.Regex}, n.Keys, n.Quotes) {
			w.text(s)
		}
		w.numbers(n.To...)
	case *plan.Join:
		w.text("join")
		w.number(int(n.Kind))
		if !w.constant(n.Right) {
			return false
		}
	case *plan.Top:
		w.text("top")
		for _, k := range n.Keys {
			w.numbers(flag(k.Desc), flag(k.NullsFirst))
		}
	case *plan.MvExpand:
		w.text("mv-expand")
		w.numbers(flag(n.BagArrays), flag(n.ItemIndex), int(n.Limit))
		for _, c := range n.Cols {
			w.numbers(c.To)
		}
	default:
		return false
	}
	// Of columns that it makes the type decides what they hold.
	s := n.Schema()
	w.number(s.Len())
	for _, c := range s.Columns {
		w.text(c.Type.String())
	}
	return w.exprs(plan.Exprs(n))
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (w *fingerprinter) numbers(ns ...int) {
	for _, n := range ns {
		w.number(n)
	}
}

func (w *fingerprinter) expr(e plan.Expr) bool {
	var args []plan.Expr
	switch e := e.(type) {
	case *plan.Literal:
		w.text("literal")
		return w.value(e.Value, 0)
	case *plan.Column:
		w.text("column")
		w.number(e.Index)
		return true
	case *plan.Call:
		if e.Fn.Decl == nil || e.Fn.Decl.Volatile || e.Fn.Decl.Ambient || e.Fn.Decl.Window {
			return false
		}
		w.text("call")
		w.text(e.Fn.Name)
		w.text(e.Fn.Sig)
		w.text(e.Typ.String())
		args = e.Args
	case *plan.And:
		w.text("and")
		args = e.Args
	case *plan.Or:
		w.text("or")
		args = e.Args
	default:
		return false
	}
	w.number(len(args))
	for _, a := range args {
		if !w.expr(a) {
			return false
		}
	}
	return true
}

// value adds a value of a flat column, with its type.
func (w *fingerprinter) value(c column.Column, i int) bool {
	w.text(c.Type().String())
	if c.Type() != types.String && c.Null(i) {
		w.text("null")
		return true
	}
	switch v := column.Flat(c).(type) {
	case *column.Vec[string]:
		w.text(v.Vals[i])
	case *column.Vec[int64]:
		w.out = binary.LittleEndian.AppendUint64(w.out, uint64(v.Vals[i]))
	case *column.Vec[float64]:
		w.out = binary.LittleEndian.AppendUint64(w.out, math.Float64bits(v.Vals[i]))
	case *column.Vec[bool]:
		if v.Vals[i] {
			w.text("true")
		} else {
			w.text("false")
		}
	case *column.Vec[types.GUID128]:
		w.out = append(w.out, v.Vals[i][:]...)
	case *column.Vec[types.Decimal128]:
		w.text(dynamic.FromDecimal(v.Vals[i]).Encoding())
	case *column.Vec[dynamic.Value]:
		w.text(v.Vals[i].Encoding())
	default:
		return false
	}
	return true
}
