package builtin

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// A dfa tells whether ASCII texts contain a match of an expression, a table
// look-up a byte. Its states are sets of instructions of the compiled
// expression; they are made when they are first reached. It is for one goroutine
// at a time.
//
// Source: Russ Cox, "Regular Expression Matching in the Wild".
type dfa struct {
	prog *syntax.Prog
	// next has the state after each byte in each state; 0 if it is not known.
	next   []uint16
	states []dfaState
	byKey  map[string]uint16

	mark  []uint32 // of each instruction, the closure that it was last added to
	round uint32
	stack []uint32
	set   []uint32
}

// A dfaState is instructions to run, before assertions between the byte that was
// read last and the next one are asked.
type dfaState struct {
	insts  []uint32
	before rune // that byte, or one that assertions take for it; -1 at the start
}

const (
	dfaUnknown = iota
	dfaMatch
	dfaStart
	dfaFirst // of states with instructions, dfaStart among them

	dfaMaxStates = 4096 // 1 MB of next
	dfaMaxInsts  = 2000
	dfaWidth     = utf8.RuneSelf
)

// newDFA returns nil for an expression that is too large.
func newDFA(tree *syntax.Regexp) *dfa {
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > dfaMaxInsts {
		return nil
	}
	d := &dfa{prog: prog, mark: make([]uint32, len(prog.Inst))}
	d.reset()
	return d
}

// reset forgets all states but the start.
func (d *dfa) reset() {
	d.states = append(d.states[:0], dfaState{}, dfaState{}, dfaState{insts: []uint32{uint32(d.prog.Start)}, before: -1})
	d.next = append(d.next[:0], make([]uint16, dfaFirst*dfaWidth)...)
	d.byKey = map[string]uint16{}
}

// matches reports whether s contains a match; !ok if s is not ASCII, and nobody
// knows.
func (d *dfa) matches(s string) (found, ok bool) {
	state := uint16(dfaStart)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= dfaWidth {
			return false, false
		}
		to := d.next[int(state)*dfaWidth+int(c)]
		if to <= dfaMatch {
			if to == dfaUnknown {
				to = d.step(state, c)
			}
			if to == dfaMatch {
				return true, true
			}
		}
		state = to
	}
	return d.closure(d.states[state], -1), true
}

// step finds the state after c.
func (d *dfa) step(state uint16, c byte) uint16 {
	if len(d.states) >= dfaMaxStates {
		kept := d.states[state]
		d.reset()
		state = d.state(kept)
	}
	to := uint16(dfaMatch)
	if !d.closure(d.states[state], rune(c)) {
		after := dfaState{insts: []uint32{uint32(d.prog.Start)}, before: contextOf(c)}
		for _, pc := range d.set {
			in := &d.prog.Inst[pc]
			if in.MatchRune(rune(c)) && !slices.Contains(after.insts, in.Out) {
				after.insts = append(after.insts, in.Out)
			}
		}
		slices.Sort(after.insts)
		to = d.state(after)
	}
	d.next[int(state)*dfaWidth+int(c)] = to
	return to
}

// state returns the number of s.
func (d *dfa) state(s dfaState) uint16 {
	key := binary.AppendVarint(nil, int64(s.before))
	for _, pc := range s.insts {
		key = binary.AppendUvarint(key, uint64(pc))
	}
	n, ok := d.byKey[string(key)]
	if !ok {
		n = uint16(len(d.states))
		d.byKey[string(key)] = n
		d.states = append(d.states, s)
		d.next = append(d.next, make([]uint16, dfaWidth)...)
	}
	return n
}

// contextOf returns a byte that assertions cannot tell from c.
func contextOf(c byte) rune {
	switch {
	case c == '\n':
		return '\n'
	case syntax.IsWordChar(rune(c)):
		return 'a'
	}
	return ' '
}

// closure leaves in d.set the instructions that read a byte, which those of s
// lead to where after comes next, -1 at the end. It reports whether one of them
// is a match.
func (d *dfa) closure(s dfaState, after rune) bool {
	holds := syntax.EmptyOpContext(s.before, after)
	d.set = d.set[:0]
	d.round++
	d.stack = append(d.stack[:0], s.insts...)
	for len(d.stack) > 0 {
		pc := d.stack[len(d.stack)-1]
		d.stack = d.stack[:len(d.stack)-1]
		if d.mark[pc] == d.round {
			continue
		}
		d.mark[pc] = d.round
		in := &d.prog.Inst[pc]
		switch in.Op {
		case syntax.InstMatch:
			return true
		case syntax.InstFail:
		case syntax.InstAlt, syntax.InstAltMatch:
			d.stack = append(d.stack, in.Arg, in.Out)
		case syntax.InstCapture, syntax.InstNop:
			d.stack = append(d.stack, in.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(in.Arg)&^holds == 0 {
				d.stack = append(d.stack, in.Out)
			}
		default:
			d.set = append(d.set, pc)
		}
	}
	return false
}
