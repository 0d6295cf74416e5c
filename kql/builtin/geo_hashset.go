package builtin

import (
	"encoding/binary"
	"slices"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// inHashSet returns names in the order in which the engine lists them: it keeps
// them in a hash set with room for as many as there are, or for room if that is
// more, and lists the set as the GNU C++ library does. What is added to a
// bucket comes before the rest of it; a new bucket comes before all others.
func inHashSet(names []string, room int) []string {
	buckets := hashBuckets(max(len(names), room))
	type entry struct{ name, next int }
	entries := make([]entry, 1, len(names)+1) // from 1; 0 is the head
	before := map[uint64]int{}                // bucket to the entry before its first
	bucketOf := func(e int) uint64 { return nameHash(names[entries[e].name]) % buckets }
	for i, name := range names {
		bucket, e := nameHash(name)%buckets, i+1
		at, known := before[bucket]
		entries = append(entries, entry{i, entries[at].next})
		entries[at].next = e
		if !known {
			before[bucket] = 0
			if next := entries[e].next; next != 0 {
				before[bucketOf(next)] = e
			}
		}
	}
	out := make([]string, 0, len(names))
	for e := entries[0].next; e != 0; e = entries[e].next {
		out = append(out, names[entries[e].name])
	}
	return out
}

// hashBuckets returns how many buckets a set with room for n has.
func hashBuckets(n int) uint64 {
	at, _ := slices.BinarySearch(bucketCounts, uint64(n))
	return bucketCounts[min(at, len(bucketCounts)-1)]
}

// bucketCounts are the sizes that the library chooses from.
var bucketCounts = []uint64{
	2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 103, 109, 113, 127, 137, 139, 149, 157, 167, 179, 193, 199, 211, 227, 241, 257, 277, 293, 313, 337, 359, 383, 409, 439, 467, 503, 541, 577, 619, 661, 709, 761, 823, 887, 953,
	1031, 1109, 1193, 1289, 1381, 1493, 1613, 1741, 1879, 2029, 2179, 2357, 2549, 2753, 2971, 3209, 3469, 3739, 4027, 4349, 4703, 5087, 5503, 5953, 6427, 6949, 7517, 8123, 8783, 9497,
	10273, 11113, 12011, 12983, 14033, 15173, 16411, 17749, 19183, 20753, 22447, 24281, 26267, 28411, 30727, 33223, 35933, 38873, 42043, 45481, 49201, 53201, 57557, 62233, 67307, 72817, 78779, 85229, 92203, 99733,
}

// nameHash is the library's hash of strings, MurmurHash64A with a seed.
func nameHash(s string) uint64 {
	const mul = 0xc6a4a7935bd1e995
	mix := func(v uint64) uint64 { return v ^ v>>47 }
	h := uint64(0xc70f6907) ^ uint64(len(s))*mul
	for ; len(s) >= 8; s = s[8:] {
		h = (h ^ mix(binary.LittleEndian.Uint64([]byte(s[:8]))*mul)*mul) * mul
	}
	if len(s) > 0 {
		var tail [8]byte
		copy(tail[:], s)
		h = (h ^ binary.LittleEndian.Uint64(tail[:])) * mul
	}
	return mix(mix(h) * mul)
}

func stringArray(names []string) dynamic.Value {
	var b dynamic.ArrayBuilder
	for _, name := range names {
		b.AppendString(name)
	}
	return b.Value()
}
