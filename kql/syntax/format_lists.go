package syntax

import "slices"

// breakList divides a list that is too long for a line: as its author has, if the lines
// are not too long then, or else with a line for each element.
func breakList[T Node](f *formatter, list []T, indent int) {
	if len(list) < 2 {
		return
	}
	begins := dividedBy(f, list, indent)
	for i, n := range list {
		f.indent(n, indent+indentStep)
		if begins == nil || begins[i] {
			f.breakAt(n.Pos(), indent)
		}
	}
}

// dividedBy returns which elements of a list begin a line in the text; nil if none but the
// first does, or a line of several would be too long.
func dividedBy[T Node](f *formatter, list []T, indent int) []bool {
	begins := make([]bool, len(list))
	begins[0] = true
	several := false
	line := f.at(list[0].Pos()) // the token that begins the line
	for i := range list {
		from, to := f.tokens(list[i])
		if i > 0 && (f.breaksBefore(from) || f.breaksBefore(from-1)) {
			begins[i], several, line = true, true, from
		}
		if line < from && f.width(line, to)+1+indent > dividedWidth {
			return nil
		}
	}
	if !several {
		return nil
	}
	return begins
}

// A bracket is a pair of brackets and what stands directly within it.
type bracket struct {
	open, close int   // tokens
	items       []int // tokens that begin an item: behind a comma, or an `and` or `or`
	statements  bool  // pipes or statements stand within
}

// keepBreaks keeps the line breaks of lists and conditions in brackets: at the brackets, at
// commas, and at `and` and `or`. Only their author knows which elements belong together.
func (f *formatter) keepBreaks() {
	for _, b := range f.brackets() {
		if f.isList(b) {
			f.keepBreaksOf(b)
		}
	}
}

// brackets returns all pairs, outer ones before those within.
func (f *formatter) brackets() []*bracket {
	var all, open []*bracket
	for i, t := range f.toks {
		switch t.kind {
		case kLParen, kLBracket, kLBrace:
			b := &bracket{open: i}
			all, open = append(all, b), append(open, b)
			continue
		case kRParen, kRBracket, kRBrace:
			if len(open) > 0 {
				open[len(open)-1].close = i
				open = open[:len(open)-1]
			}
			continue
		}
		if len(open) == 0 {
			continue
		}
		switch b := open[len(open)-1]; t.kind {
		case kComma:
			b.items = append(b.items, i+1)
		case kwAnd, kwOr:
			b.items = append(b.items, i)
		case kBar, kSemicolon:
			b.statements = true
		}
	}
	return all
}

// isList tells whether a pair encloses a list or conditions that nothing else lays out.
func (f *formatter) isList(b *bracket) bool {
	if b.close == 0 || b.statements || len(b.items) == 0 || f.raw[b.open] {
		return false
	}
	if f.toks[b.open].kind == kLBrace { // a bag, or the body of a function
		if k := f.kindAt(b.open - 1); k != kLParen && k != kLBracket && k != kColon && k != kComma {
			return false
		}
	}
	for _, i := range b.items {
		if f.breaks[i] {
			return false
		}
	}
	return !f.breaks[b.open+1] && !f.breaks[b.close]
}

func (f *formatter) keepBreaksOf(b *bracket) {
	items := slices.DeleteFunc(b.items, func(i int) bool {
		other := i - 1 // the comma: a break before it is one behind it
		if k := f.toks[i].kind; k == kwAnd || k == kwOr {
			other = i + 1
		}
		return !f.breaksBefore(i) && !f.breaksBefore(other)
	})
	if f.breaksBefore(b.open + 1) {
		items = append(items, b.open+1)
	}
	closed := f.breaksBefore(b.close)
	if len(items) == 0 && !closed {
		return
	}
	start := b.open // of the line
	for start > 0 && !f.breaks[start] {
		start--
	}
	indent := f.indents[start]
	for _, i := range items {
		f.breakToken(i, indent+indentStep)
	}
	if closed && f.toks[start].kind == kBar { // below a bar nothing but bars begins a line
		indent += indentStep
	}
	if closed {
		f.breakToken(b.close, indent)
	}
}

// breaksBefore tells whether the text has a line break before token i.
func (f *formatter) breaksBefore(i int) bool {
	return hasBreak(f.text[f.endOf(i-1):f.toks[i].from])
}
