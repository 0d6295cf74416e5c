package exec

import (
	"math/bits"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A textCopier copies texts whose memory is about to be used again. It keeps
// each distinct one once, for all batches, as long as there are few.
type textCopier struct {
	texts  []string      // the distinct ones
	slots  []uint32      // a hash table of their positions + 1
	codes  []uint32      // of the batch's rows
	values column.Column // texts, as far as they were known to the last batch

	many bool   // there are too many: each row has a copy
	all  []byte // the batch's texts one behind the other
	ends []int  // of each in all
}

const (
	// fewTexts is how many distinct texts are told apart. Each is looked for in
	// textReach of the slots.
	fewTexts  = 1 << 10
	textSlots = 4 * fewTexts
	textReach = 8
)

// add adds the texts of c, in any form but Lazy, to the batch.
func (t *textCopier) add(c column.Column) {
	v := column.ViewOf[string](c)
	for i := range c.Len() {
		t.addText(v.At(i))
	}
}

func (t *textCopier) addText(s string) {
	if !t.many {
		if code, ok := t.code(s); ok {
			t.codes = append(t.codes, code)
			return
		}
		t.unfold()
	}
	t.all = append(t.all, s...)
	t.ends = append(t.ends, len(t.all))
}

// code returns the position of s among the texts; !ok if there is no place for
// it.
func (t *textCopier) code(s string) (code uint32, ok bool) {
	if t.slots == nil {
		t.slots = make([]uint32, textSlots)
	}
	at := textHash(s)
	for range textReach {
		slot := &t.slots[at%textSlots]
		if *slot == 0 {
			if len(t.texts) == fewTexts {
				return 0, false
			}
			t.texts = append(t.texts, strings.Clone(s))
			*slot = uint32(len(t.texts))
		}
		if t.texts[*slot-1] == s {
			return *slot - 1, true
		}
		at++
	}
	return 0, false
}

// unfold gives up telling texts apart.
func (t *textCopier) unfold() {
	t.many = true
	for _, c := range t.codes {
		t.all = append(t.all, t.texts[c]...)
		t.ends = append(t.ends, len(t.all))
	}
	t.texts, t.slots, t.codes, t.values = nil, nil, nil, nil
}

// column returns the batch's texts; the next ones are another batch's.
func (t *textCopier) column() column.Column {
	if !t.many {
		if t.values == nil || t.values.Len() < len(t.texts) {
			t.values = column.NewVec(types.String, t.texts[:len(t.texts):len(t.texts)], nil)
		}
		codes := t.codes
		t.codes = make([]uint32, 0, len(codes))
		return &column.Dict{Codes: codes, Values: t.values}
	}
	all := string(t.all)
	out := make([]string, len(t.ends))
	from := 0
	for i, end := range t.ends {
		out[i] = all[from:end]
		from = end
	}
	t.all, t.ends = t.all[:0], t.ends[:0]
	return column.NewVec(types.String, out, nil)
}

// textHash looks at the length and at both ends of s: it is for texts that are
// met again and again, and compared anyway.
func textHash(s string) uint32 {
	var head, tail uint64
	if len(s) >= 8 {
		head, tail = word(s), word(s[len(s)-8:])
	} else {
		for i := range len(s) {
			head = head<<8 | uint64(s[i])
		}
	}
	const odd = 0x9e3779b97f4a7c15
	high, low := bits.Mul64(head^uint64(len(s)), odd^bits.RotateLeft64(tail, 29)|1)
	return uint32(high ^ low>>32 ^ low)
}

// word reads eight bytes; the compiler makes it one load.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
