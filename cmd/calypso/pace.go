package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How much a command that ends with its answer may collect as garbage before it is
// cleared away, beside what is in use: as much as half of that. The runtime's own
// rule, as much again, takes a third more memory. Up to leastGarbage, it is the
// runtime's rule: a small heap would be cleared too often.
const (
	garbagePercent = 50
	leastGarbage   = 4 << 20
	// firstPercent is the first time's, of the 4 MB that the runtime calls a heap at
	// least: most queries have as much in use later on, so that clearing away sooner
	// spares them nothing.
	firstPercent = 250
)

// paceMemory has the garbage collector go by these, unless the user has said by
// what.
func paceMemory() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(firstPercent)
	afterCollection(func() {
		debug.SetGCPercent(garbagePercentOf(liveBytes()))
	})
}

// garbagePercentOf returns the percentage of live bytes that may become garbage. It
// is known late, when the heap may have grown meanwhile: so it is never more than
// the runtime's.
func garbagePercentOf(live uint64) int {
	return int(min(100, max(garbagePercent, 100*leastGarbage/max(live, 1))))
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
