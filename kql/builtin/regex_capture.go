package builtin

import (
	"regexp/syntax"
	"slices"
)

// A captureDFA finds the leftmost match of an expression in ASCII text, and its
// groups, a table look-up a byte. A state is the threads of a backtracking search
// in their order, each with the registers that have where its groups begin and
// end; steps between states move registers. States are made when they are first
// reached. It is for one goroutine at a time.
//
// Source: Ville Laurikari, "NFAs with Tagged Transitions, their Conversion to
// Deterministic Automata and Application to Regular Expressions".
type captureDFA struct {
	prog  *syntax.Prog
	slots int // of a match: two for each group
	// prefix is what every match begins with; nil if there is nothing, or an
	// assertion before it.
	prefix *needle
	// skip is what state the prefix leads to from a start, 0 if that is not known,
	// and skipped the registers then, counted from the beginning of the prefix.
	skip    uint16
	skipped []int

	states []captureState
	next   []captureStep // by state and byte
	acts   []captureAct  // by the number that a step has; the first does nothing
	byKey  map[string]uint16
	resets int

	regs, old []int
	loc       []int

	closure captureClosure
}

const (
	captureUnknown = iota
	captureDead
	captureStart // and the three behind it: one for each context
	captureFirst = captureStart + 4

	captureMaxStates = 2048 // 1 MB of next
	captureMaxRegs   = 256
	captureMaxResets = 16 // beyond, states are not met again
)

var captureContexts = [...]rune{-1, 'a', ' ', '\n'}

// newCaptureDFA returns nil for an expression that is too large. Matches have as
// many groups as given; the expression may have lost some that take part in none.
func newCaptureDFA(tree *syntax.Regexp, groups int) *captureDFA {
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > dfaMaxInsts {
		return nil
	}
	d := &captureDFA{prog: prog, slots: prog.NumCap, loc: slices.Repeat([]int{-1}, 2*(groups+1))}
	d.regs, d.old = make([]int, captureMaxRegs), make([]int, captureMaxRegs)
	if text, _ := prog.Prefix(); text != "" {
		d.prefix = newNeedle(text, false)
	}
	d.closure = newCaptureClosure(prog)
	d.reset()
	return d
}

func (d *captureDFA) reset() {
	d.states = append(d.states[:0], captureState{}, captureState{})
	for _, c := range captureContexts {
		d.states = append(d.states, captureState{before: c})
	}
	d.next = append(d.next[:0], make([]captureStep, captureFirst*dfaWidth)...)
	d.acts = append(d.acts[:0], captureAct{})
	d.byKey = map[string]uint16{}
	d.skip = captureUnknown
	for i := range captureContexts {
		d.byKey[d.states[captureStart+i].key()] = uint16(captureStart + i)
	}
}

// find returns the first match that begins at from or later: for group g the
// bytes from loc[2*g] to loc[2*g+1], -1 where it took no part, and nil if there is
// none. loc is gone with the next call. !ok if nobody knows, because there is text
// beyond ASCII, or because the expression is not for this.
func (d *captureDFA) find(s string, from int) (loc []int, ok bool) {
	state, matched := d.start(s, from), false
	for i := from; i < len(s); i++ {
		if state < captureFirst && d.prefix != nil {
			at := d.prefix.index(s[i:])
			if at < 0 {
				return nil, true
			}
			if i += at; d.skip != captureUnknown || d.learnSkip() {
				for r, p := range d.skipped {
					d.regs[r] = i + p
				}
				state = d.skip
				if i += len(d.prefix.text); i == len(s) {
					break
				}
			}
		}
		c := s[i]
		if c >= dfaWidth {
			return nil, false
		}
		step := d.next[int(state)*dfaWidth+int(c)]
		if step.to == captureUnknown {
			if step, ok = d.step(state, c); !ok {
				return nil, false
			}
		}
		if step.act != 0 {
			matched = d.do(step.act, i) || matched
		}
		if state = step.to; state == captureDead {
			break
		}
	}
	if state != captureDead {
		act, ok := d.atEnd(state)
		if !ok {
			return nil, false
		}
		matched = d.do(act, len(s)) || matched
	}
	if !matched {
		return nil, true
	}
	return d.loc, true
}

// learnSkip finds out where the prefix leads to. It reports false if it leads to a
// match already, or cannot be known.
func (d *captureDFA) learnSkip() bool {
	text, resets := d.prefix.text, d.resets
	state, used := uint16(captureStart), 0
	for i := range len(text) {
		if text[i] >= dfaWidth {
			return false
		}
		step := d.next[int(state)*dfaWidth+int(text[i])]
		if step.to == captureUnknown {
			step, _ = d.step(state, text[i])
		}
		if step.to < captureStart || d.acts[step.act].match != nil || d.resets != resets {
			return false
		}
		d.do(step.act, i)
		state = step.to
	}
	for _, t := range d.states[state].threads {
		used = max(used, int(slices.Max(t.regs))+1)
	}
	d.skip, d.skipped = state, slices.Clone(d.regs[:used])
	return true
}

func (d *captureDFA) start(s string, from int) uint16 {
	before := rune(-1)
	if from > 0 {
		before = contextOf(s[from-1])
	}
	return uint16(captureStart + slices.Index(captureContexts[:], before))
}

// do does what act says at a position, and reports whether a match was found
// there.
func (d *captureDFA) do(act uint16, at int) bool {
	a := &d.acts[act]
	for i, from := range a.match {
		d.loc[i] = d.value(d.regs, from, at)
	}
	switch len(a.moves) {
	case 0:
	case 1:
		d.regs[a.moves[0].to] = d.value(d.regs, a.moves[0].from, at)
	default:
		copy(d.old, d.regs)
		for _, m := range a.moves {
			d.regs[m.to] = d.value(d.old, m.from, at)
		}
	}
	return a.match != nil
}

func (d *captureDFA) value(regs []int, from int16, at int) int {
	switch from {
	case slotUnset:
		return -1
	case slotHere:
		return at
	}
	return regs[from]
}

// step finds what c does in a state.
func (d *captureDFA) step(state uint16, c byte) (captureStep, bool) {
	if len(d.states) >= captureMaxStates || len(d.acts) >= 1<<16-2 {
		if d.resets++; d.resets > captureMaxResets {
			return captureStep{}, false
		}
		kept := d.states[state]
		kept.end = 0
		d.reset()
		state = d.state(kept)
	}
	st := &d.states[state]
	var act captureAct
	if d.closure.run(st, rune(c)) {
		act.match = slices.Clone(d.closure.match)
	}
	after := captureState{before: contextOf(c), found: st.found || act.match != nil}
	var sources []int16
	for i, pc := range d.closure.reads {
		in := &d.prog.Inst[pc]
		if !in.MatchRune(rune(c)) || slices.ContainsFunc(after.threads, func(t captureThread) bool { return t.pc == in.Out }) {
			continue
		}
		t := captureThread{pc: in.Out, regs: make([]int16, d.slots)}
		for slot, from := range d.closure.caps[i*d.slots : (i+1)*d.slots] {
			if from == slotUnset {
				t.regs[slot] = slotUnset
				continue
			}
			reg := slices.Index(sources, from)
			if reg < 0 {
				reg = len(sources)
				sources = append(sources, from)
			}
			t.regs[slot] = int16(reg)
		}
		after.threads = append(after.threads, t)
	}
	if len(sources) > captureMaxRegs {
		return captureStep{}, false
	}
	for to, from := range sources {
		if from != int16(to) {
			act.moves = append(act.moves, captureMove{int16(to), from})
		}
	}
	step := captureStep{to: captureDead, act: d.act(act)}
	if len(after.threads) > 0 || !after.found {
		step.to = d.state(after)
	}
	d.next[int(state)*dfaWidth+int(c)] = step
	return step, true
}

func (d *captureDFA) act(a captureAct) uint16 {
	if a.match == nil && a.moves == nil {
		return 0
	}
	d.acts = append(d.acts, a)
	return uint16(len(d.acts) - 1)
}

// atEnd returns the act at the end of the text; !ok if there is no room for it.
func (d *captureDFA) atEnd(state uint16) (act uint16, ok bool) {
	st := &d.states[state]
	if st.end == 0 {
		if len(d.acts) >= 1<<16-2 {
			return 0, false
		}
		var a captureAct
		if d.closure.run(st, -1) {
			a.match = slices.Clone(d.closure.match)
		}
		st.end = d.act(a) + 1
	}
	return st.end - 1, true
}

// state returns the number of s.
func (d *captureDFA) state(s captureState) uint16 {
	key := s.key()
	n, ok := d.byKey[key]
	if !ok {
		n = uint16(len(d.states))
		d.byKey[key] = n
		d.states = append(d.states, s)
		d.next = append(d.next, make([]captureStep, dfaWidth)...)
	}
	return n
}
