package builtin

import (
	"fmt"
	"regexp/syntax"
	"strconv"
	"strings"
)

// An edge is an assertion that Go's regular expressions do not have: one bit
// above those of syntax.EmptyOp. A translation stands an empty group with a name
// for each; the groups of the pattern itself have none there. An expression with
// edges is only run by a wordMatcher.
type edge uint32

const (
	wordStart edge = 1 << (iota + 8) // \b{start}, \<
	wordEnd                          // \b{end}, \>
	wordStartHalf
	wordEndHalf
	asciiStart // the same where the flag u is off
	asciiEnd
	asciiStartHalf
	asciiEndHalf
	lineStart // ^ and $ with the flags m and R
	lineEnd
)

// edgeAfterB reads what follows \b: "{start}" and its like. ok is false where it
// is a plain \b.
func (t *regexTranslator) edgeAfterB() (e edge, ok bool, err error) {
	body, _, closed := strings.Cut(strings.TrimPrefix(t.rest(), "{"), "}")
	if !strings.HasPrefix(t.rest(), "{") || body == "" || isDigits(body[:1]) || body[0] == ',' {
		return 0, false, nil
	}
	switch {
	case !closed:
		return 0, false, fmt.Errorf(`missing } after \b{`)
	case body == "start":
		e = wordStart
	case body == "end":
		e = wordEnd
	case body == "start-half":
		e = wordStartHalf
	case body == "end-half":
		e = wordEndHalf
	default:
		return 0, false, fmt.Errorf(`\b{%s} is no word boundary: write \b, \b{start}, \b{end}, \b{start-half} or \b{end-half}`, body)
	}
	t.pos += len(body) + 2
	return e, true, nil
}

// word puts an edge of a word.
func (t *regexTranslator) word(e edge) {
	if t.flags.ascii {
		e = e / wordStart * asciiStart
	}
	t.edge(e)
}

func (t *regexTranslator) edge(e edge) {
	t.begin()
	fmt.Fprintf(&t.out, "(?P<e%d>)", len(t.edges))
	t.edges = append(t.edges, e)
}

// numberGroups numbers the groups of a translated pattern anew: its own from 1,
// those that stand for edges after them.
func (t *translation) numberGroups(tree *syntax.Regexp) {
	own := 0
	var walk func(re *syntax.Regexp)
	walk = func(re *syntax.Regexp) {
		if re.Op == syntax.OpCapture {
			if i, err := strconv.Atoi(strings.TrimPrefix(re.Name, "e")); re.Name != "" && err == nil {
				re.Cap = len(t.names) + i
			} else {
				own++
				re.Cap = own
			}
		}
		for _, sub := range re.Sub {
			walk(sub)
		}
	}
	walk(tree)
}

// placeEdges turns the groups that stand for edges into assertions.
func (t *translation) placeEdges(prog *syntax.Prog) {
	own := 2 * len(t.names)
	for i := range prog.Inst {
		in := &prog.Inst[i]
		switch {
		case in.Op != syntax.InstCapture || int(in.Arg) < own:
		case in.Arg%2 == 0:
			in.Op, in.Arg = syntax.InstEmptyWidth, uint32(t.edges[(int(in.Arg)-own)/2])
		default:
			in.Op = syntax.InstNop
		}
	}
	prog.NumCap = own
}

// edgesBetween returns the edges that are between two characters, -1 beyond the
// ends of the text.
func edgesBetween(before, after rune) edge {
	var e edge
	if before < 0 || before == '\n' || before == '\r' && after != '\n' {
		e |= lineStart
	}
	if after < 0 || after == '\r' || after == '\n' && before != '\r' {
		e |= lineEnd
	}
	word := func(r rune) bool { return r >= 0 && isWordRune(r) }
	ascii := func(r rune) bool { return r < 0x80 && word(r) }
	return e | edgesOf(word(before), word(after))*wordStart | edgesOf(ascii(before), ascii(after))*asciiStart
}

// edgesOf returns, from the lowest bit, whether a word starts, ends, has its half
// start and its half end between two characters.
func edgesOf(before, after bool) (e edge) {
	if !before {
		e |= 4
	}
	if !after {
		e |= 8
	}
	switch {
	case !before && after:
		e |= 1
	case before && !after:
		e |= 2
	}
	return e
}
