package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How much a command that ends with its answer may collect as garbage before it is
// cleared away, beside what is in use: as much as half of that, and at least
// leastGarbage. The runtime's own rule, as much again, takes a third more memory
// for a large heap, and clears a small one away too often.
const (
	garbagePercent = 50
	leastGarbage   = 6 << 20
)

// paceMemory has the garbage collector go by these, unless the user has said by
// what.
func paceMemory() {
	if os.Getenv("GOGC") != "" {
		return
	}
	// Before the first time nothing is known: the runtime's least heap is 4 MB.
	debug.SetGCPercent(100 * leastGarbage / (4 << 20))
	afterCollection(func() {
		debug.SetGCPercent(garbagePercentOf(liveBytes()))
	})
}

// garbagePercentOf returns the percentage of live bytes that may become garbage.
func garbagePercentOf(live uint64) int {
	return int(max(garbagePercent, 100*leastGarbage/max(live, 1<<20)))
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
	type mark struct{ self *mark }
	runtime.AddCleanup(&mark{}, func(struct{}) {
		f()
		afterCollection(f)
	}, struct{}{})
}
