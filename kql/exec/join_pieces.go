package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A keyMatches collects the rows that have a match, with copies of their keys, while
// the key's column comes a piece at a time: it is then never in memory as a whole,
// see column.Piecewise.
type keyMatches struct {
	rows   []uint32
	groups []uint32 // of rows
	texts  []string // the keys of rows
	arena  textArena
}

// add takes the rows of a piece, the first of which is row first of the batch, that
// have one of groups.
func (m *keyMatches) add(first int, piece column.Column, groups []uint32) {
	v := column.ViewOf[string](piece)
	for i, g := range groups {
		if g != none {
			m.rows = append(m.rows, uint32(first+i))
			m.groups = append(m.groups, g)
			m.texts = append(m.texts, m.arena.keep(v.At(i)))
		}
	}
}

// matched returns the rows of b that have a match, and their groups, looked up a
// piece of the key at a time; !ok if that is not possible, if rows without a match
// are wanted, too, or if so many have one that copying their keys would cost more.
func (p *prober) matched(b *column.Batch) (rows *column.Batch, groups []uint32, ok bool, err error) {
	if p.many || len(p.keys) != 1 || p.keys[0].kind != evalColumn || p.keys[0].typ != types.String || p.j.keepProbe || p.j.probeLonely {
		return nil, nil, false, nil
	}
	key := p.keys[0].index
	l, isLazy := b.Raw(key).(*column.Lazy)
	if !isLazy {
		return nil, nil, false, nil
	}
	var m keyMatches
	n := 0
	ok, err = l.Pieces(func(piece column.Column) error {
		m.add(n, piece, p.read.groups([]column.Column{piece}, piece.Len()))
		n += piece.Len()
		return nil
	})
	if !ok || err != nil {
		return nil, nil, ok, err
	}
	p.many = 4*len(m.rows) > n
	cols := make([]column.Column, b.Width())
	for i := range cols {
		if cols[i] = b.Raw(i); i == key {
			cols[i] = column.NewVec(types.String, m.texts, nil)
		} else if len(m.rows) < b.Len() {
			cols[i] = column.Gather(cols[i], m.rows)
		}
	}
	return column.NewBatch(len(m.rows), cols), m.groups, true, nil
}
