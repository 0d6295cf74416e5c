package builtin

import (
	"fmt"
	"regexp/syntax"
	"slices"
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

// A wordSearch searches one text: its stack, and the states that have been tried,
// in pages of positions. Pages behind the place of the search are used again, so
// that memory goes by how far an expression looks ahead, not by the text.
type wordSearch struct {
	prog  *syntax.Prog
	s     string
	pages [][]uint64 // by position / statePage
	free  [][]uint64
	low   int // pages from low up to high, not including, may be in use
	high  int
	stack []wordState
	loc   []int
}

// statePage is how many positions a page of states is about.
const statePage = 1024

func (m *wordMatcher) search(s string) *wordSearch {
	return &wordSearch{prog: m.prog, s: s, pages: make([][]uint64, len(s)/statePage+1), loc: make([]int, m.prog.NumCap)}
}

// try notes a state, and reports whether it has been tried before.
func (w *wordSearch) try(pc, pos int) (before bool) {
	page := &w.pages[pos/statePage]
	if *page == nil {
		if n := len(w.free); n > 0 {
			*page, w.free = w.free[n-1], w.free[:n-1]
			clear(*page)
		} else {
			*page = make([]uint64, len(w.prog.Inst)*statePage/64)
		}
		w.high = max(w.high, pos/statePage+1)
	}
	bit := pc*statePage + pos%statePage
	word, mask := &(*page)[bit/64], uint64(1)<<(bit%64)
	before = *word&mask != 0
	*word |= mask
	return before
}

// forget gives back the pages up to one, not including it.
func (w *wordSearch) forget(to int) {
	for ; w.low < min(to, w.high); w.low++ {
		if w.pages[w.low] != nil {
			w.free = append(w.free, w.pages[w.low])
			w.pages[w.low] = nil
		}
	}
}

// A wordState is an instruction to run at a position, or, with pc -1, a capture
// slot to set back to a value.
type wordState struct{ pc, pos, slot int }

// find returns the leftmost match.
func (m *wordMatcher) find(s string) []int { return m.search(s).next(0) }

// next returns the leftmost match that begins at from or later; the next call
// overwrites it. From one call to the next, from does not go back.
func (w *wordSearch) next(from int) []int {
	w.forget(len(w.pages)) // what was tried and led to the last match may do so again
	w.low, w.high = from/statePage, 0
	for pos := from; pos <= len(w.s); {
		for i := range w.loc {
			w.loc[i] = -1
		}
		if end, ok := w.run(pos); ok {
			w.loc[0], w.loc[1] = pos, end
			return w.loc
		}
		_, n := utf8.DecodeRuneInString(w.s[pos:])
		pos += max(n, 1)
		w.forget(pos / statePage)
	}
	return nil
}

// findAll returns all matches; an empty one does not touch the one before it.
func (m *wordMatcher) findAll(s string) [][]int {
	var all [][]int
	w, last := m.search(s), -1
	for pos := 0; pos <= len(s); {
		loc := w.next(pos)
		if loc == nil {
			break
		}
		if loc[1] > loc[0] || loc[0] != last {
			all = append(all, slices.Clone(loc))
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
		if w.try(pc, pos) {
			return 0, false
		}
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
