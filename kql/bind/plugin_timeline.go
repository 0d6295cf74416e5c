package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A timeline is what the plugins for the activity of users begin with: the column
// of their identifiers, that of the time, constants, and columns that split all.
type timeline struct {
	id, at string
	// same has the columns whose change begins another identifier's rows, as text
	// that two nulls have in common.
	same   map[string]string
	dims   []string
	consts map[string]value
	// calendar is week, month or year where the step is one of those, else "".
	calendar string
	// short says that the time is an int: steps of it are too, though they are reckoned
	// as longs.
	short bool
	// unbounded says that the text gives no start, so that steps begin where bin()
	// has them begin.
	unbounded bool
}

// timelineOf binds the arguments: identifier, time, constants, dimensions. spec
// names the constants and says what they are: "start" a point of the time,
// "back:span" as long as a step of it, "n:count" a whole number, "bin:step" a span
// or a word of the calendar.
func (b *binder) timelineOf(sc *scope, in table, op *syntax.EvaluateOp, spec string) (*timeline, bool) {
	params, args := strings.Fields(spec), op.Call.Args
	if len(args) < 2+len(params) {
		b.report(argumentCount(op.Call, op.Call.Name.Name, 2+len(params), -1))
		return nil, false
	}
	at := b.columnList(in, []syntax.Expr{unnamed(args[0]), unnamed(args[1])})
	if len(at) != 2 {
		return nil, false
	}
	s := in.schema()
	time := s.Columns[at[1]].Type
	b.notDynamic(args[0], s.Columns[at[0]].Type)
	if time != types.Unknown && !summable(time) {
		b.report(summableExpected(args[1]))
		return nil, false
	}
	t := &timeline{short: time == types.Int, consts: map[string]value{}, same: map[string]string{}, unbounded: !slices.Contains(params, "start")}
	t.at = t.column(s, at[1])
	if t.id = t.column(s, at[0]); t.id == t.at {
		t.id, t.same["__who"] = "__who", strings.ReplaceAll(t.same[t.at], t.at, "__who")
	}
	ok := time != types.Unknown
	for i, p := range params {
		ok = b.timelineConstant(sc, t, time, p, unnamed(args[2+i])) && ok
	}
	for _, a := range args[2+len(params):] {
		for _, i := range b.columnsOf(in, unnamed(a)) {
			b.notDynamic(a, s.Columns[i].Type)
			t.dims = append(t.dims, t.column(s, i))
		}
	}
	return t, ok
}

// timelineConstant binds a constant of a timeline.
func (b *binder) timelineConstant(sc *scope, t *timeline, time types.Type, param string, a syntax.Expr) bool {
	name, kind, _ := strings.Cut(param, ":")
	v := b.constant(sc, a)
	if v.unknown() || time == types.Unknown {
		return false
	}
	want := time
	switch kind {
	case "count":
		want = types.Long
	case "span", "step":
		want = stepType(time)
	}
	if kind == "step" && v.typ() == types.String {
		word, _ := b.constString(sc, a)
		if !slices.Contains([]string{"week", "month", "year"}, word) || time != types.DateTime {
			b.report(oneOfExpected(a, "week", "month", "year"))
			return false
		}
		t.calendar = word
		return true
	}
	if !summable(v.typ()) {
		b.report(summableExpected(a))
		return false
	}
	if v.typ() != want && !(v.typ().IsNumeric() && want.IsNumeric()) {
		b.report(typeExpected(a, v.typ(), want))
		return false
	}
	if l, ok := v.expr.(*plan.Literal); ok && kind == "step" && !positive(l) {
		b.refuse(zeroStep(a))
		if !b.env.Strict {
			return false
		}
	}
	t.consts["__"+name] = b.convert(a, v, want)
	return true
}

// summable reports whether values of type t lie on a line.
func summable(t types.Type) bool { return t.IsSummable() || t == types.DateTime }

// positive reports whether a constant is above zero.
func positive(l *plan.Literal) bool {
	if l.Value.Null(0) {
		return false
	}
	switch v := dynamicOf(l.Value); l.Value.Type() {
	case types.TimeSpan:
		d, _ := v.ToTimeSpan()
		return d > 0
	default:
		r, _ := v.ToReal()
		return r > 0
	}
}

// alongTimeline is inKQL for a plugin over a timeline. Where one column is both the
// identifier and the time, the identifier is a copy.
func (b *binder) alongTimeline(sc *scope, in table, op *syntax.EvaluateOp, t *timeline, text string) table {
	if t.id == "__who" {
		text = "extend __who = " + t.at + " | " + text
	}
	return b.inKQL(sc, in, op, t.consts, text)
}

// column returns how the text of a query names a column.
func (t *timeline) column(s types.Schema, i int) string {
	name := quotedName(s.Columns[i].Name)
	t.same[name] = name
	if s.Columns[i].Type != types.String {
		t.same[name] = "tostring(" + name + ")"
	}
	return name
}

// by lists the dimensions after first, as a list of columns.
func (t *timeline) by(first ...string) string {
	return strings.Join(append(slices.Clone(first), t.dimsBut(first...)...), ", ")
}

// dimsBut returns the dimensions that are not among cols.
func (t *timeline) dimsBut(cols ...string) []string {
	return slices.DeleteFunc(slices.Clone(t.dims), func(d string) bool { return slices.Contains(cols, d) })
}

// order lists columns, each ascending.
func (t *timeline) order(cols ...string) string { return strings.Join(cols, " asc, ") + " asc" }

// ofTime is the begin x of a step, in the type of the time.
func (t *timeline) ofTime(x string) string {
	if t.short {
		return "toint(" + x + ")"
	}
	return x
}

// sorted sorts what a plugin yields by time and dimensions, as its page prints it.
func (t *timeline) sorted() string {
	return " | extend " + t.at + " = " + t.ofTime(t.at) + " | sort by " + t.order(append([]string{t.at}, t.dimsBut(t.at)...)...)
}

// within is the condition that the time lies in what is analyzed; back comes before
// the start.
func (t *timeline) within(back string) string {
	if t.unbounded {
		return "isnotnull(" + t.at + ")"
	}
	return t.at + " >= __start" + back + " and " + t.at + " <= __end"
}

// bin is the begin of the step that x lies in.
func (t *timeline) bin(x string) string {
	switch {
	case t.calendar != "":
		return "startof" + t.calendar + "(" + x + ")"
	case t.unbounded:
		return "bin(" + x + ", __bin)"
	}
	return "bin_at(" + x + ", __bin, __start)"
}

// later is the begin of the step that comes n steps after the one that begins at x.
func (t *timeline) later(x, n string) string {
	if t.calendar != "" {
		return "datetime_add('" + t.calendar + "', " + n + ", " + x + ")"
	}
	return x + " + " + n + " * __bin"
}

// steps is how many steps a span covers, one at least.
func (t *timeline) steps(span string) string {
	days := map[string]int{"week": 7, "month": 28, "year": 365}[t.calendar]
	if days > 0 {
		return fmt.Sprintf("max_of(1, tolong(%s / %dd))", span, days)
	}
	return "max_of(1, tolong(" + span + " / __bin))"
}

// follows is the condition that the step of a row is the one after that of the row
// before it. Steps of reals are not exact, hence the half.
func (t *timeline) follows() string {
	if t.calendar != "" {
		return "prev(" + t.at + ") == " + t.later(t.at, "-1")
	}
	return t.at + " - prev(" + t.at + ") < 1.5 * __bin"
}

// unchanged is the condition that the columns have the values of the row that comes
// n rows before.
func (t *timeline) unchanged(n string, cols ...string) string {
	all := []string{"row_number() > " + n}
	for _, c := range cols {
		before := strings.Replace(t.same[c], c, "prev("+c+", "+n+")", 1)
		all = append(all, t.same[c]+" == "+before)
	}
	return strings.Join(all, " and ")
}
