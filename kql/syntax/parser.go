package syntax

import (
	"slices"
	"strings"
)

// maxNesting is how deep parentheses, subqueries and literals may nest. Real queries stay
// far below 100.
const maxNesting = 1000

// maxDiagnostics is how many errors of a text are reported.
const maxDiagnostics = 1000

// parser is a recursive-descent parser over all tokens of a text. Every parse function that
// can find nothing returns nil and leaves the place as it was; the caller then reports what
// is missing, and stands a made-up node in for it.
type parser struct {
	text  string
	toks  []token
	pos   int // index of the current token
	diags []Diagnostic

	depth  int
	gaveUp bool // the text is nested too deeply

	// links counts the nodes that make trees deep without nesting: a + b + c, a.b.c.
	links int

	params *paramSet // the parameters of the operator that is being read
}

// Parse reads a text: statements with semicolons between them, or a management command. It
// returns a tree whatever the text is, and all errors in it, by place. The text is valid if
// no diagnostic is an Error.
func Parse(text string) (*Query, []Diagnostic) {
	l := lex(text)
	p := &parser{text: text, toks: l.tokens, diags: l.diags}
	q := &Query{Span: Span{0, len(text)}, Text: text, Comments: l.comments}
	p.directives(q)
	if p.peek() == kDot {
		q.Statements = append(q.Statements, p.command())
		p.accept(kSemicolon)
	}
	q.Statements = p.statements(q.Statements)
	p.rest(q)
	p.limitHeight(q)
	sortDiagnostics(p.diags)
	q.invalid = len(p.diags) > 0
	return q, p.diags
}

// sortDiagnostics orders by place, those of the same place as they were found.
func sortDiagnostics(d []Diagnostic) {
	slices.SortStableFunc(d, func(a, b Diagnostic) int { return a.Pos - b.Pos })
}

// mark is a place to go back to.
type mark struct{ pos, diags int }

func (p *parser) mark() mark { return mark{p.pos, len(p.diags)} }

// reset goes back to m and forgets what was reported since.
func (p *parser) reset(m mark) {
	p.pos = m.pos
	p.diags = p.diags[:m.diags]
}

// peek is the current token's kind.
func (p *parser) peek() kind { return p.toks[p.pos].kind }

// peekAt is the kind of the token i after the current one, kEOF beyond the end.
func (p *parser) peekAt(i int) kind { return p.tokAt(i).kind }

func (p *parser) tokAt(i int) token {
	if i += p.pos; i < len(p.toks) {
		return p.toks[i]
	}
	return p.toks[len(p.toks)-1]
}

func (p *parser) tokText(t token) string { return p.text[t.from:t.to] }

// word is the current token's text.
func (p *parser) word() string { return p.tokText(p.toks[p.pos]) }

// from is where the current token begins; end where the one before it ends.
func (p *parser) from() int { return int(p.toks[p.pos].from) }

func (p *parser) end() int {
	if p.pos == 0 {
		return 0
	}
	return int(p.toks[p.pos-1].to)
}

// since is the span from an offset up to the last token read; empty, behind that token, if
// none was read.
func (p *parser) since(from int) Span {
	end := p.end()
	return Span{min(from, end), end}
}

// advance steps over the current token.
func (p *parser) advance() token {
	t := p.toks[p.pos]
	if t.kind != kEOF {
		p.pos++
	}
	return t
}

// accept steps over a token of kind k, if there is one.
func (p *parser) accept(k kind) bool {
	if p.peek() != k {
		return false
	}
	p.pos++
	return true
}

// expect steps over a token of kind k or reports that text is missing.
func (p *parser) expect(k kind, text string) bool {
	if p.accept(k) {
		return true
	}
	p.report(expected(p.end(), text))
	return false
}

// nearby is how many tokens may stand in the way of a closing mark.
const nearby = 100

// closer is the mark that k is.
func closer(k kind) string {
	switch k {
	case kRParen:
		return ")"
	case kRBracket:
		return "]"
	}
	return "}"
}

// close expects a closing mark. If something else stands in the way, but the mark is near,
// all up to it is skipped, so that one error stays one.
func (p *parser) close(k kind) {
	if p.expect(k, closer(k)) {
		return
	}
	depth := 0
	for i := range nearby {
		switch t := p.peekAt(i); t {
		case kLParen, kLBracket, kLBrace:
			depth++
		case kRParen, kRBracket, kRBrace:
			if depth == 0 {
				if t == k {
					p.pos += i + 1
				}
				return
			}
			depth--
		case kBar, kSemicolon:
			if depth == 0 {
				return
			}
		case kEOF:
			return
		}
	}
}

// report notes an error. Once the text was given up, what else is missing is no news.
func (p *parser) report(d Diagnostic) {
	if !p.gaveUp && len(p.diags) < maxDiagnostics {
		p.diags = append(p.diags, p.onNext(d))
	}
}

// onNext moves the finding that a word or mark is missing to the token that stands
// in its place, if that follows closely: a place of no width is hard to see.
func (p *parser) onNext(d Diagnostic) Diagnostic {
	if d.Code != "KS005" || d.Pos != d.End {
		return d
	}
	i, _ := slices.BinarySearchFunc(p.toks, d.End, func(t token, at int) int { return int(t.from) - at })
	t := p.toks[min(i, len(p.toks)-1)]
	from := int(t.from)
	if from < d.End || from-d.End > 1 || strings.ContainsAny(p.text[d.End:from], "\r\n") {
		return d
	}
	d.Pos, d.End = from, int(t.to)
	return d
}

// missingExpr reports that what is missing and stands in for it.
func (p *parser) missingExpr(what string) Expr {
	at := p.end()
	if t := p.toks[p.pos]; t.kind.isKeyword() {
		p.report(missingBeforeKeyword(at, what, p.tokText(t)))
	} else {
		p.report(missing(at, what))
	}
	return &BadExpr{Span{at, at}}
}

// missingName is missingExpr for a name that is declared.
func (p *parser) missingName() *Ident {
	b := p.missingExpr("name")
	return &Ident{Span: Span{b.Pos(), b.Pos()}}
}

// enter counts a level of nesting; where it is one too many it reports that, gives up the
// rest of the text, and returns false. leave goes back.
func (p *parser) enter() bool {
	p.depth++
	if p.depth <= maxNesting {
		return true
	}
	if p.peek() != kEOF {
		p.report(tooDeep(p.from()))
		p.pos = len(p.toks) - 1
		p.gaveUp = true
	}
	return false
}

func (p *parser) leave() { p.depth-- }

// matches says how many tokens from the one at i on, written without blanks, make up text: 0
// if they do not.
func (p *parser) matches(i int, text string) int {
	for n := 0; ; n++ {
		t := p.tokAt(i + n)
		if t.kind == kEOF || n > 0 && t.spaced {
			return 0
		}
		w := p.tokText(t)
		if !strings.HasPrefix(text, w) {
			return 0
		}
		if text = text[len(w):]; text == "" {
			return n + 1
		}
	}
}

// acceptText steps over the tokens that make up text.
func (p *parser) acceptText(text string) bool {
	n := p.matches(0, text)
	p.pos += n
	return n > 0
}
