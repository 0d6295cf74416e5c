package syntax

import "strings"

// The formatter's measures, in characters.
const (
	indentStep   = 4
	lineWidth    = 100
	dividedWidth = 120 // of lines that the author of a list has divided it into
)

// Format is the text of q in the usual layout: a statement or operator on each line, what is
// nested indented, long lists of columns and conditions broken up. Lists that are divided into
// lines stay divided so, and so do conditions in brackets. The words stay as they are, and so do
// comments: one at the end of a line stays at the end of a line, one on a line of its own too.
// Parsed again, the result gives the same tree, and formatted again, the same text.
//
// A text with errors is returned as it is: its layout is all there is to tell what was meant.
func Format(q *Query) string {
	if q.invalid {
		return q.Text
	}
	l := lex(q.Text[:q.To])
	f := &formatter{
		text:     q.Text,
		start:    q.From,
		toks:     l.tokens[:len(l.tokens)-1],
		comments: l.comments,
		breaks:   make([]bool, len(l.tokens)),
		indents:  make([]int, len(l.tokens)),
		spaces:   make([]bool, len(l.tokens)),
		raw:      make([]bool, len(l.tokens)),
	}
	f.skipTo(q.From)
	f.query(q)
	f.keepBreaks()
	f.keepAccidents()
	return f.print()
}

// skipTo leaves out what stands before an offset: a query may be part of a longer text.
func (f *formatter) skipTo(offset int) {
	f.toks = f.toks[f.at(offset):]
	for len(f.comments) > 0 && f.comments[0].From < offset {
		f.comments = f.comments[1:]
	}
}

// keepAccidents keeps what stands close together where Kusto takes a keyword for a name only
// for what follows it: in project-awayx, project is a name, in project - awayx it is none.
func (f *formatter) keepAccidents() {
	for i, t := range f.toks {
		if t.kind != kIdent {
			continue
		}
		if _, ok := plainKeywords[f.text[t.from:t.to]]; ok {
			for j := i + 1; j < len(f.toks) && !f.toks[j].spaced; j++ {
				f.raw[j] = true
			}
		}
	}
}

// formatter holds what the layout decided for each token; print then writes the tokens.
type formatter struct {
	text     string
	start    int // where the part of text begins that is to be formatted
	toks     []token
	comments []Comment

	breaks  []bool // the token begins a line
	indents []int  // by how much, if it does
	spaces  []bool // a blank stands on both sides of the token
	raw     []bool // what stands before the token stays as it is
}

// print writes all tokens and comments.
func (f *formatter) print() string {
	var b strings.Builder
	b.Grow(len(f.text) + len(f.text)/8)
	next := 0 // comment
	for i, t := range f.toks {
		end := f.endOf(i - 1)
		fresh := false // a line has just begun, or must begin
		if !f.raw[i] {
			for next < len(f.comments) && f.comments[next].From < int(t.from) {
				f.comment(&b, next, end, f.indents[i])
				end = f.comments[next].To
				next++
				fresh = true
			}
		}
		switch {
		case f.raw[i]:
			b.WriteString(f.text[end:t.from])
			for next < len(f.comments) && f.comments[next].From < int(t.from) {
				next++
			}
		case fresh || f.breaks[i] && i > 0:
			f.newline(&b, f.text[end:t.from], f.indents[i])
		case i > 0 && f.gap(i):
			b.WriteByte(' ')
		}
		b.WriteString(f.text[t.from:t.to])
	}
	end := f.endOf(len(f.toks) - 1)
	for ; next < len(f.comments); next++ {
		f.comment(&b, next, end, 0)
		end = f.comments[next].To
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// endOf is where token i ends; where the text begins before the first.
func (f *formatter) endOf(i int) int {
	if i < 0 {
		return f.start
	}
	return int(f.toks[i].to)
}

// comment writes a comment: behind what stands on the line if it stood so, else on its own.
func (f *formatter) comment(b *strings.Builder, i, end, indent int) {
	c := f.comments[i]
	between := f.text[end:c.From]
	afterComment := i > 0 && f.comments[i-1].To == end
	switch {
	case b.Len() == 0:
	case !hasBreak(between) && !afterComment:
		b.WriteByte(' ')
	default:
		f.newline(b, between, indent)
	}
	b.WriteString(strings.TrimRight(f.text[c.From:c.To], " \t"))
}

// newline ends the line, keeps one empty line if there were some, and indents.
func (f *formatter) newline(b *strings.Builder, between string, indent int) {
	if b.Len() == 0 {
		return
	}
	b.WriteByte('\n')
	if countBreaks(between) > 1 {
		b.WriteByte('\n')
	}
	for range indent {
		b.WriteByte(' ')
	}
}

func hasBreak(s string) bool { return countBreaks(s) > 0 }

// countBreaks counts the line ends in s; \r\n is one.
func countBreaks(s string) int {
	n := 0
	for i, r := range s {
		if r == '\n' && (i == 0 || s[i-1] != '\r') || r == '\r' || isWideBreak(r) {
			n++
		}
	}
	return n
}

// gap says whether a blank stands between token i and the one before it, on the same line.
// Where it might matter to the parser, that is as it was.
func (f *formatter) gap(i int) bool {
	prev, t := f.toks[i-1], f.toks[i]
	switch {
	case f.spaces[i] || f.spaces[i-1] || prev.kind == kComma || t.kind == kFatArrow || prev.kind == kFatArrow:
		return true
	case prev.kind == kRParen && (t.kind == kLBrace || t.kind.isKeyword()):
		return true
	case t.kind == kLParen && (prev.kind == kwOn || prev.kind == kwWith || prev.kind == kwBy):
		return true
	case prev.kind == kLParen || prev.kind == kLBracket:
		return false
	}
	switch t.kind {
	case kComma, kSemicolon, kRParen, kRBracket:
		return false
	}
	return t.spaced
}

// width is the number of bytes of the tokens from i to j, written on one line.
func (f *formatter) width(i, j int) int {
	n := 0
	for k := i; k < j; k++ {
		n += int(f.toks[k].to - f.toks[k].from)
		if k > i && f.gap(k) {
			n++
		}
	}
	return n
}

// at is the index of the first token at or after an offset.
func (f *formatter) at(offset int) int {
	lo, hi := 0, len(f.toks)
	for lo < hi {
		if mid := (lo + hi) / 2; int(f.toks[mid].from) < offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// tokens is the range of n's tokens.
func (f *formatter) tokens(n Node) (from, to int) { return f.at(n.Pos()), f.at(n.End()) }

// breakAt begins a line with the token at an offset.
func (f *formatter) breakAt(offset, indent int) { f.breakToken(f.at(offset), indent) }

func (f *formatter) breakToken(i, indent int) {
	if i < len(f.toks) {
		f.breaks[i], f.indents[i] = true, indent
	}
}

// indent sets by how much the lines within n are indented, where something else does not say
// otherwise.
func (f *formatter) indent(n Node, by int) {
	for i, to := f.tokens(n); i < to; i++ {
		f.indents[i] = by
	}
}
