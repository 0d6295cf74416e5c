package plan

import (
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// describeColumns prints computed columns: "a, b = x + 1". A column that is
// passed on under its own name is printed once.
func describeColumns(exprs []Expr, cols []types.Column) string {
	out := make([]string, len(exprs))
	for i, e := range exprs {
		text, name := e.String(), quoteName(cols[i].Name)
		if _, isColumn := e.(*Column); isColumn && text == name {
			out[i] = name
			continue
		}
		out[i] = name + " = " + text
	}
	return strings.Join(out, ", ")
}

func describeAggregate(n *Aggregate) string {
	keys := describeColumns(n.Keys, n.Out.Columns)
	if len(n.Aggs) == 0 {
		return "distinct " + keys
	}
	out := make([]string, 0, len(n.Aggs))
	at := len(n.Keys)
	for _, a := range n.Aggs {
		width := 1
		if a.Pick != nil {
			width = len(a.Pick.Cols)
		}
		out = append(out, describeAgg(a, n.Out.Columns[at:at+width]))
		at += width
	}
	s := "aggregate " + strings.Join(out, ", ")
	if keys != "" {
		s += " by " + keys
	}
	return s
}

func describeAgg(a Agg, cols []types.Column) string {
	if p := a.Pick; p != nil {
		kind := [...]string{PickMax: "arg_max", PickMin: "arg_min", PickAny: "take_any"}[p.Kind]
		args := []string{describeColumns(p.Cols, cols)}
		if p.By != nil {
			args = []string{p.By.String(), args[0]}
		}
		return kind + "(" + strings.Join(args, "; ") + ")"
	}
	args := make([]string, len(a.Args))
	for i, e := range a.Args {
		args[i] = e.String()
	}
	return quoteName(cols[0].Name) + " = " + a.Fn.Name + "(" + strings.Join(args, ", ") + ")"
}

func describeKeys(keys []SortKey) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		order, nulls := " asc", " nulls last"
		if k.Desc {
			order = " desc"
		}
		if k.NullsFirst {
			nulls = " nulls first"
		}
		out[i] = k.Expr.String() + order + nulls
	}
	return strings.Join(out, ", ")
}

// String returns the kind as KQL's join operator spells it.
func (k JoinKind) String() string {
	return [...]string{
		InnerUnique: "innerunique", Inner: "inner", LeftOuter: "leftouter", RightOuter: "rightouter",
		FullOuter: "fullouter", LeftAnti: "leftanti", RightAnti: "rightanti", LeftSemi: "leftsemi", RightSemi: "rightsemi",
	}[k]
}

func describeJoin(n *Join) string {
	on := make([]string, len(n.LeftKeys))
	for i := range n.LeftKeys {
		on[i] = "$left." + operand(n.LeftKeys[i]) + " == $right." + operand(n.RightKeys[i])
	}
	return "join " + n.Kind.String() + " on " + strings.Join(on, ", ") + " (" + names(n.Out.Columns) + ")"
}

func describeMvExpand(n *MvExpand) string {
	out := make([]string, len(n.Cols))
	for i, c := range n.Cols {
		to := n.Out.Columns[c.To]
		out[i] = describeColumns([]Expr{c.Expr}, []types.Column{to})
		if to.Type != types.Dynamic {
			out[i] += " to typeof(" + to.Type.String() + ")"
		}
	}
	s := "mv-expand "
	if n.BagArrays {
		s += "kind=array "
	}
	if n.ItemIndex {
		s += "with_itemindex=" + quoteName(n.Out.Columns[n.Out.Len()-1].Name) + " "
	}
	s += strings.Join(out, ", ")
	if n.Limit > 0 {
		s += " limit " + strconv.FormatInt(n.Limit, 10)
	}
	return s
}

func describeParse(n *Parse) string {
	s := "parse "
	if n.Where {
		s = "parse-where "
	}
	s += [...]string{ParseSimple: "", ParseRelaxed: "kind=relaxed ", ParseRegex: "kind=regex "}[n.Mode]
	if n.Flags != "" {
		s += "flags=" + n.Flags + " "
	}
	s += n.Text.String() + " with"
	for _, step := range n.Steps {
		switch {
		case step.Star:
			s += " *"
		case step.To >= 0:
			s += " " + quoteName(n.Out.Columns[step.To].Name) + ":" + step.Type.String()
		default:
			s += " '" + escapeText(step.Text) + "'"
		}
	}
	return s
}

func describeParseKv(n *ParseKv) string {
	out := make([]string, len(n.Keys))
	for i, k := range n.Keys {
		out[i] = quoteName(k) + ":" + n.Out.Columns[n.To[i]].Type.String()
	}
	s := "parse-kv " + n.Text.String() + " as (" + strings.Join(out, ", ") + ")"
	var with []string
	add := func(name, v string) {
		if v != "" {
			with = append(with, name+"='"+escapeText(v)+"'")
		}
	}
	add("pair_delimiter", n.PairDelimiter)
	add("kv_delimiter", n.KvDelimiter)
	for _, q := range n.Quotes {
		add("quote", q)
	}
	add("escape", n.Escape)
	add("regex", n.Regex)
	if n.Greedy {
		with = append(with, "greedy=true")
	}
	if len(with) > 0 {
		s += " with (" + strings.Join(with, ", ") + ")"
	}
	return s
}
