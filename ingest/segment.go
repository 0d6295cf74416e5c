package ingest

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A segment puts the parts of one table together in memory, so that a batch is
// large and has one dictionary per column, however small the pieces and files are
// that its rows come from.
type segment struct {
	n    int
	cols []*segmentColumn
}

// values returns the number of rows by that of the columns that are not null throughout.
func (s *segment) values() int64 {
	used := 0
	for _, c := range s.cols {
		if c.rows > 0 {
			used++
		}
	}
	return int64(s.n) * int64(max(1, used))
}

// segmentRows is the number of rows of a full segment.
const segmentRows = 1 << 17

// A segmentColumn is a column of a segment: text, or values of a fixed size.
type segmentColumn struct {
	name types.Column
	rows int

	fixed column.Builder // nil for text

	dict   column.Numbering
	codes  []uint32
	flat   []string
	isFlat bool
}

func newSegmentColumn(c types.Column) *segmentColumn {
	s := &segmentColumn{name: c}
	if !isText(c.Type) {
		s.fixed = column.NewBuilder(c.Type, 0)
	}
	return s
}

// isText reports whether the values of a column are text until all are there.
func isText(t types.Type) bool { return t == types.String || t == types.Dynamic || t == types.Unknown }

// add adds the rows of p, whose column i is the segment's column at[i].
func (s *segment) add(p *part, at []int) {
	for i, c := range p.cols {
		if c != nil {
			s.cols[at[i]].add(c, s.n)
		}
	}
	s.n += p.n
}

// add adds the rows of col behind row n.
func (s *segmentColumn) add(col column.Column, n int) {
	s.padTo(n)
	s.rows += col.Len()
	if s.fixed != nil {
		s.fixed.AppendColumn(col)
		return
	}
	texts, codes := col, []uint32(nil)
	if d, ok := col.(*column.Dict); ok {
		texts, codes = d.Values, d.Codes
	}
	vals := column.FlatVec[string](texts).Vals
	switch {
	case s.isFlat && codes == nil:
		s.flat = append(s.flat, vals...)
	case s.isFlat:
		for _, c := range codes {
			s.flat = append(s.flat, vals[c])
		}
	case codes == nil:
		for _, v := range vals {
			s.codes = append(s.codes, s.dict.Number(v))
		}
	default:
		known := s.dict.Known(&vals[0], len(vals))
		for _, c := range codes {
			if known[c] == column.Unnumbered {
				known[c] = s.dict.Number(vals[c])
			}
			s.codes = append(s.codes, known[c])
		}
	}
	if !s.isFlat && s.rows >= leastRows {
		s.consider()
	}
}

// leastRows is how many rows are looked at before numbering is given up.
const leastRows = 1 << 13

// consider gives numbering up if nearly every value is another.
func (s *segmentColumn) consider() {
	if n := len(s.dict.Texts); n <= leastFlat || 10*n <= 9*s.rows {
		return
	}
	s.isFlat = true
	s.flat = make([]string, len(s.codes), max(len(s.codes), 2*leastRows))
	for i, c := range s.codes {
		s.flat[i] = s.dict.Texts[c]
	}
	s.dict, s.codes = column.Numbering{}, nil
}

// padTo fills the rows up to n that have no value.
func (s *segmentColumn) padTo(n int) {
	gap := n - s.rows
	if gap <= 0 {
		return
	}
	s.rows = n
	switch {
	case s.fixed != nil:
		for range gap {
			s.fixed.AppendNull()
		}
	case s.isFlat:
		s.flat = append(s.flat, make([]string, gap)...)
	default:
		empty := s.dict.Number("")
		for range gap {
			s.codes = append(s.codes, empty)
		}
	}
}

// finish returns the column as the one given, with n rows. bad is told of values that
// do not read as its type, and are null.
func (s *segmentColumn) finish(c types.Column, n int, bad func(badValues)) column.Column {
	t := c.Type
	if s.rows == 0 {
		return column.NullConst(t, n)
	}
	s.padTo(n)
	if s.fixed != nil {
		return s.fixed.Finish()
	}
	if !s.isFlat {
		s.consider()
	}
	if s.isFlat {
		col := fromTexts(t, slices.Clip(s.flat))
		unread(c, s.flat, nil, col, bad)
		return col
	}
	d := &column.Dict{Codes: slices.Clip(s.codes), Values: fromTexts(t, s.dict.Texts)}
	unread(c, s.dict.Texts, d.Codes, d.Values, bad)
	if isText(t) {
		return d
	}
	return column.Flat(d)
}

// unread tells bad of the texts that read is null for, which have been read as
// the type of c. codes say which text each row has; nil if it is its own.
func unread(c types.Column, texts []string, codes []uint32, read column.Column, bad func(badValues)) {
	if isText(c.Type) {
		return
	}
	b := badValues{column: c}
	lost := func(i int) bool { return texts[i] != "" && read.Null(i) }
	if codes == nil {
		for i := range texts {
			if lost(i) {
				b.n, b.example = b.n+1, texts[i]
			}
		}
	}
	for _, i := range codes {
		if lost(int(i)) {
			b.n, b.example = b.n+1, texts[i]
		}
	}
	if b.n > 0 {
		bad(b)
	}
}

// fromTexts reads texts as type t. An empty one is no value, and one that does not
// read as the type is null.
func fromTexts(t types.Type, texts []string) column.Column {
	switch t {
	case types.Bool:
		return parsedTexts(t, texts, parseBool)
	case types.Int:
		return parsedTexts(t, texts, parseInt)
	case types.Long:
		return parsedTexts(t, texts, parseLong)
	case types.Real:
		return parsedTexts(t, texts, types.ParseReal)
	case types.Decimal:
		return parsedTexts(t, texts, types.ParseDecimal)
	case types.DateTime:
		return parsedTexts(t, texts, ParseTime)
	case types.TimeSpan:
		return parsedTexts(t, texts, types.ParseTimeSpan)
	case types.GUID:
		return parsedTexts(t, texts, types.ParseGUID)
	case types.Dynamic:
		return dynamicOf(texts)
	}
	return column.NewVec(types.String, texts, nil)
}

func parsedTexts[T column.Value](t types.Type, texts []string, parse func(string) (T, bool)) column.Column {
	b := column.NewTypedBuilder[T](t, len(texts))
	for _, s := range texts {
		if v, ok := parse(s); ok && s != "" {
			b.Append(v)
		} else {
			b.AppendNull()
		}
	}
	return b.Finish()
}
