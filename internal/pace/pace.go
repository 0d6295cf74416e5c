// Package pace says how often a process of Calypso clears its garbage away: seldom
// enough to be fast, often enough to keep the memory small. What the user says by
// GOGC or GOMEMLIMIT goes before it.
package pace

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// answerPercent is how much garbage there may be beside what is in use, in a
	// command that ends with its answer. The runtime's own rule, as much again, takes two
	// fifths more memory.
	answerPercent = 40
	// answerLeast bytes of garbage are left by that rule, up to the runtime's: a small
	// heap would be cleared too often.
	answerLeast = 4 << 20
	// firstPercent is the first time's, of the 4 MB that the runtime calls a heap at
	// least. It lasts until the rule above is set, which may be as late as the second
	// time where all processors work: more than this would then be the peak of a small
	// query, less would clear away while the program starts.
	firstPercent = 150

	// serverLeast bytes of garbage may be in a process that answers query after query,
	// however little it has in use: between queries that is a few MB, of which the
	// runtime's rule would clear every few MB that are read.
	serverLeast = 32 << 20
	// serverMost bytes are left by the runtime's rule; of what is in use beyond that,
	// only serverPercent may be garbage.
	serverMost    = 128 << 20
	serverPercent = 25
	// runtimePercent is the runtime's own rule.
	runtimePercent = 100
)

// Answer sets the pace of a command that ends with its answer: memory first.
func Answer() { follow(firstPercent, answer) }

// Server sets the pace of a process that stays and answers many queries: it takes
// up to 32 MB more than the runtime's rule would, never more than that, and less where
// much is in use.
func Server() { follow(100*serverLeast/(4<<20), server) }

// answer returns the percentage of live bytes that may become garbage. Those bytes
// are known late, when the heap may have grown meanwhile: so it is never more than
// the runtime's.
func answer(live uint64) int {
	return int(min(runtimePercent, max(answerPercent, 100*answerLeast/max(live, 1))))
}

// server is answer for a process that stays. At least 4 MB are in use, as the
// runtime counts it.
func server(live uint64) int {
	live = max(live, 4<<20)
	garbage := max(serverLeast, min(live, serverMost))
	if live > serverMost {
		garbage += (live - serverMost) * serverPercent / 100
	}
	return int(100 * garbage / live)
}

// follow sets first, and after each collection what percent makes of the bytes in
// use. It does nothing where the user has set GOGC.
func follow(first int, percent func(live uint64) int) {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(first)
	afterCollection(func() { debug.SetGCPercent(percent(liveBytes())) })
}

// liveBytes returns how much was in use when it was last looked at.
func liveBytes() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64()
}

// afterCollection calls f after each time that garbage has been collected.
func afterCollection(f func()) {
	mark := new([32]byte) // too large to share its memory with others, and so to live as long
	runtime.AddCleanup(mark, func(struct{}) {
		f()
		afterCollection(f)
	}, struct{}{})
}
