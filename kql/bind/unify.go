package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// uniteParts returns the union of parts. If source is not empty, the first column
// has that name and tells which part a row is from. If inner, only the columns
// that all parts have are kept. at is the operator.
func (b *binder) uniteParts(at syntax.Node, parts []part, source string, inner bool) table {
	u := b.unify(parts, inner && !b.env.Strict) // the analyzer keeps all
	if len(u.forgotten) > 0 {
		b.report(columnsForgotten(at, u.forgotten))
	}
	var head []types.Column
	if source != "" {
		head = []types.Column{{Name: source, Type: types.String}}
	}
	out := types.Schema{Columns: append(head, u.cols...)}
	n := &plan.Union{Out: out}
	t := table{node: n}
	for i, p := range u.live {
		exprs := make([]plan.Expr, 0, out.Len())
		if source != "" {
			exprs = append(exprs, constOf(types.String, p.name).expr)
		}
		for j, c := range u.cols {
			if at := u.from[j].at[i]; at >= 0 {
				exprs = append(exprs, columnAt(p.t.schema(), at))
			} else {
				exprs = append(exprs, nullOf(c.Type).expr)
			}
		}
		n.Parts = append(n.Parts, &plan.Project{Input: p.t.node, Exprs: exprs, Out: out})
	}
	if len(n.Parts) == 0 {
		t.node = &plan.Values{Out: out}
	}
	for _, p := range parts {
		t.open = t.open || p.t.open
	}
	return t
}

// A unified is the columns of a union.
type unified struct {
	// live are the parts that may have rows.
	live []part
	cols []types.Column
	from []origin
	// forgotten are the names of columns of which the analyzer does not see all
	// types.
	forgotten []string
}

// An origin says where a column of a union is in its parts.
type origin struct {
	// at has the position in each live part, -1 where it is not.
	at []int
	// in counts the parts that have it, blank ones too.
	in int
}

// unify finds the columns of a union. Columns of one name and type are one; of
// one name and several types, each is named after its type too: a_long, a_string.
func (b *binder) unify(parts []part, inner bool) unified {
	u := unified{live: slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return p.blank })}
	v := newOrigins(len(u.live))
	order := map[string][]types.Column{}
	var names []string
	times := map[string]int{}
	eachColumn(parts, func(live, at int, c types.Column) {
		if c.Hidden {
			return
		}
		key := types.Column{Name: c.Name, Type: c.Type}
		if b.forgets(key, order[c.Name], times[c.Name]) {
			u.forgotten = append(u.forgotten, c.Name)
			return
		}
		times[c.Name]++
		if v.add(key, live, at) {
			if len(order[c.Name]) == 0 {
				names = append(names, c.Name)
			}
			order[c.Name] = append(order[c.Name], key)
		}
	})
	v.mergeUnknown(order)
	taken := map[string]bool{}
	for _, name := range names {
		taken[name] = taken[name] || len(order[name]) == 1
	}
	for _, name := range names {
		for _, c := range order[name] {
			where := v.from[v.places[c]]
			if inner && where.in < len(parts) {
				continue
			}
			if len(order[name]) > 1 {
				c.Name = freeName(taken, name+"_"+c.Type.String())
			}
			u.cols = append(u.cols, c)
			u.from = append(u.from, where)
		}
	}
	u.addHidden(parts, order)
	slices.Sort(u.forgotten)
	u.forgotten = slices.Compact(u.forgotten)
	return u
}

// eachColumn calls f with each column of each part; live is the number of the part
// among those that may have rows, -1 for a blank one.
func eachColumn(parts []part, f func(live, at int, c types.Column)) {
	live := 0
	for _, p := range parts {
		i := -1
		if !p.blank {
			i = live
			live++
		}
		for at, c := range p.t.schema().Columns {
			f(i, at, c)
		}
	}
}

// origins finds the origin of each column.
type origins struct {
	live   int
	places map[types.Column]int
	from   []origin
}

func newOrigins(live int) *origins { return &origins{live: live, places: map[types.Column]int{}} }

// add says that key is at a position of a part, and reports whether it is new.
func (o *origins) add(key types.Column, live, at int) (added bool) {
	j, seen := o.places[key]
	if !seen {
		j = len(o.from)
		o.places[key] = j
		o.from = append(o.from, origin{at: absent(o.live)})
	}
	o.from[j].in++
	if live >= 0 {
		o.from[j].at[live] = at
	}
	return !seen
}

// mergeUnknown gives columns whose type is not known the first type that another
// part has under their name.
func (o *origins) mergeUnknown(order map[string][]types.Column) {
	for name, cols := range order {
		unknown := slices.Index(cols, types.Column{Name: name})
		if unknown < 0 || len(cols) == 1 {
			continue
		}
		where := o.from[o.places[cols[unknown]]]
		cols = slices.Delete(slices.Clone(cols), unknown, unknown+1)
		to := &o.from[o.places[cols[0]]]
		for i, at := range where.at {
			if to.at[i] < 0 {
				to.at[i] = at
			}
		}
		to.in += where.in
		order[name] = cols
	}
}

// addHidden adds the hidden columns of parts: those of one name are one, of the
// first one's type, unless a visible column has the name.
func (u *unified) addHidden(parts []part, visible map[string][]types.Column) {
	first := map[string]types.Column{}
	v := newOrigins(len(u.live))
	eachColumn(parts, func(live, at int, c types.Column) {
		if !c.Hidden || len(visible[c.Name]) > 0 {
			return
		}
		if have, ok := first[c.Name]; ok && have.Type != c.Type {
			return
		}
		first[c.Name] = c
		if v.add(c, live, at) {
			u.cols = append(u.cols, c)
		}
	})
	u.from = append(u.from, v.from...)
}

func absent(n int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = -1
	}
	return at
}
