package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A funnel is what the funnel plugins follow: a timeline, the column of the state
// and the states that come one after the other.
type funnel struct {
	*timeline
	time, states types.Column
	state        string // the column of the state
	is           string // the state as text
	// seq names the constants that are the states to come; nil while they are not
	// computed.
	seq []string
}

// funnelOf binds the arguments of a funnel plugin, whose first ones are those of a
// timeline; state and seq are the positions of the others.
func (b *binder) funnelOf(sc *scope, in table, op *syntax.EvaluateOp, spec string, state, seq int) (*funnel, bool) {
	if len(op.Call.Args) != 8 {
		b.report(argumentCount(op.Call, op.Call.Name.Name, 8, 8))
		return nil, false
	}
	call := *op.Call
	call.Args = slices.Clone(op.Call.Args[:2+len(strings.Fields(spec))])
	short := *op
	short.Call = &call
	t, ok := b.timelineOf(sc, in, &short, spec)
	at := b.oneColumn(in, unnamed(op.Call.Args[state]))
	list, isList := b.constantArray(sc, unnamed(op.Call.Args[seq]))
	if !ok || at < 0 || !isList {
		return nil, false
	}
	s := in.schema()
	f := &funnel{timeline: t, time: s.Columns[b.oneColumn(in, unnamed(call.Args[1]))], states: s.Columns[at]}
	if !b.notDynamic(op.Call.Args[state], f.states.Type) {
		return nil, false
	}
	f.state = t.column(s, at)
	f.is = t.same[f.state]
	for i, e := range list {
		name := fmt.Sprintf("__s%d", i)
		t.consts[name] = constOf(types.String, e.String())
		f.seq = append(f.seq, name)
	}
	if list != nil && len(list) == 0 {
		b.report(noStates(op.Call.Args[seq]))
		return nil, false
	}
	return f, true
}

// constantArray returns the elements of a constant array; nil if it has to be
// computed and can't be now.
func (b *binder) constantArray(sc *scope, e syntax.Expr) (elements []dynamic.Value, ok bool) {
	v := b.constant(sc, e, types.Dynamic)
	if v.unknown() {
		return nil, false
	}
	c, ok := b.valueOf(e, v)
	if !ok || c == nil {
		return nil, ok
	}
	vec, isDynamic := c.(*column.Vec[dynamic.Value])
	if !isDynamic || vec.Vals[0].Kind() != dynamic.Array {
		b.report(dynamicExpected(e))
		return nil, false
	}
	elements = []dynamic.Value{}
	for _, v := range vec.Vals[0].Elements() {
		elements = append(elements, v)
	}
	return elements, true
}

// valueOf returns the one value of a constant; nil if it has to be computed and
// can't be now.
func (b *binder) valueOf(at syntax.Expr, v value) (column.Column, bool) {
	if l, ok := v.expr.(*plan.Literal); ok {
		return l.Value, true
	}
	if b.env.Discover == nil {
		return nil, true
	}
	found, ok := b.discover(at, &plan.Project{
		Input: oneRow(), Exprs: []plan.Expr{v.expr}, Out: types.NewSchema(types.Column{Name: "value", Type: v.typ()}),
	})
	if !ok || len(found) == 0 || found[0].Len() == 0 {
		return nil, false
	}
	c := found[0].Raw(0)
	if k, ok := c.(*column.Const); ok {
		c = k.One
	}
	return c, true
}

// ordered is the head of a funnel's query: the rows of each step of the time, in the
// order that a scan reads them. Of rows at the same time, the one whose state comes
// first in the sequence is first.
func (f *funnel) ordered(where string) string {
	rank := make([]string, len(f.seq))
	for i, s := range f.seq {
		rank[i] = fmt.Sprintf("%s == %s, %d", f.is, s, i)
	}
	return fmt.Sprintf("where %s%s | extend __step = %s, __rank = case(%s, %d) | sort by %s | scan partition by %s, __step",
		f.within(""), where, f.bin(f.at), strings.Join(rank, ", "), len(f.seq), f.order(f.at, "__rank", f.state), f.id)
}

// funnelCompletion counts the identifiers that come as far as each state, within
// each of the periods after the first of them. What is kept for a state is the
// latest first state of a sequence that has reached it.
//
// Source: the Kusto documentation, "funnel_sequence_completion plugin".
func (b *binder) funnelCompletion(sc *scope, in table, op *syntax.EvaluateOp) table {
	f, ok := b.funnelOf(sc, in, op, "start end bin:step", 5, 6)
	if !ok {
		return unknownTable()
	}
	if f.seq == nil {
		return b.pendingPlugin(in, "funnel_sequence_completion", []types.Column{f.time, {Name: f.states.Name, Type: types.String},
			{Name: "Period", Type: stepType(f.time.Type)}, {Name: "dcount", Type: types.Long}})
	}
	periods := b.constant(sc, unnamed(op.Call.Args[7]), types.Dynamic)
	if periods.unknown() {
		return unknownTable()
	}
	f.consts["__periods"] = periods
	var vars, steps, took, far, names []string
	for i, s := range f.seq {
		vars = append(vars, fmt.Sprintf("__f%d: %s", i, f.time.Type))
		took = append(took, fmt.Sprintf("__d%d = minif(%s - __f%d, %s == %s)", i, f.at, i, f.is, s))
		far = append(far, fmt.Sprintf("__at == %d, __d%d", i, i))
		names = append(names, s)
		if i == 0 {
			steps = append(steps, fmt.Sprintf("__f0 = iff(%s == %s, %s, s.__f0)", f.is, s, f.at))
			continue
		}
		steps = append(steps, fmt.Sprintf("__f%[1]d = iff(%[2]s == %[3]s and isnotnull(s.__f%[4]d), s.__f%[4]d, s.__f%[1]d)", i, f.is, s, i-1))
	}
	far = append(far, "__d0")
	return b.alongTimeline(sc, in, op, f.timeline, strings.NewReplacer(
		"ROWS", f.ordered(" and "+f.is+" in ("+strings.Join(f.seq, ", ")+")"), "VARS", strings.Join(vars, ", "),
		"STEPS", strings.Join(steps, ", "), "TOOK", strings.Join(took, ", "), "FAR", strings.Join(far, ", "),
		"NAMES", strings.Join(names, ", "), "COUNT", fmt.Sprint(len(f.seq)), "SPAN", stepType(f.time.Type).String(),
		"STATE", f.state, "AT", f.at, "ID", f.id,
	).Replace("ROWS declare (VARS) with (step s: true => STEPS;)"+
		" | summarize TOOK by ID, __step | where isnotnull(__d0)"+
		" | mv-expand with_itemindex=__order Period = __periods to typeof(SPAN) | mv-expand __at = range(0, COUNT - 1, 1) to typeof(long)"+
		" | extend __took = case(FAR) | summarize ['dcount'] = dcountif(ID, __took <= Period) by __step, __order, Period, __at"+
		" | sort by __step asc, __order asc, __at asc"+
		" | project AT = __step, STATE = tostring(pack_array(NAMES)[__at]), Period, ['dcount']"))
}

// funnelSequence finds, for each identifier, the first time that the states follow
// one another, each in time after the one before it, and what was before and after
// them. It yields three tables: by both, by what was before, by what was after.
//
// Source: the Kusto documentation, "funnel_sequence plugin".
func (b *binder) funnelSequence(sc *scope, in table, op *syntax.EvaluateOp) table {
	f, ok := b.funnelOf(sc, in, op, "start end window:span bin:step", 6, 7)
	if !ok {
		return unknownTable()
	}
	if f.seq == nil {
		return b.pendingPlugin(in, "funnel_sequence", []types.Column{f.time, {Name: "prev", Type: f.states.Type},
			{Name: "next", Type: f.states.Type}, {Name: "dcount", Type: types.Long}, {Name: "samples", Type: types.Dynamic}})
	}
	last := len(f.seq) - 1
	vars := []string{"__before: " + f.states.Type.String(), "__after: " + f.states.Type.String(), "__past: bool = false"}
	steps := []string{fmt.Sprintf("__before = iff(%s == %s, s.__before, %s)", f.is, f.seq[0], f.state)}
	for i, s := range f.seq {
		vars = append(vars, fmt.Sprintf("__t%d: %s, __b%d: %s", i, f.time.Type, i, f.states.Type))
		steps = append(steps, f.step(i, s, last))
	}
	past := fmt.Sprintf("isnotnull(s.__t%d) and %s != %s", last, f.is, f.seq[last])
	steps = append(steps, "__past = s.__past or "+past, "__after = iff(not(s.__past) and "+past+", "+f.state+", s.__after)")
	rows := b.share(b.alongTimeline(sc, in, op, f.timeline, strings.NewReplacer(
		"ROWS", f.ordered(""), "VARS", strings.Join(vars, ", "), "STEPS", strings.Join(steps, ", "),
		"LAST", fmt.Sprint(last), "AT", f.at, "ID", f.id,
	).Replace("ROWS declare (VARS) with (step s: true => STEPS;) | where isnotnull(__tLAST)"+
		" | summarize prev = take_any(__bLAST), next = take_anyif(__after, __past) by AT = __step, ID")), "")
	var out table
	for i, by := range []string{"prev, next", "prev", "next"} {
		t := b.inKQL(sc, rows, op, nil, fmt.Sprintf("summarize ['dcount'] = dcount(%s), samples = make_set(%s, 128) by %s, %s"+
			" | sort by %s asc, ['dcount'] desc, %s", f.id, f.id, f.at, by, f.at, strings.ReplaceAll(by, ",", " asc,")+" asc"))
		if i == 0 {
			out = t
			continue
		}
		out.after = append(out.after, plan.Result{Root: t.node})
	}
	return out
}

// step is the assignments of the state at position i: the time at which it was
// reached last, the final one first, and what was before the sequence.
func (f *funnel) step(i int, s string, last int) string {
	hit, before := f.is+" == "+s, "s.__before"
	if i > 0 {
		hit += fmt.Sprintf(" and %s - s.__t%d <= __window", f.at, i-1)
		before = fmt.Sprintf("s.__b%d", i-1)
	}
	if i == last {
		hit += fmt.Sprintf(" and isnull(s.__t%d)", i)
	}
	return fmt.Sprintf("__t%[1]d = iff(%[2]s, %[3]s, s.__t%[1]d), __b%[1]d = iff(%[2]s, %[4]s, s.__b%[1]d)", i, hit, f.at, before)
}
