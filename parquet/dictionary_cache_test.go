package parquet

import "testing"

// TestDictCache keeps little of what one scan reads, and more of what the next
// one asks for again: all if it fits, else some.
func TestDictCache(t *testing.T) {
	var c dictCache
	const size = 1 << 20
	scan := func(leaf, groups int) (reads int) {
		c.begin()
		for g := range groups {
			for range 2 { // two parts of a row group
				d, err := c.get(dictKey{g, leaf}, -1, func(first bool) (*dictionary, error) {
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
		if c.once.bytes > dictBytes || c.again.bytes > dictAgainBytes {
			t.Errorf("%d and %d bytes stay", c.once.bytes, c.again.bytes)
		}
		return reads
	}
	const few, many = dictAgainBytes/size - 2, 2 * dictAgainBytes / size
	if n := scan(1, few); n != few {
		t.Errorf("the first scan reads %d dictionaries", n)
	}
	if n := scan(1, few); n == 0 {
		t.Error("the first scan has kept all")
	}
	if n := scan(1, few); n != 0 {
		t.Errorf("the third scan reads %d dictionaries", n)
	}
	for range 5 {
		scan(2, many)
	}
	if n := scan(2, many); n > many/2 {
		t.Errorf("a later scan of another column reads %d dictionaries of %d", n, many)
	}
}

// TestPassedDictionaries drops what a scan has left behind, unless another one has
// asked for it, too.
func TestPassedDictionaries(t *testing.T) {
	var c dictCache
	get := func(group int) (read bool) {
		_, err := c.get(dictKey{group, 0}, -1, func(bool) (*dictionary, error) {
			read = true
			return &dictionary{bytes: 100}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return read
	}
	c.begin()
	get(0)
	get(1)
	c.passed(0)
	if get(1) {
		t.Error("the dictionary of the group that is being read is gone")
	}
	if c.once.bytes != 100 {
		t.Errorf("%d bytes stay, want 100", c.once.bytes)
	}
	c.begin()
	if !get(0) || c.again.bytes != 100 {
		t.Errorf("a later scan keeps %d bytes, want 100", c.again.bytes)
	}
	c.passed(0)
	if get(0) {
		t.Error("what a later scan has asked for is gone")
	}
}

// TestLentDictionary keeps the beginning of a dictionary from the second scan on
// that wants it.
func TestLentDictionary(t *testing.T) {
	var c dictCache
	var m memory
	for scan := range 3 {
		c.begin()
		reads := 0
		for range 2 {
			d, err := c.get(dictKey{1, 2}, 1, func(bool) (*dictionary, error) {
				reads++
				page := m.take(100)
				copy(page, "\x03\x00\x00\x00abc\x03\x00")
				return &dictionary{n: 2, gap: 4, page: page, starts: []uint32{4, 11}, lent: &m, bytes: 100}, nil
			})
			if err != nil || d.text(0) != "abc" || (d.lent == nil) != (scan > 0) {
				t.Fatalf("scan %d: %v, lent %v", scan, err, d.lent != nil)
			}
		}
		if want := []int{2, 1, 0}[scan]; reads != want {
			t.Errorf("scan %d reads %d times, want %d", scan, reads, want)
		}
	}
}
