package parquet

import "testing"

// TestDictCache keeps little of what one scan reads, and more of what the next
// one asks for again.
func TestDictCache(t *testing.T) {
	var c dictCache
	const size, groups = 1 << 20, 30
	scan := func() (reads int) {
		c.begin()
		for g := range groups {
			for range 2 { // two parts of a row group
				d, err := c.get(dictKey{g, 3}, -1, func(first bool) (*dictionary, error) {
					if !first {
						t.Error("part of a dictionary is said to be at hand")
					}
					reads++
					return &dictionary{n: g, bytes: size}, nil
				})
				if err != nil || d.n != g {
					t.Fatalf("dictionary %d of group %d, %v", d.n, g, err)
				}
			}
		}
		return reads
	}
	if n := scan(); n != groups || c.once.bytes > dictBytes {
		t.Errorf("the first scan reads %d dictionaries, and %d bytes stay", n, c.once.bytes)
	}
	if n := scan(); n == 0 || c.once.bytes+c.again.bytes > dictBytes+dictAgainBytes {
		t.Errorf("the second scan reads %d dictionaries, and %d and %d bytes stay", n, c.once.bytes, c.again.bytes)
	}
	if n := scan(); n != 0 {
		t.Errorf("the third scan reads %d dictionaries", n)
	}
}
