package exec

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A sortColumn is one column of an order, as words that compare as its values
// do. Where a word cannot hold the whole value (strings), equal words mean that
// exact must be asked.
type sortColumn struct {
	words []uint64
	exact func(i, j int) int // nil if the words are enough
}

// sortColumns returns the order of flat or dictionary columns by keys; one key
// may become two columns, the first saying what is null.
func sortColumns(keys []plan.SortKey, cols []column.Column) []sortColumn {
	var out []sortColumn
	for k, key := range keys {
		c := cols[k]
		if _, isConst := c.(*column.Const); isConst {
			continue
		}
		if nulls := nullWords(c, key.NullsFirst); nulls != nil {
			out = append(out, sortColumn{words: nulls})
		}
		out = append(out, orderWords(c, key.Desc))
	}
	return out
}

// nullWords is the order of null and NaN against values; nil if there are
// none. NaN stands between null and the values.
//
// Source: the Kusto documentation, "sort operator".
func nullWords(c column.Column, first bool) []uint64 {
	if c.Type() == types.String {
		return nil
	}
	null, nan, value := uint64(2), uint64(1), uint64(0)
	if first {
		null, value = 0, 2
	}
	var out []uint64
	mark := func(i int, w uint64) {
		if out == nil {
			out = make([]uint64, c.Len())
			for j := range out {
				out[j] = value
			}
		}
		out[i] = w
	}
	if c.Type() == types.Real {
		v := column.ViewOf[float64](c)
		for i := range c.Len() {
			if x := v.At(i); v.Null(i) {
				mark(i, null)
			} else if x != x {
				mark(i, nan)
			}
		}
		return out
	}
	if v := validOf(c); v == nil && c.Type() != types.Dynamic {
		if _, isDict := c.(*column.Dict); !isDict {
			return nil
		}
	}
	for i := range c.Len() {
		if c.Null(i) {
			mark(i, null)
		}
	}
	return out
}

func orderWords(c column.Column, desc bool) sortColumn {
	var s sortColumn
	switch v := c.(type) {
	case *column.Dict:
		s.words = rankWords(v)
	case *column.Vec[int64]:
		s.words = make([]uint64, len(v.Vals))
		for i, x := range v.Vals {
			s.words[i] = uint64(x) ^ 1<<63
		}
	case *column.Vec[float64]:
		s.words = make([]uint64, len(v.Vals))
		for i, x := range v.Vals {
			s.words[i] = realOrder(x)
		}
	case *column.Vec[bool]:
		s.words, _ = wordsOf(v)
	case *column.Vec[string]:
		s.words = make([]uint64, len(v.Vals))
		shared := sharedPrefix(v.Vals)
		for i, x := range v.Vals {
			s.words[i] = prefixWord(x[shared:])
		}
		s.exact = func(i, j int) int { return strings.Compare(v.Vals[i], v.Vals[j]) }
	default:
		s.words = make([]uint64, c.Len())
		s.exact = func(i, j int) int { return compareCells(c, i, c, j) }
	}
	if v := validOf(c); v != nil {
		s.levelNulls(v)
	}
	if desc {
		s.reverse()
	}
	return s
}

// levelNulls lets rows that are null be equal here: another key says where they stand.
// Their words are that of some value, so that the words stay close together.
func (s *sortColumn) levelNulls(v column.Bitmap) {
	var some uint64
	for i, w := range s.words {
		if v.Has(i) {
			some = w
			break
		}
	}
	for i := range s.words {
		if !v.Has(i) {
			s.words[i] = some
		}
	}
	if exact := s.exact; exact != nil {
		s.exact = func(i, j int) int {
			if !v.Has(i) || !v.Has(j) {
				return 0
			}
			return exact(i, j)
		}
	}
}

// reverse makes an ascending order descending.
func (s *sortColumn) reverse() {
	for i := range s.words {
		s.words[i] = ^s.words[i]
	}
	if exact := s.exact; exact != nil {
		s.exact = func(i, j int) int { return exact(j, i) }
	}
}

func validOf(c column.Column) column.Bitmap {
	switch v := c.(type) {
	case *column.Vec[int64]:
		return v.Valid
	case *column.Vec[float64]:
		return v.Valid
	case *column.Vec[bool]:
		return v.Valid
	case *column.Vec[types.GUID128]:
		return v.Valid
	case *column.Vec[types.Decimal128]:
		return v.Valid
	}
	return nil
}

// realOrder orders reals from -inf up; NaN, which nullWords places, is least.
func realOrder(x float64) uint64 {
	if x != x {
		return 0
	}
	if x == 0 {
		x = 0 // -0 is 0
		return 1 << 63
	}
	w := math.Float64bits(x)
	if w>>63 != 0 {
		return ^w
	}
	return w | 1<<63
}

// sharedPrefix returns how many bytes all texts begin with.
func sharedPrefix(texts []string) int {
	if len(texts) == 0 {
		return 0
	}
	first := texts[0]
	n := len(first)
	for _, s := range texts {
		if len(s) >= n && s[:n] == first[:n] {
			continue
		}
		n = min(n, len(s))
		for i := range n {
			if s[i] != first[i] {
				n = i
				break
			}
		}
	}
	return n
}

// prefixWord is the first eight bytes of s.
func prefixWord(s string) uint64 {
	var w uint64
	for i := range min(8, len(s)) {
		w |= uint64(s[i]) << (56 - 8*i)
	}
	return w
}

// rankWords sorts the distinct values that d uses and gives each row the rank
// of its value. A dictionary put together from several has most values more than
// once.
func rankWords(d *column.Dict) []uint64 {
	used := make([]bool, d.Values.Len())
	for _, c := range d.Codes {
		used[c] = true
	}
	var codes []uint32
	for c, u := range used {
		if u {
			codes = append(codes, uint32(c))
		}
	}
	ids := make([]uint32, len(codes))
	table := newKeyTable(d.Type())
	table.add(column.Flat(column.Gather(d.Values, codes)), ids)
	one := make([]uint32, table.len()) // a code for each distinct value
	for i, id := range ids {
		one[id] = codes[i]
	}
	byValue := make([]uint32, len(one))
	for i := range byValue {
		byValue[i] = uint32(i)
	}
	slices.SortFunc(byValue, func(a, b uint32) int { return compareCells(d.Values, int(one[a]), d.Values, int(one[b])) })
	ranks := make([]uint64, len(one))
	for i := 1; i < len(byValue); i++ {
		// Two decimals or dynamic values may differ and yet be equal in order.
		ranks[byValue[i]] = ranks[byValue[i-1]]
		if compareCells(d.Values, int(one[byValue[i-1]]), d.Values, int(one[byValue[i]])) != 0 {
			ranks[byValue[i]]++
		}
	}
	ofCode := make([]uint64, len(used))
	for i, c := range codes {
		ofCode[c] = ranks[ids[i]]
	}
	out := make([]uint64, len(d.Codes))
	for i, c := range d.Codes {
		out[i] = ofCode[c]
	}
	return out
}

// compareCells orders row i of a and row j of b, flat columns of one type.
// Nulls are equal and come first.
func compareCells(a column.Column, i int, b column.Column, j int) int {
	if an, bn := a.Null(i), b.Null(j); an || bn {
		return bit(bn) - bit(an)
	}
	switch x := a.(type) {
	case *column.Vec[int64]:
		return cmp.Compare(x.Vals[i], b.(*column.Vec[int64]).Vals[j])
	case *column.Vec[float64]:
		return cmp.Compare(realOrder(x.Vals[i]), realOrder(b.(*column.Vec[float64]).Vals[j]))
	case *column.Vec[bool]:
		return bit(x.Vals[i]) - bit(b.(*column.Vec[bool]).Vals[j])
	case *column.Vec[string]:
		return strings.Compare(x.Vals[i], b.(*column.Vec[string]).Vals[j])
	case *column.Vec[types.GUID128]:
		return bytes.Compare(x.Vals[i][:], b.(*column.Vec[types.GUID128]).Vals[j][:])
	case *column.Vec[types.Decimal128]:
		return types.CompareDecimal(x.Vals[i], b.(*column.Vec[types.Decimal128]).Vals[j])
	case *column.Vec[dynamic.Value]:
		return dynamic.Compare(x.Vals[i], b.(*column.Vec[dynamic.Value]).Vals[j])
	}
	return 0
}
