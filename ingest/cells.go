package ingest

import (
	"math"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A shape is what a JSON value looks like, for tables without a known schema.
type shape uint8

const (
	shapeBool shape = 1 << iota
	shapeWhole
	shapeReal
	shapeTime // text that reads as an ISO 8601 time
	shapeText
	shapeNested
)

// cells collects the values of one column as text, each distinct one once as
// long as that pays. What type the text becomes is decided at the end: the
// catalog's, or the one that fits all values.
type cells struct {
	name   string
	rows   int // rows with a value or a gap so far
	shapes shape

	distinct map[string]uint32
	texts    []string
	codes    []uint32
	last     uint32 // code of the latest value, which the next one often repeats

	flat   []string // instead of codes, for near-unique values
	isFlat bool
	absent column.Bitmap // nil, or which rows have a value
	arena  arena
}

// add gives row the value text of shape s. Rows are filled in order; those left
// out have no value. text is copied.
func (c *cells) add(row int, text string, s shape) {
	c.padTo(row)
	c.shapes |= s
	c.rows++
	if c.absent != nil {
		c.grow()
		c.absent.Set(row)
	}
	if c.isFlat {
		c.flat = append(c.flat, c.arena.copy(text))
		return
	}
	if len(c.texts) > 0 && c.texts[c.last] == text {
		c.codes = append(c.codes, c.last)
		return
	}
	code, ok := c.distinct[text]
	if !ok {
		if c.distinct == nil {
			c.distinct = map[string]uint32{}
		}
		code = uint32(len(c.texts))
		text = c.arena.copy(text)
		c.distinct[text] = code
		c.texts = append(c.texts, text)
		if len(c.texts) > minDictionary && len(c.texts) > c.rows/2 {
			c.codes = append(c.codes, code)
			c.flatten()
			return
		}
	}
	c.last = code
	c.codes = append(c.codes, code)
}

// minDictionary is the number of distinct values below which a dictionary is
// kept whatever the number of rows.
const minDictionary = 1024

func (c *cells) flatten() {
	c.isFlat = true
	c.flat = make([]string, len(c.codes), 2*len(c.codes))
	for i, code := range c.codes {
		c.flat[i] = c.texts[code]
	}
	c.distinct, c.texts, c.codes = nil, nil, nil
}

// padTo fills the rows before row that have no value.
func (c *cells) padTo(row int) {
	if c.rows == row {
		return
	}
	if c.absent == nil {
		c.absent = column.FullBitmap(c.rows)
		for i := c.rows; i < len(c.absent)*64; i++ {
			c.absent.Clear(i)
		}
	}
	gap := row - c.rows
	c.rows = row
	c.grow()
	if c.isFlat {
		c.flat = append(c.flat, make([]string, gap)...)
		return
	}
	empty, ok := c.distinct[""]
	if !ok {
		if c.distinct == nil {
			c.distinct = map[string]uint32{}
		}
		empty = uint32(len(c.texts))
		c.distinct[""] = empty
		c.texts = append(c.texts, "")
	}
	for range gap {
		c.codes = append(c.codes, empty)
	}
}

func (c *cells) grow() {
	for len(c.absent)*64 < c.rows {
		c.absent = append(c.absent, 0)
	}
}

// has reports whether row i has a value.
func (c *cells) has(i int) bool { return c.absent == nil || c.absent.Has(i) }

// finish returns the column as type t with n rows, and the number of values
// that do not read as t, with the first of them: they are null.
func (c *cells) finish(t types.Type, n int) (col column.Column, bad int, example string) {
	c.padTo(n)
	if c.isFlat {
		col, bad, example = convert(t, c.flat, c.has)
		return col, bad, example
	}
	if len(c.texts) == 1 && n > 0 && (t == types.String || t == types.Dynamic) {
		one, bad, example := convert(t, c.texts, always)
		return &column.Const{One: one, N: n}, bad * n, example
	}
	values, bad, example := convert(t, c.texts, always)
	d := &column.Dict{Codes: c.codes, Values: values}
	if t == types.String || t == types.Dynamic {
		return d, bad, example
	}
	return column.Flat(d), bad, example
}

func always(int) bool { return true }

// An arena copies short-lived text into large blocks.
type arena struct{ b strings.Builder }

const arenaBlock = 1 << 16

func (a *arena) copy(s string) string {
	if len(s) == 0 {
		return ""
	}
	if len(s) > arenaBlock/4 {
		return strings.Clone(s)
	}
	if a.b.Cap()-a.b.Len() < len(s) {
		a.b = strings.Builder{}
		a.b.Grow(arenaBlock)
	}
	from := a.b.Len()
	a.b.WriteString(s)
	return a.b.String()[from:]
}

// convert reads texts as type t. An empty text is no value and no mistake; has
// says which rows count.
func convert(t types.Type, texts []string, has func(int) bool) (col column.Column, bad int, example string) {
	switch t {
	case types.Bool:
		return parsed(t, texts, has, parseBool)
	case types.Int:
		return parsed(t, texts, has, parseInt)
	case types.Long:
		return parsed(t, texts, has, parseLong)
	case types.Real:
		return parsed(t, texts, has, types.ParseReal)
	case types.Decimal:
		return parsed(t, texts, has, types.ParseDecimal)
	case types.DateTime:
		return parsed(t, texts, has, ParseTime)
	case types.TimeSpan:
		return parsed(t, texts, has, types.ParseTimeSpan)
	case types.GUID:
		return parsed(t, texts, has, types.ParseGUID)
	case types.Dynamic:
		var p dynamic.Parser
		vals := make([]dynamic.Value, len(texts))
		for i, s := range texts {
			if s != "" && has(i) {
				vals[i] = p.FromText(s)
			}
		}
		return column.NewVec(t, vals, nil), 0, ""
	}
	return column.NewVec(types.String, texts, nil), 0, ""
}

func parsed[T column.Value](t types.Type, texts []string, has func(int) bool, parse func(string) (T, bool)) (col column.Column, bad int, example string) {
	b := column.NewTypedBuilder[T](t, len(texts))
	for i, s := range texts {
		if s == "" || !has(i) {
			b.AppendNull()
			continue
		}
		v, ok := parse(s)
		if !ok {
			if bad == 0 {
				example = s
			}
			bad++
			b.AppendNull()
			continue
		}
		b.Append(v)
	}
	return b.Finish(), bad, example
}

// parseBool also reads 0 and 1, which Log Analytics exports write.
func parseBool(s string) (bool, bool) {
	switch s {
	case "0":
		return false, true
	case "1":
		return true, true
	}
	return types.ParseBool(s)
}

// parseLong also reads whole numbers written as reals: 12.0, 1e3.
func parseLong(s string) (int64, bool) {
	if v, ok := types.ParseLong(s); ok {
		return v, true
	}
	f, ok := types.ParseReal(s)
	if !ok || f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}

func parseInt(s string) (int64, bool) {
	v, ok := parseLong(s)
	return v, ok && v == int64(int32(v))
}

// typeOf returns the type that fits all values of a column without a known
// schema.
func (s shape) typeOf() types.Type {
	switch {
	case s == 0:
		return types.String
	case s&shapeNested != 0:
		return types.Dynamic
	case s == shapeBool:
		return types.Bool
	case s == shapeWhole:
		return types.Long
	case s&^(shapeWhole|shapeReal) == 0:
		return types.Real
	case s == shapeTime:
		return types.DateTime
	}
	return types.String
}
