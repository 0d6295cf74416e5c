package store

import "slices"

// mayWoven says of each of a column's filters, which are woven, whether it may have
// all hashes of one of the lists, or, with all, of each of them.
func (x *termIndex) mayWoven(c indexedColumn, lists [][]uint64, all bool, may []bool) error {
	row := c.n * filterBlock // the blocks of all filters that a hash may be in
	read := func(at int) ([]byte, error) { return x.span(c.at+int64(at), row) }
	if len(lists)*(row+termChunk) > c.woven*row { // some chunks more than once
		first, last := c.at/termChunk, (c.at+int64(c.woven*row)-1)/termChunk
		whole, err := x.read(first, last)
		if err != nil {
			return err
		}
		whole = whole[c.at-first*termChunk:]
		read = func(at int) ([]byte, error) { return whole[at:][:row], nil }
	}
	for i := range may {
		may[i] = all
	}
	has := make([]bool, c.n) // all of one list
	for _, list := range lists {
		for i := range has {
			has[i] = true
		}
		for _, h := range list {
			h = max(h, 1)
			blocks, err := read(filterBlockOf(h, c.woven) * row)
			if err != nil {
				return err
			}
			for i := range has {
				has[i] = has[i] && blockHas(blocks[i*filterBlock:][:filterBlock], h)
			}
			if !slices.Contains(has, true) {
				break
			}
		}
		for i := range may {
			if all {
				may[i] = may[i] && has[i]
			} else {
				may[i] = may[i] || has[i]
			}
		}
		if !slices.Contains(may, all) { // more lists change nothing
			break
		}
	}
	return nil
}

// span returns n bytes of filters.
func (x *termIndex) span(at int64, n int) (out []byte, err error) {
	for end := at + int64(n); at < end; {
		chunk := at / termChunk
		b := x.kept.get(filterKey{x.name, chunk})
		if b == nil {
			if b, err = x.read(chunk, chunk); err != nil {
				return nil, err
			}
		}
		b = b[at%termChunk : min(int64(len(b)), end-chunk*termChunk)]
		out, at = append(out, b...), at+int64(len(b))
	}
	return out, nil
}

// smallFilter is the size up to which filters have room for more terms.
const smallFilter = 64 * filterBlock

// woven returns the filters of a column block by block, where they have one size: the
// blocks in which a term would be lie together, so that all filters are asked at
// once. It is !ok where they have different sizes.
func (c *termColumn) woven() (out []byte, ok bool) {
	if c.like == 0 || c.like*len(c.filters) > c.bytes+c.bytes/4 {
		return nil, false
	}
	for _, f := range c.filters {
		if len(f) != 0 && len(f) != c.like {
			return nil, false
		}
	}
	out = make([]byte, c.like*len(c.filters))
	for i, f := range c.filters {
		for at := 0; at < len(f); at += filterBlock {
			copy(out[at*len(c.filters)+i*filterBlock:], f[at:at+filterBlock])
		}
	}
	return out, true
}
