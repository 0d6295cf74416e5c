package oracle

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// mutations is how many damaged queries are compared. For more, and others, raise
// it and change the seed.
const mutations = 400

// leastFound is the share of the damages, in percent, that both parsers must see.
// The rest are texts in which another place may as well be blamed.
const leastFound = 98

// TestMutations takes, doubles, swaps and replaces words of queries. Where
// Microsoft's parser has an error at the damage, ours must have one there, too.
func TestMutations(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	damaged := damage(allQueries(t, engine), rand.New(rand.NewPCG(3, 4)))
	queries := make([]query, len(damaged))
	for i, d := range damaged {
		queries[i] = query{text: d.text}
	}
	seen, found := 0, 0
	for i, theirs := range analyzeAll(t, queries) {
		d := damaged[i]
		if theirs.Died != "" || !d.hit(theirs.Places) {
			continue
		}
		seen++
		_, diags := engine.Check(d.text, kql.Tables{})
		var places [][2]int
		for _, x := range diags {
			if x.Severity == syntax.Error {
				places = append(places, [2]int{x.Pos, x.End})
			}
		}
		if d.hit(places) {
			found++
		} else {
			t.Logf("no finding at %d to %d:\n%s\nours %v\ntheirs %v", d.from, d.to, d.text, places, theirs.Places)
		}
	}
	t.Logf("%d damages that Microsoft's parser sees, %d seen here", seen, found)
	if seen < mutations/4 || found*100 < seen*leastFound {
		t.Errorf("%d of %d damages seen: too few", found, seen)
	}
}

// A damaged query has its damage from one place to another.
type damaged struct {
	text     string
	from, to int
}

// hit reports whether a place touches the damage.
func (d damaged) hit(places [][2]int) bool {
	for _, p := range places {
		if p[0] <= d.to && p[1] >= d.from {
			return true
		}
	}
	return false
}

var (
	word  = regexp.MustCompile(`"[^"]*"|'[^']*'|\w+|[^\s\w]`)
	ascii = regexp.MustCompile(`^[ -~\n\t]*$`)
)

func damage(queries []query, r *rand.Rand) []damaged {
	var out []damaged
	for len(out) < mutations {
		s := queries[r.IntN(len(queries))].text
		w := word.FindAllStringIndex(s, -1)
		if len(w) < 6 || len(s) > 2000 || !ascii.MatchString(s) {
			continue
		}
		i := r.IntN(len(w) - 1)
		from, to, next := w[i][0], w[i][1], w[i+1]
		one, two := s[from:to], s[next[0]:next[1]]
		var d damaged
		switch r.IntN(4) {
		case 0:
			d = damaged{s[:from] + s[to:], from, from}
		case 1:
			d = damaged{s[:to] + " " + s[from:], from, to + 1 + len(one)}
		case 2:
			d = damaged{s[:from] + two + s[to:next[0]] + one + s[next[1]:], from, next[1]}
		default:
			other := w[r.IntN(len(w))]
			by := s[other[0]:other[1]]
			d = damaged{s[:from] + by + s[to:], from, from + len(by)}
		}
		out = append(out, d)
	}
	return out
}
