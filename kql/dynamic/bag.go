package dynamic

import "bytes"

// manyNames is where looking for duplicates by scanning the hashes, quick for
// the bags that occur, would become quadratic in earnest.
const manyNames = 512

// nameAt returns name i of the bag in buf.
func nameAt(buf []byte, start int, ends []uint32, i int) []byte {
	from := start + 1
	if i > 0 {
		from = int(ends[2*i-1])
	}
	return buf[from:ends[2*i]]
}

// hasDuplicates reports whether a name occurs twice. hashes holds a byte for
// each name.
func hasDuplicates(buf []byte, start int, ends []uint32, hashes []byte) bool {
	n := len(ends) / 2
	if n > manyNames {
		seen := make(map[string]struct{}, n)
		for i := range n {
			seen[string(nameAt(buf, start, ends, i))] = struct{}{}
		}
		return len(seen) < n
	}
	for i := 1; i < n; i++ {
		for j := 0; j < i; j++ {
			k := bytes.IndexByte(hashes[j:i], hashes[i])
			if k < 0 {
				break
			}
			j += k
			if bytes.Equal(nameAt(buf, start, ends, j), nameAt(buf, start, ends, i)) {
				return true
			}
		}
	}
	return false
}

// dropDuplicates writes the bag's members again, each name once: at the place
// where it came first, with the value that came last.
func dropDuplicates(buf []byte, start int, ends []uint32) ([]byte, []uint32) {
	n := len(ends) / 2
	last := make(map[string]int, n)
	for i := range n {
		last[string(nameAt(buf, start, ends, i))] = i
	}
	old := append([]byte(nil), buf[start:]...)
	oldEnds := append([]uint32(nil), ends...)
	for i := range oldEnds {
		oldEnds[i] -= uint32(start)
	}
	buf, ends = buf[:start+1], ends[:0]
	for i := range n {
		name := nameAt(old, 0, oldEnds, i)
		j, ok := last[string(name)]
		if !ok {
			continue
		}
		delete(last, string(name))
		buf = append(buf, name...)
		ends = append(ends, uint32(len(buf)))
		buf = append(buf, old[oldEnds[2*j]:oldEnds[2*j+1]]...)
		ends = append(ends, uint32(len(buf)))
	}
	return buf, ends
}
