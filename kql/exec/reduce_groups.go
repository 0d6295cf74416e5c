package exec

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"
)

// textGroups finds groups of texts with terms in common. A term counts with its
// place among those of its text. Terms that few texts have at that place, and
// numbers, are what varies. Texts that have the same other terms are a group, if
// they are enough; one that is in none joins the group that has the most of its
// terms and no others. What is left is the group "others".
type textGroups struct {
	texts      []string // distinct
	count      []int64  // of the rows that have each text
	separators string
	least      int64 // a term, or a group, must be in more rows

	terms  [][]placedTerm // of each text: those that are frequent
	groups []textGroup    // the largest first; the last may be that of others
	group  []uint32       // of each text: its place in groups
}

// A placedTerm is a term at a place.
type placedTerm struct {
	place uint32
	term  uint32 // its number
}

type textGroup struct {
	terms   []placedTerm
	rows    int64
	example int // the first of its texts
	longer  bool
	others  bool
}

func (g *textGroups) find(ctx context.Context, l *lease) error {
	if err := g.frequent(ctx, l); err != nil {
		return err
	}
	candidates := map[string]int{}
	var all []textGroup
	of := make([]int, len(g.texts))
	var key []byte
	for i, terms := range g.terms {
		key = key[:0]
		for _, t := range terms {
			key = binary.LittleEndian.AppendUint64(key, t.word())
		}
		at, ok := candidates[string(key)]
		if !ok {
			at = len(all)
			candidates[string(key)] = at
			all = append(all, textGroup{terms: terms, example: i, others: len(terms) == 0})
			if err := l.add(96 + int64(len(key))); err != nil {
				return err
			}
		}
		of[i] = at
		all[at].rows += g.count[i]
	}
	to := g.choose(all)
	g.group = make([]uint32, len(g.texts))
	for i := range g.texts {
		g.join(i, to[of[i]])
	}
	return ctx.Err()
}

func (t placedTerm) word() uint64 { return uint64(t.place)<<32 | uint64(t.term) }

// maxPlaces is how many terms of a text are looked at.
const maxPlaces = 1 << 10

// frequent finds the terms of each text that are in enough rows.
func (g *textGroups) frequent(ctx context.Context, l *lease) error {
	numbers := map[string]uint32{}
	places := &wordTable{}
	var rows []int64
	all := make([][]uint32, len(g.texts)) // the numbers of each text's placed terms
	for i, text := range g.texts {
		if err := ctx.Err(); err != nil {
			return err
		}
		place := uint32(0)
		for term := range g.split(text) {
			if place++; place > maxPlaces {
				break
			}
			if isNumber(term.text) {
				continue
			}
			number, ok := numbers[term.text]
			if !ok {
				number = uint32(len(numbers))
				numbers[term.text] = number
			}
			id := places.add(placedTerm{place, number}.word())
			if int(id) == len(rows) {
				rows = append(rows, 0)
			}
			rows[id] += g.count[i]
			all[i] = append(all[i], id)
		}
		if err := l.add(24 + 4*int64(len(all[i])) + int64(len(text))); err != nil {
			return err
		}
	}
	g.terms = make([][]placedTerm, len(g.texts))
	for i, ids := range all {
		for _, id := range ids {
			if rows[id] > g.least {
				w := places.keys[id]
				g.terms[i] = append(g.terms[i], placedTerm{uint32(w >> 32), uint32(w)})
			}
		}
	}
	return nil
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// choose makes groups of the candidates that are large enough, and returns where
// each candidate goes.
func (g *textGroups) choose(all []textGroup) []int {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case all[a].rows > all[b].rows:
			return -1
		case all[a].rows < all[b].rows:
			return 1
		}
		return 0
	})
	to := make([]int, len(all))
	byFirst := map[placedTerm][]int{} // groups by their first term
	var small []int
	for _, at := range order {
		c := all[at]
		if c.others || c.rows <= g.least {
			small = append(small, at)
			continue
		}
		to[at] = len(g.groups)
		byFirst[c.terms[0]] = append(byFirst[c.terms[0]], to[at])
		g.groups = append(g.groups, textGroup{terms: c.terms, example: -1})
	}
	for _, at := range small {
		to[at] = g.best(all[at].terms, byFirst)
	}
	return to
}

// best returns the group that has the most of the terms given and no others; that
// of others if there is none.
func (g *textGroups) best(terms []placedTerm, byFirst map[placedTerm][]int) int {
	best := -1
	for _, t := range terms {
		for _, at := range byFirst[t] {
			have := g.groups[at].terms
			if (best < 0 || len(have) > len(g.groups[best].terms)) && contains(terms, have) {
				best = at
			}
		}
	}
	if best >= 0 {
		return best
	}
	if n := len(g.groups); n == 0 || !g.groups[n-1].others {
		g.groups = append(g.groups, textGroup{others: true})
	}
	return len(g.groups) - 1
}

// contains reports whether all of some are among all; both are in order.
func contains(all, some []placedTerm) bool {
	for _, t := range all {
		if len(some) > 0 && t == some[0] {
			some = some[1:]
		}
	}
	return len(some) == 0
}

// join puts text i into a group.
func (g *textGroups) join(i, at int) {
	o := &g.groups[at]
	g.group[i] = uint32(at)
	o.rows += g.count[i]
	if o.others {
		return
	}
	if o.example < 0 {
		o.example = i
	}
	if !o.longer {
		last, n := o.terms[len(o.terms)-1].place, uint32(0)
		for range g.split(g.texts[i]) {
			if n++; n > last {
				o.longer = true
				break
			}
		}
	}
}
