package builtin

import (
	"fmt"
	"regexp/syntax"
	"unicode/utf8"
)

// A wordMatcher runs a compiled expression with Unicode word boundaries: a \b
// between "é" and a blank. It backtracks and remembers which instruction failed
// at which position, so that its time is bounded by their product. It is only
// used for expressions with \b or \B over text beyond ASCII, and for those with
// edges.
//
// The bit-state search follows RE2 and Go's regexp.
type wordMatcher struct{ prog *syntax.Prog }

func newWordMatcher(tree *syntax.Regexp) (*wordMatcher, error) {
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	return &wordMatcher{prog}, nil
}

// A wordSearch is one search: its stack, and the states that have been tried.
type wordSearch struct {
	prog  *syntax.Prog
	s     string
	tried []uint64
	stack []wordState
	loc   []int
}

// A wordState is an instruction to run at a position, or, with pc -1, a capture
// slot to set back to a value.
type wordState struct{ pc, pos, slot int }

// find returns the leftmost match that begins at from or later.
func (m *wordMatcher) find(s string, from int) []int {
	w := &wordSearch{prog: m.prog, s: s, loc: make([]int, m.prog.NumCap)}
	w.tried = make([]uint64, (len(m.prog.Inst)*(len(s)+1)+63)/64)
	for pos := from; pos <= len(s); {
		for i := range w.loc {
			w.loc[i] = -1
		}
		if end, ok := w.run(pos); ok {
			w.loc[0], w.loc[1] = pos, end
			return w.loc
		}
		_, n := utf8.DecodeRuneInString(s[pos:])
		pos += max(n, 1)
	}
	return nil
}

// findAll returns all matches; an empty one does not touch the one before it.
func (m *wordMatcher) findAll(s string) [][]int {
	var all [][]int
	last := -1
	for pos := 0; pos <= len(s); {
		loc := m.find(s, pos)
		if loc == nil {
			break
		}
		if loc[1] > loc[0] || loc[0] != last {
			all = append(all, loc)
		}
		last, pos = loc[1], loc[1]
		if loc[1] == loc[0] {
			_, n := utf8.DecodeRuneInString(s[pos:])
			pos += max(n, 1)
		}
	}
	return all
}

func (w *wordSearch) push(pc, pos int) { w.stack = append(w.stack, wordState{pc: pc, pos: pos}) }

// run tries to match at start and returns where the match ends.
func (w *wordSearch) run(start int) (end int, ok bool) {
	w.stack = w.stack[:0]
	w.push(w.prog.Start, start)
	for len(w.stack) > 0 {
		st := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		if st.pc < 0 {
			w.loc[st.slot] = st.pos
			continue
		}
		if end, ok := w.follow(st.pc, st.pos); ok {
			return end, true
		}
	}
	return 0, false
}

// follow runs from one instruction until it fails or matches, and leaves the
// other ways on the stack.
func (w *wordSearch) follow(pc, pos int) (end int, ok bool) {
	for {
		bit := pc*(len(w.s)+1) + pos
		if w.tried[bit>>6]>>(uint(bit)&63)&1 != 0 {
			return 0, false
		}
		w.tried[bit>>6] |= 1 << (uint(bit) & 63)
		in := &w.prog.Inst[pc]
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			w.push(int(in.Arg), pos)
		case syntax.InstEmptyWidth:
			if in.Arg&^w.assertions(pos) != 0 {
				return 0, false
			}
		case syntax.InstCapture:
			if slot := int(in.Arg); slot < len(w.loc) {
				w.stack = append(w.stack, wordState{pc: -1, pos: w.loc[slot], slot: slot})
				w.loc[slot] = pos
			}
		case syntax.InstMatch:
			return pos, true
		case syntax.InstFail:
			return 0, false
		case syntax.InstNop:
		default:
			r, n := utf8.DecodeRuneInString(w.s[pos:])
			if n == 0 || !in.MatchRune(r) {
				return 0, false
			}
			pos += n
		}
		pc = int(in.Out)
	}
}

// assertions returns what holds at pos: the bits of syntax.EmptyOp, and edges.
func (w *wordSearch) assertions(pos int) uint32 {
	before, after := rune(-1), rune(-1)
	if pos > 0 {
		before, _ = utf8.DecodeLastRuneInString(w.s[:pos])
	}
	if pos < len(w.s) {
		after, _ = utf8.DecodeRuneInString(w.s[pos:])
	}
	op := syntax.EmptyOpContext(before, after) &^ (syntax.EmptyWordBoundary | syntax.EmptyNoWordBoundary)
	e := edgesBetween(before, after)
	if e&(wordStart|wordEnd) != 0 {
		op |= syntax.EmptyWordBoundary
	} else {
		op |= syntax.EmptyNoWordBoundary
	}
	return uint32(op) | uint32(e)
}
