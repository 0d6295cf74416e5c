package exec

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// An extractor takes texts apart into typed columns: parse and parse-kv. A
// dictionary is taken apart once, however many rows have its texts.
type extractor struct {
	text  *evaluator
	to    []int        // output position of each captured column
	types []types.Type // their types
	width int          // of the output
	where bool         // drop the rows that do not match
	// take takes one text apart: it sets the captured texts and whether they are
	// there, and reports whether the text matches.
	take func(s string, captured []capture) bool
	// strict makes a text not match where a capture does not convert.
	strict bool

	dicts  map[column.Column]*extracted
	copies []textCopier // of captured texts, if texts come in pieces
}

// A capture is one captured text.
type capture struct {
	text string
	ok   bool
}

// extracted is what some texts were taken apart into.
type extracted struct {
	cols  []column.Column
	match []bool
	rows  int // rows that have met this dictionary so far
}

func (x *extractor) apply(b *column.Batch, emit func(*column.Batch) error) error {
	cols, match, err := x.captured(b)
	if err != nil {
		return err
	}
	out := make([]column.Column, x.width)
	for i := range b.Width() {
		out[i] = b.Raw(i)
	}
	for i, to := range x.to {
		out[to] = cols[i]
	}
	res := column.NewBatch(b.Len(), out)
	if !x.where {
		return emit(res)
	}
	var rows []uint32
	for i := range b.Len() {
		if match(i) {
			rows = append(rows, uint32(i))
		}
	}
	if len(rows) == b.Len() {
		return emit(res)
	}
	return emit(res.Gather(rows))
}

// captured returns the captured columns of b, and which rows match.
func (x *extractor) captured(b *column.Batch) ([]column.Column, func(int) bool, error) {
	if e, ok, err := x.byPieces(b); ok || err != nil {
		return e.cols, func(i int) bool { return e.match[i] }, err
	}
	text, err := x.text.eval(b)
	if err != nil {
		return nil, nil, err
	}
	cols, match := x.columns(text)
	return cols, match, nil
}

// byPieces takes texts apart while they are read, if nothing else reads them: all
// of them are then never in memory at once. A dynamic value may refer to its text.
func (x *extractor) byPieces(b *column.Batch) (*extracted, bool, error) {
	e := x.text
	if e.kind != evalColumn || slices.Contains(x.types, types.Dynamic) {
		return &extracted{}, false, nil
	}
	if e.pieces == nil {
		e.pieces = e.c.piecemealOf(e)
	}
	if x.copies == nil {
		x.copies = make([]textCopier, len(x.to))
	}
	l, ok := e.pieces.lazy(b)
	if !ok {
		return &extracted{}, false, nil
	}
	t := x.takeApart(b.Len(), x.copies)
	ok, err := l.Pieces(func(piece column.Column) error {
		t.add(column.FlatVec[string](piece).Vals)
		return nil
	})
	if !ok || err != nil {
		return &extracted{}, ok, err
	}
	return t.finish(), true, nil
}

// columns returns the captured columns of a text column in any form but Lazy,
// and which rows match.
func (x *extractor) columns(text column.Column) ([]column.Column, func(int) bool) {
	switch c := text.(type) {
	case *column.Const:
		e := x.flat(column.FlatVec[string](c.One).Vals)
		out := make([]column.Column, len(e.cols))
		for i, v := range e.cols {
			out[i] = &column.Const{One: v, N: c.N}
		}
		return out, func(int) bool { return e.match[0] }
	case *column.Dict:
		if e := x.dict(c); e != nil {
			out := make([]column.Column, len(e.cols))
			for i, v := range e.cols {
				out[i] = &column.Dict{Codes: c.Codes, Values: v}
			}
			return out, func(i int) bool { return e.match[c.Codes[i]] }
		}
	}
	e := x.flat(column.FlatVec[string](text).Vals)
	return e.cols, func(i int) bool { return e.match[i] }
}

// dict returns what the values of d give, nil while too few rows have met the
// dictionary for that to pay.
func (x *extractor) dict(d *column.Dict) *extracted {
	e := x.dicts[d.Values]
	if e == nil {
		if x.dicts == nil || len(x.dicts) >= maxDicts {
			x.dicts = map[column.Column]*extracted{}
		}
		e = &extracted{}
		x.dicts[d.Values] = e
	}
	if e.cols != nil {
		return e
	}
	e.rows += d.Len()
	if e.rows < d.Values.Len() {
		return nil
	}
	*e = *x.flat(column.FlatVec[string](d.Values).Vals)
	return e
}

func (x *extractor) flat(texts []string) *extracted {
	t := x.takeApart(len(texts), nil)
	t.add(texts)
	return t.finish()
}

// A takenApart is what texts are taken apart into, one after the other.
type takenApart struct {
	x      *extractor
	match  []bool
	out    []column.Builder // nil where there is a copier
	copies []*textCopier    // of captured texts; nil where they are kept
	caps   []capture
	vals   []converted
}

// takeApart prepares for n texts; with copies, their memory is not kept.
func (x *extractor) takeApart(n int, copies []textCopier) *takenApart {
	t := &takenApart{
		x: x, match: make([]bool, 0, n), out: make([]column.Builder, len(x.to)), copies: make([]*textCopier, len(x.to)),
		caps: make([]capture, len(x.to)), vals: make([]converted, len(x.to)),
	}
	for i, typ := range x.types {
		if copies != nil && typ == types.String {
			t.copies[i] = &copies[i]
		} else {
			t.out[i] = column.NewBuilder(typ, n)
		}
	}
	return t
}

func (t *takenApart) add(texts []string) {
	for _, s := range texts {
		clear(t.caps)
		match := t.x.take(s, t.caps) && t.x.convert(t.caps, t.vals)
		t.match = append(t.match, match)
		for i, b := range t.out {
			switch {
			case !match && b != nil:
				b.AppendNull()
			case b != nil:
				t.vals[i].appendTo(b)
			case match:
				t.copies[i].addText(t.vals[i].str)
			default:
				t.copies[i].addText("")
			}
		}
	}
}

func (t *takenApart) finish() *extracted {
	e := &extracted{match: t.match}
	for i, b := range t.out {
		if b != nil {
			e.cols = append(e.cols, b.Finish())
		} else {
			e.cols = append(e.cols, t.copies[i].column())
		}
	}
	return e
}

// convert gives the captured texts their types. It reports false if one does
// not convert and that matters.
func (x *extractor) convert(caps []capture, vals []converted) bool {
	for i, c := range caps {
		vals[i] = converted{}
		if !c.ok {
			continue
		}
		vals[i] = convertText(c.text, x.types[i])
		if x.strict && !vals[i].ok {
			return false
		}
	}
	return true
}

// converted is a text as a value of some type; !ok is null.
type converted struct {
	ok   bool
	str  string
	word int64
	real float64
	dec  types.Decimal128
	guid types.GUID128
	dyn  dynamic.Value
	yes  bool
}

// convertText converts as the conversion functions (tolong …) do.
func convertText(s string, t types.Type) (v converted) {
	switch t {
	case types.String:
		v.str, v.ok = s, true
	case types.Bool:
		v.yes, v.ok = types.ParseBool(s)
	case types.Int:
		v.word, v.ok = types.ParseInt(s)
	case types.Long:
		v.word, v.ok = types.ParseLong(s)
	case types.Real:
		v.real, v.ok = types.ParseReal(s)
	case types.Decimal:
		v.dec, v.ok = types.ParseDecimal(s)
	case types.DateTime:
		v.word, v.ok = types.ParseDateTime(s)
	case types.TimeSpan:
		v.word, v.ok = types.ParseTimeSpan(s)
	case types.GUID:
		v.guid, v.ok = types.ParseGUID(s)
	case types.Dynamic:
		v.dyn, v.ok = dynamic.FromText(s), true
	}
	return v
}

func (v converted) appendTo(b column.Builder) {
	if !v.ok {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *column.TypedBuilder[string]:
		b.Append(v.str)
	case *column.TypedBuilder[bool]:
		b.Append(v.yes)
	case *column.TypedBuilder[int64]:
		b.Append(v.word)
	case *column.TypedBuilder[float64]:
		b.Append(v.real)
	case *column.TypedBuilder[types.Decimal128]:
		b.Append(v.dec)
	case *column.TypedBuilder[types.GUID128]:
		b.Append(v.guid)
	case *column.TypedBuilder[dynamic.Value]:
		b.Append(v.dyn)
	}
}
