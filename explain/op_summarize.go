package explain

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

func (t *teller) summarize(op *syntax.SummarizeOp) string {
	groups := t.groups(op.By)
	if len(op.Aggs) == 0 {
		if len(op.By) == 0 {
			return "Make one row of all rows"
		}
		return "Make one row " + groups
	}
	var out []string
	for _, a := range op.Aggs {
		out = append(out, t.aggregate(a))
	}
	if groups == "" {
		return "Over all rows, take " + strings.Join(out, "; ")
	}
	return strings.ToUpper(groups[:1]) + groups[1:] + ", take " + strings.Join(out, "; ")
}

// groups returns "for each A and B", empty without groups.
func (t *teller) groups(by []*syntax.NamedExpr) string {
	var out []string
	for _, e := range by {
		s := t.bucket(e.X)
		if len(e.Names) == 1 {
			s = ident(e.Names[0].Name) + " (" + s + ")"
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return ""
	}
	if len(out) > 1 {
		return "for each combination of " + and(out)
	}
	return "for each " + out[0]
}

func (t *teller) bucket(e syntax.Expr) string {
	if call, ok := e.(*syntax.CallExpr); ok && (call.Name.Name == "bin" || call.Name.Name == "floor") && len(call.Args) == 2 {
		if t.isTime(call.Args[0]) {
			return strings.TrimPrefix(t.value(call.Args[1]), "1 ") + " of " + t.value(call.Args[0])
		}
		return "step of " + t.value(call.Args[1]) + " of " + t.value(call.Args[0])
	}
	return t.value(e)
}

// aggregate returns one aggregate in words, with the name that it is given.
func (t *teller) aggregate(e *syntax.NamedExpr) string {
	s := t.aggregateValue(e.X)
	if len(e.Names) == 0 {
		return s
	}
	var names []string
	for _, n := range e.Names {
		names = append(names, ident(n.Name))
	}
	return strings.Join(names, ", ") + " = " + s
}

func (t *teller) aggregateValue(e syntax.Expr) string {
	call, ok := inner(e).(*syntax.CallExpr)
	if !ok {
		return t.quote(e)
	}
	name, args := call.Name.Name, call.Args
	switch {
	case len(args) == 0:
		if name == "count" {
			return "the number of rows"
		}
	case name == "arg_max" || name == "arg_min":
		return t.pick(call)
	case name == "countif" && len(args) == 1:
		return "the number of rows where " + t.condition(args[0])
	case name == "dcount":
		return "the number of different values of " + t.value(args[0]) + " (by estimate)"
	case name == "count_distinct" && len(args) == 1:
		return "the number of different values of " + t.value(args[0])
	case name == "dcountif" && len(args) >= 2:
		return "the number of different values of " + t.value(args[0]) + " (by estimate) where " + t.condition(args[1])
	case (name == "take_any" || name == "any") && len(args) >= 1:
		if _, star := args[0].(*syntax.StarExpr); star {
			return "some row"
		}
		return "some value of " + and(t.values(args))
	case (name == "percentile" || name == "percentiles") && len(args) >= 2:
		return choose(len(args) == 2, "percentile ", "the percentiles ") + and(t.values(args[1:])) + " of " + t.value(args[0])
	case len(args) == 1:
		if words := t.oneArgument(name, args[0]); words != "" {
			return words + " " + t.value(args[0])
		}
	case len(args) == 2:
		return t.twoArguments(call)
	}
	return t.quote(e)
}

// oneArgument returns the words for an aggregate of one column.
func (t *teller) oneArgument(name string, arg syntax.Expr) string {
	switch name {
	case "min":
		return choose(t.isTime(arg), "the earliest", "the least")
	case "max":
		return choose(t.isTime(arg), "the latest", "the greatest")
	case "sum":
		return "the sum of"
	case "avg":
		return "the average of"
	case "stdev":
		return "the standard deviation of"
	case "variance":
		return "the variance of"
	case "make_set", "makeset":
		return "the set of the different values of"
	case "make_list", "makelist":
		return "the list of the values of"
	case "make_bag":
		return "one bag of all the properties of"
	}
	return ""
}

// twoArguments tells of aggregates with a condition or with a greatest size.
func (t *teller) twoArguments(call *syntax.CallExpr) string {
	name, x, y := call.Name.Name, call.Args[0], call.Args[1]
	base, isIf := strings.CutSuffix(name, "if")
	if base == "make_set_" || base == "make_list_" || base == "make_bag_" {
		base = strings.TrimSuffix(base, "_")
	}
	if base == "take_any" || base == "takeany" || base == "any" {
		return "some value of " + t.value(x) + " where " + t.condition(y)
	}
	words := t.oneArgument(base, x)
	switch {
	case words == "":
		return t.quote(call)
	case isIf:
		return words + " " + t.value(x) + " where " + t.condition(y)
	case strings.HasPrefix(base, "make"):
		return words + " " + t.value(x) + " (at most " + t.value(y) + ")"
	}
	return t.quote(call)
}

// pick tells of arg_max and arg_min: a row by its greatest or least value.
func (t *teller) pick(call *syntax.CallExpr) string {
	by := call.Args[0]
	max := call.Name.Name == "arg_max"
	which := choose(max, "greatest ", "least ")
	if t.isTime(by) {
		which = choose(max, "latest ", "earliest ")
	}
	which += t.value(by)
	rest := call.Args[1:]
	if len(rest) == 0 {
		return "the " + which
	}
	if _, star := rest[0].(*syntax.StarExpr); star && len(rest) == 1 {
		return "the row with the " + which
	}
	return "the " + which + " and, of the row that has it, " + and(t.values(rest))
}
