package exec

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// fingerprint returns a key for the rows that a condition leaves of a part: it is
// the same whenever these rows are. Conditions that all rows of the part fulfil are
// not in it: a window that moves leaves the same of a part that lies within it. It
// is !ok where rows depend on more than part and text, such as the time.
func fingerprint(p plan.Part, read *plan.Read, cond plan.Expr) (key [32]byte, ok bool) {
	w := &fingerprinter{part: p, read: read}
	w.text(p.ID)
	s := read.Source.Schema()
	w.number(len(read.Columns))
	for _, c := range read.Columns {
		w.text(s.Columns[c].Name)
		w.text(s.Columns[c].Type.String())
	}
	conds := []plan.Expr{cond}
	if and, isAnd := cond.(*plan.And); isAnd {
		conds = and.Args
	}
	for _, c := range conds {
		if !w.isTrue(c) && !w.expr(c) {
			return key, false
		}
	}
	w.text("hints")
	for _, h := range read.Hints {
		if w.holds(h) {
			continue
		}
		w.text(s.Columns[h.Column].Name)
		w.number(int(h.Op))
		w.number(h.Values.Len())
		for i := range h.Values.Len() {
			if !w.value(h.Values, i) {
				return key, false
			}
		}
	}
	return sha256.Sum256(w.out), true
}

type fingerprinter struct {
	part plan.Part
	read *plan.Read
	out  []byte
}

func (w *fingerprinter) number(n int) { w.out = binary.AppendVarint(w.out, int64(n)) }

func (w *fingerprinter) text(s string) {
	w.number(len(s))
	w.out = append(w.out, s...)
}

// isTrue reports whether all rows of the part fulfil a comparison.
func (w *fingerprinter) isTrue(e plan.Expr) bool {
	call, ok := e.(*plan.Call)
	if !ok {
		return false
	}
	wanted := 1
	switch call.Fn.Name {
	case "<", "<=", ">", ">=":
	case "between":
		wanted = 2
	default:
		return false
	}
	hints := hintsOf(e)
	for i := range hints {
		hints[i].Column = w.read.Columns[hints[i].Column]
	}
	return len(hints) == wanted && !slices.ContainsFunc(hints, func(h plan.Hint) bool { return !w.holds(h) })
}

// holds reports whether all rows of the part fulfil a hint.
func (w *fingerprinter) holds(h plan.Hint) bool {
	v, ok := h.Values.(*column.Vec[int64])
	if !ok || w.part.Bounds == nil || v.Len() != 1 || v.Null(0) {
		return false
	}
	low, high, ok := w.part.Bounds(h.Column)
	if !ok {
		return false
	}
	switch x := v.Vals[0]; h.Op {
	case plan.HintLess:
		return high < x
	case plan.HintLessEqual:
		return high <= x
	case plan.HintGreater:
		return low > x
	case plan.HintGreaterEqual:
		return low >= x
	}
	return false
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
	case *column.Vec[dynamic.Value]:
		w.text(v.Vals[i].Encoding())
	default:
		return false
	}
	return true
}
