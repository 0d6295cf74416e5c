package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// An Option is a request property that a text sets: set name = value.
type Option struct {
	Name string
	// Value is a flat column of one row; true where the text gives no value, nil
	// where the value is wrong.
	Value column.Column
	// At is the statement.
	At *syntax.SetStmt
}

// The request properties that say what a text means, not only how it runs.
const (
	optionBestEffort  = "best_effort"
	optionBinAutoSize = "query_bin_auto_size"
	optionBinAutoAt   = "query_bin_auto_at"
	optionGetSchema   = "query_results_apply_getschema"
)

// setOption binds a set statement. It counts for what follows it.
func (b *binder) setOption(s *syntax.SetStmt) {
	o := Option{Name: s.Name.Name, At: s, Value: constColumn(types.Bool, true)}
	if s.Value != nil {
		x := b.scalar(&scope{}, s.Value)
		o.Value = nil
		if l, ok := x.expr.(*plan.Literal); ok && !x.unknown() {
			o.Value = l.Value
		} else if !x.unknown() {
			b.report(literalExpected(s.Value))
		}
	}
	b.info.Options = append(b.info.Options, o)
	if o.Value != nil {
		b.options[o.Name] = o.Value
	}
}

// optionOn reports whether a request property is set to true.
func (b *binder) optionOn(name string) bool {
	v, ok := b.options[name].(*column.Vec[bool])
	return ok && v.Vals[0]
}

// binAuto binds bin_auto(value): bin_at(value, size, fixed point) with the size and
// the point of the request. It follows the page "bin_auto()".
func (b *binder) binAuto(sc *scope, e *syntax.CallExpr) entity {
	if len(e.Args) != 1 {
		b.report(argumentCount(e, e.Name.Name, 1, 1))
		b.bindAll(sc, e.Args)
		return ofValue(unknownValue())
	}
	args := b.operands(sc, e.Args)
	name := "bin_auto"
	size, ok := b.options[optionBinAutoSize]
	switch {
	case ok:
		name, args = "bin", append(args, operand{value{expr: &plan.Literal{Value: size}}, e})
	case !b.env.Strict:
		b.report(noBinAutoSize(e))
	}
	if at, ok := b.options[optionBinAutoAt]; ok && name == "bin" {
		name, args = "bin_at", append(args, operand{value{expr: &plan.Literal{Value: at}}, e})
	}
	f, ok := b.env.Functions.Scalar(name)
	if !ok {
		b.report(b.noFunction(sc, e.Name, name))
		return ofValue(unknownValue())
	}
	return ofValue(b.apply(e, f, args, noFit))
}
