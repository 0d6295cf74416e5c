package dynamic

import "bytes"

// Merge returns a bag with the members of all bags, in order; of members with
// the same name the first is kept, as bag_merge() does. What is no bag counts as
// empty.
func Merge(bags ...Value) Value {
	var b BagBuilder
	b.Merge(bags...)
	return b.Value()
}

// Merge adds the members of bags that have no namesake in the builder yet.
func (b *BagBuilder) Merge(bags ...Value) {
	for _, bag := range bags {
		for name, v := range bag.Members() {
			b.SetNew(name, v)
		}
	}
}

// SetNew is Set unless name has been set before; it reports whether it has not.
func (b *BagBuilder) SetNew(name string, v Value) bool {
	if b.has(name) {
		return false
	}
	b.Set(name, v)
	return true
}

// has brings the builder's index up to date and looks name up in it: in one
// byte a name while they are few, in a map when they are many.
func (b *BagBuilder) has(name string) bool {
	n := b.Len()
	for i := len(b.hashes); i < n; i++ {
		b.hashes = append(b.hashes, nameHash(nameAt(b.buf, 0, b.ends, i)))
	}
	if n > manyNames {
		if b.names == nil {
			b.names = make(map[string]struct{}, 2*n)
		}
		for ; b.named < n; b.named++ {
			b.names[string(nameAt(b.buf, 0, b.ends, b.named))] = struct{}{}
		}
		_, ok := b.names[name]
		return ok
	}
	h := nameHash(name)
	for i := 0; ; i++ {
		j := bytes.IndexByte(b.hashes[i:], h)
		if j < 0 {
			return false
		}
		if i += j; string(nameAt(b.buf, 0, b.ends, i)) == name {
			return true
		}
	}
}
