package parquet

import (
	"encoding/binary"

	"github.com/klauspost/compress/zstd"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

const (
	// pageRows and pageBytes bound a page. Few rows let a reader that wants few
	// decompress little.
	pageRows  = 1 << 14
	pageBytes = 1 << 20
	// dictionaryBytes bounds the text of a dictionary.
	dictionaryBytes = 16 << 20
	// fewDistinct is the number of values that a dictionary may have whatever
	// the number of rows.
	fewDistinct = 512
)

// A columnWriter collects one column of a row group as finished pages. It is for
// one goroutine at a time.
type columnWriter struct {
	storage
	name    string
	zstd    *zstd.Encoder
	blooms  bool
	open    openPage
	dict    *column.Numbering // nil for values of a fixed size
	coded   bool              // the open page has codes into dict
	half    int               // how many texts the first half of the first page had
	pages   []finishedPage
	packed  int // bytes of the finished pages
	hashes  []uint64
	scratch []byte
	frames  []byte // likewise
	framed  bool   // the next page of text is compressed in frames
	raw     int    // bytes of all pages without compression, headers included
}

func newColumnWriter(name string, s storage, z *zstd.Encoder, bloom bool) *columnWriter {
	c := &columnWriter{storage: s, name: name, zstd: z, blooms: bloom}
	c.reset()
	return c
}

// reset begins another row group.
func (c *columnWriter) reset() {
	c.open.reset()
	clear(c.pages) // or they would be in memory until as many others are
	c.pages, c.packed, c.hashes, c.raw = c.pages[:0], 0, c.hashes[:0], 0
	if c.coded = c.isText(); c.coded {
		c.dict = &column.Numbering{}
	}
}

// add adds rows from up to, not including, to of col.
func (c *columnWriter) add(col column.Column, from, to int) error {
	for from < to {
		end := min(to, from+pageRows-c.open.rows)
		if c.isFirstHalf() {
			end = min(end, from+pageRows/2-c.open.rows)
		}
		if !c.isText() {
			if err := c.addFixed(col, from, end); err != nil {
				return err
			}
		} else {
			end = c.addText(col, from, end)
		}
		if c.open.rows == pageRows/2 && c.coded && len(c.pages) == 0 {
			c.half = len(c.dict.Texts)
		}
		if c.open.rows >= pageRows || len(c.open.data) >= pageBytes || c.coded && c.isFull() {
			c.finishPage()
		}
		from = end
	}
	return nil
}

// isFirstHalf reports whether the rows that come belong to the first half of a
// first page, by which a dictionary is judged.
func (c *columnWriter) isFirstHalf() bool {
	return c.coded && len(c.pages) == 0 && c.open.rows < pageRows/2
}

// addText adds rows of text until the page is full, and returns the next one.
func (c *columnWriter) addText(col column.Column, from, to int) int {
	texts, codes := textsOf(col)
	if one, ok := col.(*column.Const); ok {
		texts, _ = textsOf(one.One)
		return c.addConst(texts, from, to)
	}
	if c.coded {
		return c.addCodes(texts, codes, from, to)
	}
	for i := from; i < to; i++ {
		at := i
		if codes != nil {
			at = int(codes[i])
		}
		text, ok := texts.at(at)
		c.open.mark(1, ok)
		if ok {
			c.putText(text)
		}
		if len(c.open.data) >= pageBytes {
			return i + 1
		}
	}
	return to
}

// addConst adds rows of one and the same text.
func (c *columnWriter) addConst(texts textColumn, from, to int) int {
	text, ok := texts.at(0)
	if c.coded && ok {
		code := c.dict.Number(text)
		if c.isFull() {
			to = from + 1 // as if each row had its own
		}
		for range to - from {
			c.open.codes = append(c.open.codes, code)
		}
	}
	if c.coded || !ok {
		c.open.mark(to-from, ok)
		return to
	}
	for i := from; i < to; i++ {
		c.open.mark(1, true)
		c.putText(text)
		if len(c.open.data) >= pageBytes {
			return i + 1
		}
	}
	return to
}

// addCodes adds rows as codes into the row group's dictionary until that is full, and
// returns the next one. A value of a dictionary is looked up once, and not again while
// the same dictionary, or one that it has grown to, comes.
func (c *columnWriter) addCodes(texts textColumn, codes []uint32, from, to int) int {
	if codes == nil {
		for i := from; i < to; i++ {
			text, ok := texts.at(i)
			c.open.mark(1, ok)
			if ok {
				c.open.codes = append(c.open.codes, c.dict.Number(text))
			}
			if c.isFull() {
				return i + 1
			}
		}
		return to
	}
	known := c.dict.Known(texts.memory(), texts.len())
	for i, code := range codes[from:to] {
		mine := known[code]
		if mine == column.Unnumbered {
			mine = missingCode
			if text, ok := texts.at(int(code)); ok {
				mine = c.dict.Number(text)
			}
			known[code] = mine
		}
		c.open.mark(1, mine != missingCode)
		if mine != missingCode {
			c.open.codes = append(c.open.codes, mine)
		}
		if c.isFull() {
			return from + i + 1
		}
	}
	return to
}

// isFull reports whether the dictionary takes no more.
func (c *columnWriter) isFull() bool { return c.dict.Bytes > dictionaryBytes }

func (c *columnWriter) putText(s string) {
	c.open.data = append(binary.LittleEndian.AppendUint32(c.open.data, uint32(len(s))), s...)
	if c.blooms {
		c.hashes = append(c.hashes, bloomHash(s))
	}
}

// finishPage finishes the open page. The first page decides whether the values
// repeat enough for a dictionary; one that grows too large takes no more.
func (c *columnWriter) finishPage() {
	if c.coded && len(c.pages) == 0 && c.isUseless() {
		c.giveUpDictionary()
	}
	c.closePage()
	if c.coded && c.isFull() {
		// Its texts are written with the row group; what they came in may go.
		c.coded, c.dict = false, &column.Numbering{Texts: c.dict.Texts, Bytes: c.dict.Bytes}
	}
}

// giveUpDictionary writes the rows of the open page as plain text.
func (c *columnWriter) giveUpDictionary() {
	p := c.open
	texts := c.dict.Texts
	c.open, c.coded, c.dict = openPage{}, false, &column.Numbering{}
	value := 0
	for row := range p.rows {
		present := p.nulls == 0 || p.levels != nil && p.levels[row] != 0
		c.open.mark(1, present)
		if present {
			c.putText(texts[p.codes[value]])
			value++
		}
		if len(c.open.data) >= pageBytes {
			c.closePage()
		}
	}
}

func (c *columnWriter) closePage() {
	if c.open.rows == 0 {
		return
	}
	p := c.encode()
	c.pages = append(c.pages, p)
	c.packed += len(p.body) + len(p.header)
	c.open.reset()
}

// held is how many bytes the column keeps in memory, those of its row group's
// dictionary included.
func (c *columnWriter) held() int {
	n := c.packed + len(c.open.data) + 4*len(c.open.codes) + 8*len(c.hashes)
	if c.dict != nil {
		n += c.dict.Bytes
	}
	return n
}

// A textColumn reads a column of text, JSON or decimals as text.
type textColumn struct {
	strings  []string
	dynamics []dynamic.Value
	decimals *column.Vec[types.Decimal128]
}

// textsOf returns the distinct values of col and each row's place among them, or
// the rows' own values and no codes.
func textsOf(col column.Column) (t textColumn, codes []uint32) {
	if d, ok := col.(*column.Dict); ok {
		col, codes = d.Values, d.Codes
	}
	switch v := col.(type) {
	case *column.Vec[string]:
		t.strings = v.Vals
	case *column.Vec[dynamic.Value]:
		t.dynamics = v.Vals
	case *column.Vec[types.Decimal128]:
		t.decimals = v
	}
	return t, codes
}

// at returns text i; !ok if it is null.
func (t *textColumn) at(i int) (s string, ok bool) {
	switch {
	case t.strings != nil:
		return t.strings[i], true
	case t.decimals != nil:
		if !t.decimals.Valid.Has(i) {
			return "", false
		}
		return string(types.AppendDecimal(nil, t.decimals.Vals[i])), true
	}
	if v := t.dynamics[i]; !v.IsNull() {
		return view(v.AppendJSON(nil)), true
	}
	return "", false
}

// len returns the number of texts.
func (t *textColumn) len() int {
	switch {
	case t.strings != nil:
		return len(t.strings)
	case t.decimals != nil:
		return len(t.decimals.Vals)
	}
	return len(t.dynamics)
}

// missingCode stands for a null among known codes.
const missingCode = column.Unnumbered - 1

// memory returns a pointer to the first text's value.
func (t *textColumn) memory() any {
	switch {
	case t.strings != nil:
		return &t.strings[0]
	case t.decimals != nil:
		return &t.decimals.Vals[0]
	case len(t.dynamics) > 0:
		return &t.dynamics[0]
	}
	return nil
}

// isUseless reports whether the first page speaks against a dictionary: nearly
// each of its values is another, and they are many or large, or so many new ones came in
// its second half that the row group's dictionary would become too large.
func (c *columnWriter) isUseless() bool {
	n, values := len(c.dict.Texts), c.open.rows-c.open.nulls
	if n <= fewDistinct || 10*n > 9*values {
		return n > fewDistinct || 10*n > 9*values && c.isFull()
	}
	// As values that repeat become known, ever fewer are new: over the group's
	// other pages, about half as many a page as in this one's second half.
	fresh := (n - c.half) * c.dict.Bytes / n
	return c.open.rows >= pageRows && c.dict.Bytes+fresh*(groupRows/pageRows-1) > dictionaryBytes
}
