package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// values returns the columns of the keys, a row for each number. They may be Lazy,
// and good until the next add.
func (t *tupleTable) values() []column.Column {
	out := make([]column.Column, len(t.keys))
	for j, k := range t.keys {
		switch k.form {
		case tupleText:
			out[j] = column.NewLazy(k.typ, t.n, &tupleTexts{t, j})
		case tupleNumber:
			ids := make([]uint32, t.n)
			for i := range ids {
				ids[i] = uint32(t.words[i*t.stride+k.at])
			}
			out[j] = column.Gather(t.others[j].values(), ids)
		case tupleGUID:
			vals := make([]types.GUID128, t.n)
			for i := range vals {
				vals[i] = t.guid(i, k).guid()
			}
			out[j] = column.NewVec(k.typ, vals, t.valid(j))
		default:
			words := make([]uint64, t.n)
			for i := range words {
				words[i] = t.words[i*t.stride+k.at]
			}
			out[j] = columnOfWords(k.typ, words, t.valid(j))
		}
	}
	return out
}

func (t *tupleTable) guid(i int, k tupleKey) guidWords {
	at := i*t.stride + k.at
	return guidWords{t.words[at], t.words[at+1]}
}

// valid returns the rows whose key j is not null; nil if none is.
func (t *tupleTable) valid(j int) column.Bitmap {
	var valid column.Bitmap
	for i, f := range t.flags {
		if f>>j&1 == 0 {
			continue
		}
		if valid == nil {
			valid = column.FullBitmap(t.n)
		}
		valid.Clear(i)
	}
	return valid
}

// tupleTexts loads the texts of key j.
type tupleTexts struct {
	t *tupleTable
	j int
}

// Load implements column.Loader.
func (l *tupleTexts) Load(rows []uint32) (column.Column, error) {
	t, k := l.t, l.t.keys[l.j]
	var plain []string
	if o, ok := t.others[l.j].(*stringKeys); ok {
		plain = o.plain.keys // no GUIDs are among them, so they have the same numbers
	}
	n := len(rows)
	if rows == nil {
		n = t.n
	}
	out := make([]string, n)
	var p guidPrinter
	p.grow(n)
	for i := range out {
		id := i
		if rows != nil {
			id = int(rows[i])
		}
		if t.flags != nil && t.flags[id]>>l.j&1 != 0 {
			out[i] = plain[t.words[id*t.stride+k.at]]
		} else {
			p.add(i, t.guid(id, k))
		}
	}
	p.print(out)
	return column.NewVec(k.typ, out, nil), nil
}

// Scattered implements column.Scattered.
func (l *tupleTexts) Scattered() bool { return true }

// A guidPrinter prints GUIDs one behind the other into one text.
type guidPrinter struct {
	rows []int
	text []byte
}

// grow makes room for n GUIDs.
func (p *guidPrinter) grow(n int) { p.rows, p.text = make([]int, 0, n), make([]byte, 0, 36*n) }

// add takes the GUID of a row.
func (p *guidPrinter) add(row int, w guidWords) {
	p.rows = append(p.rows, row)
	p.text = types.AppendGUID(p.text, w.guid())
}

// print sets the rows of out.
func (p *guidPrinter) print(out []string) {
	printed := string(p.text)
	for _, i := range p.rows {
		out[i], printed = printed[:36], printed[36:]
	}
}
