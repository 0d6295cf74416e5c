package ingest

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// cells collects the values of one column, a piece of input at a time.
type cells interface {
	// add gives a row its value. Rows come in order; those left out have none.
	// The value's text is copied. The line is nowhere for a value that another column
	// has, too, and which is one mistake there.
	add(row int, v value, line int)
	// take returns the column of the n rows so far, nil if no row has a value,
	// and the shapes of the values where they decide about the type. It begins
	// anew.
	take(n int) (column.Column, shape)
	// mistakes returns what did not read as the column's type in what was taken
	// last.
	mistakes() badValues
}

const nowhere = -1

// newCells returns cells for a column of type t, Unknown if its values decide.
// asText says that dynamic values are to stay text for now.
func newCells(t types.Type, asText bool) cells {
	switch t {
	case types.Dynamic:
		if asText {
			t = types.String
		}
	case types.Bool:
		return newParsed(t, parseBool)
	case types.Int:
		return newParsed(t, parseInt)
	case types.Long:
		return newParsed(t, parseLong)
	case types.Real:
		return newParsed(t, types.ParseReal)
	case types.Decimal:
		return newParsed(t, types.ParseDecimal)
	case types.DateTime:
		return newParsed(t, ParseTime)
	case types.TimeSpan:
		return newParsed(t, types.ParseTimeSpan)
	case types.GUID:
		return newParsed(t, types.ParseGUID)
	}
	return &textCells{typ: t}
}

// parsedCells are values of a fixed size, read from their text as they come.
type parsedCells[T column.Value] struct {
	typ   types.Type
	parse func(string) (T, bool)
	b     *column.TypedBuilder[T]
	room  int // rows to make room for
	bad   badValues
	told  badValues

	latest string // the text read last, in the piece's memory
	value  T
	ok     bool
}

func newParsed[T column.Value](t types.Type, parse func(string) (T, bool)) cells {
	return &parsedCells[T]{typ: t, parse: parse}
}

func (c *parsedCells[T]) add(row int, v value, line int) {
	if v.isEmpty() {
		return
	}
	if c.b == nil {
		c.b = column.NewTypedBuilder[T](c.typ, max(row+1, c.room))
	}
	c.padTo(row)
	if v.raw != c.latest {
		c.value, c.ok = c.parse(v.text())
		c.latest = v.raw
	}
	if c.ok {
		c.b.Append(c.value)
		return
	}
	c.b.AppendNull()
	if line == nowhere {
		return
	}
	if c.bad.n == 0 {
		c.bad.example, c.bad.line = string([]byte(v.text())), line
	}
	c.bad.n++
}

func (c *parsedCells[T]) padTo(row int) {
	for c.b.Len() < row {
		c.b.AppendNull()
	}
}

func (c *parsedCells[T]) take(n int) (column.Column, shape) {
	c.told, c.bad, c.latest = c.bad, badValues{}, ""
	if c.b == nil {
		return nil, 0
	}
	c.padTo(n)
	out := c.b.Finish()
	c.b, c.room = nil, n
	return out, 0
}

func (c *parsedCells[T]) mistakes() badValues { return c.told }

// textCells are text, and dynamic values, which are read once for each distinct
// text. Texts are numbered as long as that pays, in one dictionary for many
// pieces.
type textCells struct {
	typ    types.Type
	shapes shape
	rows   int // rows with a value or a gap so far
	room   int

	codes  []uint32
	latest uint32 // code of the latest value, which the next one often repeats
	since  int    // rows since the dictionary was begun, before this piece
	dict   dictionary
	seen   [memoSlots]seenValue

	flat     []string // instead of codes, for near-unique values
	isFlat   bool
	flatLeft int // rows until numbering is tried again
	arena    arena
}

const (
	// leastFlat is the number of texts below which they are numbered whatever
	// the number of rows.
	leastFlat = 1024
	// flatRows is for how many rows near-unique values are not numbered.
	flatRows = 1 << 16
	// dictionaryTexts and dictionaryBytes bound what is kept for later pieces.
	dictionaryTexts = 1 << 15
	dictionaryBytes = 4 << 20
)

func (c *textCells) add(row int, v value, _ int) {
	if v.isNull() {
		return
	}
	text := v.text()
	if c.typ == types.Unknown {
		c.shapes |= shapeOf(v.raw, text)
	}
	if c.rows < row {
		c.padTo(row)
	}
	c.rows++
	if c.isFlat {
		c.flat = append(c.flat, c.arena.copy(validText(text)))
		return
	}
	seen := &c.seen[v.slot]
	switch {
	case v.id != 0 && v.id == seen.id:
		c.latest = seen.code
	case int(c.latest) >= len(c.dict.texts) || c.dict.texts[c.latest] != text:
		c.number(text)
	}
	*seen = seenValue{v.id, c.latest}
	c.codes = append(c.codes, c.latest)
	if n := len(c.dict.texts); n > leastFlat && 2*n > c.since+c.rows {
		c.flatten()
	}
}

// A seenValue is the number that a value had.
type seenValue struct{ id, code uint32 }

// number makes text the latest one.
func (c *textCells) number(text string) {
	if code, ok := c.dict.codes[text]; ok {
		c.latest = code
		return
	}
	if good := validText(text); len(good) != len(text) || good != text {
		c.number(good)
		return
	}
	c.latest = c.dict.add(c.arena.copy(text))
}

func (c *textCells) flatten() {
	c.isFlat, c.flatLeft = true, flatRows
	c.flat = make([]string, len(c.codes), max(2*len(c.codes), c.room))
	for i, code := range c.codes {
		c.flat[i] = c.dict.texts[code]
	}
	c.codes = nil
	c.forget()
}

// forget drops the dictionary.
func (c *textCells) forget() {
	c.dict, c.latest, c.since, c.seen = dictionary{}, 0, 0, [memoSlots]seenValue{}
}

// padTo fills the rows before row that have no value.
func (c *textCells) padTo(row int) {
	gap := row - c.rows
	c.rows = row
	if c.isFlat {
		c.flat = append(c.flat, make([]string, gap)...)
		return
	}
	if c.codes == nil {
		c.codes = make([]uint32, 0, max(row+1, c.room))
	}
	if int(c.latest) >= len(c.dict.texts) || c.dict.texts[c.latest] != "" {
		c.number("")
	}
	for range gap {
		c.codes = append(c.codes, c.latest)
	}
}

func (c *textCells) take(n int) (column.Column, shape) {
	shapes := c.shapes
	c.shapes = 0
	if c.rows == 0 {
		return nil, 0
	}
	if c.rows < n {
		c.padTo(n)
	}
	c.since += n
	c.rows, c.room = 0, n
	if c.isFlat {
		flat := c.flat
		c.flat = make([]string, 0, n)
		if c.flatLeft -= n; c.flatLeft <= 0 {
			c.isFlat, c.flat, c.since = false, nil, 0
		}
		if c.typ == types.Dynamic {
			return dynamicOf(flat), 0
		}
		return column.NewVec(types.String, flat, nil), shapes
	}
	out := &column.Dict{Codes: c.codes, Values: c.dict.column(c.typ)}
	c.codes = make([]uint32, 0, n)
	if len(c.dict.texts) > dictionaryTexts || c.dict.bytes > dictionaryBytes {
		c.forget()
	}
	return out, shapes
}

func (c *textCells) mistakes() badValues { return badValues{} }

// A dictionary numbers the distinct texts of a column. It grows; what it has
// handed out stays as it is.
type dictionary struct {
	codes  map[string]uint32
	texts  []string
	bytes  int
	parser dynamic.Parser
	values []dynamic.Value // of the first texts, for a dynamic column
	latest column.Column   // what column has returned last
}

func (d *dictionary) add(text string) uint32 {
	if d.codes == nil {
		d.codes = map[string]uint32{}
	}
	code := uint32(len(d.texts))
	d.codes[text] = code
	d.texts = append(d.texts, text)
	d.bytes += len(text)
	return code
}

// column returns the values, the same column as long as none is added.
func (d *dictionary) column(t types.Type) column.Column {
	if d.latest != nil && d.latest.Len() == len(d.texts) {
		return d.latest
	}
	if t != types.Dynamic {
		d.latest = column.NewVec(types.String, d.texts[:len(d.texts):len(d.texts)], nil)
		return d.latest
	}
	for _, s := range d.texts[len(d.values):] {
		var v dynamic.Value
		if s != "" {
			v = d.parser.FromText(s)
		}
		d.values = append(d.values, v)
	}
	d.latest = column.NewVec(t, d.values[:len(d.values):len(d.values)], nil)
	return d.latest
}

func dynamicOf(texts []string) column.Column {
	var p dynamic.Parser
	vals := make([]dynamic.Value, len(texts))
	for i, s := range texts {
		if s != "" {
			vals[i] = p.FromText(s)
		}
	}
	return column.NewVec(types.Dynamic, vals, nil)
}

// An arena copies short-lived text into blocks.
type arena struct{ block []byte }

const leastBlock, arenaBlock = 1 << 8, 1 << 16

func (a *arena) copy(s string) string {
	if len(s) > cap(a.block)-len(a.block) {
		if len(s) > arenaBlock/4 {
			return string([]byte(s))
		}
		// Blocks grow: most columns have few texts.
		a.block = make([]byte, 0, min(arenaBlock, max(leastBlock, 2*cap(a.block), 4*len(s))))
	}
	from := len(a.block)
	a.block = append(a.block, s...)
	return str(a.block[from:])
}
