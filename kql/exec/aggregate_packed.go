package exec

import (
	"errors"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// packed evaluates the inputs over b, with the keys that are printed GUIDs as 16
// bytes each. Such a key is read a piece at a time where nothing else needs its
// texts: see column.Piecewise.
func (s *partSink) packed(b *column.Batch) ([]column.Column, error) {
	cols := make([]column.Column, len(s.exprs))
	for i, e := range s.exprs {
		if i < len(s.p.a.node.Keys) && !s.texts {
			c, ok, err := packedPieces(e, b)
			if errors.Is(err, errNoGUID) {
				s.texts = true
				ok, err = false, nil
			}
			if err != nil {
				return nil, err
			}
			if ok {
				cols[i] = c
				continue
			}
		}
		c, err := e.eval(b)
		if err != nil {
			return nil, err
		}
		cols[i] = c
	}
	return cols, nil
}

// packedKeys evaluates keys of a join, those that are printed GUIDs as 16 bytes each
// where they come a piece at a time.
type packedKeys struct {
	exprs []*evaluator
	// spent reports whether nothing else reads a column of the input.
	spent func(col int) bool
	texts bool // a key has texts that are no GUIDs
}

func (s *packedKeys) eval(b *column.Batch) ([]column.Column, error) {
	cols := make([]column.Column, len(s.exprs))
	for i, e := range s.exprs {
		if !s.texts && e.kind == evalColumn && s.spent(e.index) {
			c, ok, err := packedPieces(e, b)
			if ok && err == nil {
				cols[i] = c
				continue
			}
			if err != nil && !errors.Is(err, errNoGUID) {
				return nil, err
			}
			s.texts = err != nil
		}
		c, err := e.eval(b)
		if err != nil {
			return nil, err
		}
		cols[i] = c
	}
	return cols, nil
}

// errNoGUID says that a text is no printed GUID.
var errNoGUID = errors.New("not a GUID")

// packedPieces returns the GUIDs of a column of text that only e reads; !ok if it
// does not come in pieces.
func packedPieces(e *evaluator, b *column.Batch) (c column.Column, ok bool, err error) {
	if e.kind != evalColumn || e.typ != types.String || e.c.reads[e.index] != 1 {
		return nil, false, nil
	}
	l, isLazy := b.Raw(e.index).(*column.Lazy)
	if !isLazy {
		return nil, false, nil
	}
	out := make([]types.GUID128, 0, b.Len())
	ok, err = l.Pieces(func(piece column.Column) error {
		v := column.ViewOf[string](piece)
		for i := range piece.Len() {
			w, isGUID := parseGUIDWords(v.At(i))
			if !isGUID {
				return errNoGUID
			}
			out = append(out, w.guid())
		}
		return nil
	})
	return column.NewVec(types.GUID, out, nil), ok, err
}
