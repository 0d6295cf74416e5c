package builtin

import (
	"encoding/binary"
	"regexp/syntax"
)

// A captureState is the threads before the next byte, before assertions between
// the byte that was read last and it are asked. Behind them stands, as long as no
// match has been found, one that begins here.
type captureState struct {
	threads []captureThread
	before  rune // see dfaState
	found   bool
	end     uint16 // the act at the end of the text, plus one; 0 if it is not known
}

type captureThread struct {
	pc   uint32
	regs []int16 // by slot
}

// A captureStep is what a byte does in a state.
type captureStep struct{ to, act uint16 }

// A captureAct moves registers: register to takes the value of from, all at
// once. match, if not nil, says of each slot where a match has it.
type captureAct struct {
	match []int16
	moves []captureMove
}

type captureMove struct{ to, from int16 }

// What a slot may have instead of a register.
const (
	slotUnset = -1
	slotHere  = -2 // the position before the next byte
)

func (s *captureState) key() string {
	key := binary.AppendVarint(nil, int64(s.before))
	if s.found {
		key = append(key, 1)
	} else {
		key = append(key, 0)
	}
	for _, t := range s.threads {
		key = binary.AppendUvarint(key, uint64(t.pc))
		for _, r := range t.regs {
			key = binary.AppendVarint(key, int64(r))
		}
	}
	return string(key)
}

// A captureClosure follows threads to where they read a byte.
type captureClosure struct {
	prog  *syntax.Prog
	holds syntax.EmptyOp
	mark  []uint32 // of each instruction, the round that it was last reached in
	round uint32
	slots []int16 // of the thread that is followed

	// reads has the instructions that read a byte, in the order of their threads,
	// caps the slots of each, match those of a match that was reached.
	reads []uint32
	caps  []int16
	match []int16
}

func newCaptureClosure(prog *syntax.Prog) captureClosure {
	return captureClosure{prog: prog, mark: make([]uint32, len(prog.Inst)), slots: make([]int16, prog.NumCap), match: make([]int16, prog.NumCap)}
}

// run follows the threads of s where after comes next, -1 at the end. It reports
// whether one of them is a match; those behind it are then dropped.
func (c *captureClosure) run(s *captureState, after rune) bool {
	c.holds = syntax.EmptyOpContext(s.before, after)
	c.round++
	c.reads, c.caps = c.reads[:0], c.caps[:0]
	for _, t := range s.threads {
		copy(c.slots, t.regs)
		if c.follow(t.pc) {
			return true
		}
	}
	if s.found {
		return false
	}
	for i := range c.slots {
		c.slots[i] = slotUnset
	}
	c.slots[0] = slotHere
	return c.follow(uint32(c.prog.Start))
}

// follow goes on from pc, depth first: what comes first counts.
func (c *captureClosure) follow(pc uint32) (match bool) {
	if c.mark[pc] == c.round {
		return false
	}
	c.mark[pc] = c.round
	in := &c.prog.Inst[pc]
	switch in.Op {
	case syntax.InstMatch:
		copy(c.match, c.slots)
		c.match[1] = slotHere
		return true
	case syntax.InstFail:
	case syntax.InstAlt, syntax.InstAltMatch:
		return c.follow(in.Out) || c.follow(in.Arg)
	case syntax.InstCapture:
		slot := int(in.Arg)
		was := c.slots[slot]
		c.slots[slot] = slotHere
		match = c.follow(in.Out)
		c.slots[slot] = was
		return match
	case syntax.InstNop:
		return c.follow(in.Out)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(in.Arg)&^c.holds == 0 {
			return c.follow(in.Out)
		}
	default:
		c.reads = append(c.reads, pc)
		c.caps = append(c.caps, c.slots...)
	}
	return false
}
