package exec

import (
	"iter"
	"strings"
)

// A textTerm is a term within a text.
type textTerm struct {
	text     string
	from, to int
}

// split yields the terms of s: what is between separators.
func (g *textGroups) split(s string) iter.Seq[textTerm] {
	return func(yield func(textTerm) bool) {
		from := -1
		for i, r := range s {
			switch separates := g.separates(r); {
			case separates && from >= 0:
				if !yield(textTerm{s[from:i], from, i}) {
					return
				}
				from = -1
			case !separates && from < 0:
				from = i
			}
		}
		if from >= 0 {
			yield(textTerm{s[from:], from, len(s)})
		}
	}
}

func (g *textGroups) separates(r rune) bool {
	if g.separators != "" {
		return strings.ContainsRune(g.separators, r)
	}
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
}

// pattern prints the terms of a group as they stand in its first text, and a star
// for each run of what varies. The separators about a star are part of it where
// the query has chosen them, as the documentation shows.
func (g *textGroups) pattern(o *textGroup) string {
	if o.others {
		return "others"
	}
	text := g.texts[o.example]
	var b strings.Builder
	place, next, end := uint32(0), 0, 0 // end is that of the last term
	star := false
	for t := range g.split(text) {
		place++
		if next == len(o.terms) {
			break
		}
		between := text[end:t.from]
		fixed := o.terms[next].place == place
		switch {
		case fixed && star && g.separators != "":
		case fixed || !star && g.separators == "":
			b.WriteString(between)
		}
		if fixed {
			b.WriteString(t.text)
			next++
		} else if !star {
			b.WriteByte('*')
		}
		star, end = !fixed, t.to
	}
	rest := text[end:]
	if !o.longer {
		b.WriteString(rest)
		return b.String()
	}
	for t := range g.split(rest) {
		if g.separators == "" {
			b.WriteString(rest[:t.from])
		}
		break
	}
	b.WriteByte('*')
	return b.String()
}

// columns returns the pattern, the number of rows and a text of each group.
func (g *textGroups) columns() (patterns []string, rows []int64, examples []string) {
	for i := range g.groups {
		o := &g.groups[i]
		patterns, rows = append(patterns, g.pattern(o)), append(rows, o.rows)
		example := ""
		if !o.others {
			example = g.texts[o.example]
		}
		examples = append(examples, example)
	}
	return patterns, rows, examples
}
