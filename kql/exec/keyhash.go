package exec

import (
	"encoding/binary"

	"github.com/zeebo/xxh3"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A keyHasher hashes the keys of rows, so that equal keys have equal hashes
// whatever form their columns have. It keeps the hashes of the last dictionary
// of each key, and so is for one goroutine.
type keyHasher struct {
	dicts []dictHashes // by key
}

type dictHashes struct {
	values column.Column
	hashes []uint64
}

// hashes returns a hash of each of n rows of keys, none of them Lazy.
func (k *keyHasher) hashes(keys []column.Column, n int) []uint64 {
	if k.dicts == nil {
		k.dicts = make([]dictHashes, len(keys))
	}
	out := make([]uint64, n)
	for j, c := range keys {
		switch c := c.(type) {
		case *column.Const:
			h := flatHashes(c.One)[0]
			for i := range out {
				out[i] = mixHash(out[i], h)
			}
			continue
		case *column.Dict:
			d := &k.dicts[j]
			if d.values == c.Values || c.Values.Len() <= 4*n {
				if d.values != c.Values {
					*d = dictHashes{c.Values, flatHashes(c.Values)}
				}
				for i, code := range c.Codes {
					out[i] = mixHash(out[i], d.hashes[code])
				}
				continue
			}
		}
		for i, h := range flatHashes(column.Flat(c)) {
			out[i] = mixHash(out[i], h)
		}
	}
	return out
}

// mixHash adds the hash x of one more key to h.
func mixHash(h, x uint64) uint64 {
	h = (h ^ x) * 0xff51afd7ed558ccd
	return h ^ h>>32
}

// nullHash is the hash of null.
const nullHash = 0x2545f4914f6cdd1d

// flatHashes hashes the values of a flat column: of any type, or the printed
// GUIDs of a string column as values of GUID.
func flatHashes(c column.Column) []uint64 {
	out := make([]uint64, c.Len())
	switch v := c.(type) {
	case *column.Vec[string]:
		for i, s := range v.Vals {
			if w, ok := parseGUIDWords(s); ok {
				out[i] = w.hash()
			} else {
				out[i] = xxh3.HashString(s)
			}
		}
		return out
	case *column.Vec[types.GUID128]:
		for i, g := range v.Vals {
			out[i] = wordsOfGUID(g).hash()
		}
	case *column.Vec[types.Decimal128]:
		for i, x := range v.Vals {
			out[i] = xxh3.HashString(types.NormalDecimal(x).String())
		}
	case *column.Vec[dynamic.Value]:
		for i, x := range v.Vals {
			out[i] = xxh3.HashString(x.Encoding())
		}
		return out
	default:
		words, _ := wordsOf(c)
		for i, w := range words {
			out[i] = wordHash(w)
		}
	}
	if valid := validOf(c); valid != nil {
		for i := range out {
			if !valid.Has(i) {
				out[i] = nullHash
			}
		}
	}
	return out
}

func wordsOfGUID(g types.GUID128) guidWords {
	return guidWords{binary.BigEndian.Uint64(g[:8]), binary.BigEndian.Uint64(g[8:])}
}

// packGUIDs returns the strings of c as 16 bytes each, if all of them are
// printed GUIDs: a key table of strings takes them in this form too.
func packGUIDs(c column.Column) column.Column {
	v, ok := c.(*column.Vec[string])
	if !ok || len(v.Vals) == 0 {
		return c
	}
	out := make([]types.GUID128, len(v.Vals))
	for i, s := range v.Vals {
		w, ok := parseGUIDWords(s)
		if !ok {
			return c
		}
		out[i] = w.guid()
	}
	return column.NewVec(types.GUID, out, nil)
}
