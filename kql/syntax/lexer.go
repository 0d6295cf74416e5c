package syntax

import (
	"strings"
	"unicode/utf8"
)

// token is the parser's form of a token: the text is that of the query.
type token struct {
	from, to int32
	kind     kind
	class    wordClass // of keywords
	spaced   bool      // blanks or comments stand before it
}

// lexer cuts a text into tokens. It never fails: what is no token becomes kBad.
type lexer struct {
	text     string
	pos      int
	tokens   []token
	comments []Comment
	diags    []Diagnostic
}

// lex cuts all of text. The last token is kEOF, at the end of the text.
func lex(text string) *lexer {
	l := &lexer{text: text, tokens: make([]token, 0, len(text)/4+4)}
	for {
		start := l.pos
		l.blanks()
		spaced := l.pos > start
		from := l.pos
		if from >= len(text) {
			l.tokens = append(l.tokens, token{from: int32(from), to: int32(from), kind: kEOF, spaced: spaced})
			return l
		}
		k := l.next()
		l.tokens = append(l.tokens, token{int32(from), int32(l.pos), k.kind, k.class, spaced})
	}
}

func (l *lexer) report(d Diagnostic) {
	if len(l.diags) < maxDiagnostics {
		l.diags = append(l.diags, d)
	}
}

// blanks skips white space and comments.
func (l *lexer) blanks() {
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f':
			l.pos++
		case c == '/' && strings.HasPrefix(l.text[l.pos:], "//"):
			n := lineLen(l.text[l.pos:])
			l.comments = append(l.comments, Comment{Span{l.pos, l.pos + n}})
			l.pos += n
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(l.text[l.pos:])
			if !isWideBlank(r) && !isWideBreak(r) {
				return
			}
			if isWideBreak(r) && !l.afterComment() {
				return
			}
			l.pos += n
		default:
			return
		}
	}
}

// afterComment says whether a comment ends here: only then is U+2028 a line end.
func (l *lexer) afterComment() bool {
	n := len(l.comments)
	return n > 0 && l.comments[n-1].To == l.pos
}

// lineLen is the length of s up to its first line end.
func lineLen(s string) int {
	for i, r := range s {
		if r == '\n' || r == '\r' || isWideBreak(r) {
			return i
		}
	}
	return len(s)
}

func isWideBreak(r rune) bool { return r == 0x2028 || r == 0x2029 }

// isWideBlank are the blanks beyond ASCII that Kusto skips.
func isWideBlank(r rune) bool {
	switch r {
	case 0xA0, 0x1680, 0x180E, 0x202F, 0x205F, 0x3000, 0xFEFF:
		return true
	}
	return r >= 0x2000 && r <= 0x200B
}

// next cuts one token at l.pos, which is neither blank nor the end.
func (l *lexer) next() keyword {
	c := l.text[l.pos]
	switch {
	case isLetter(c) || c == '_' || c == '$':
		return l.word()
	case isDigit(c):
		return l.number()
	case c == '\'' || c == '"' || c == '`' || c == '~' || c == '@':
		if n := l.stringLit(); n > 0 {
			l.pos += n
			return keyword{kind: kString}
		}
		if c == '@' && !isQuote(l.at(1)) {
			l.pos++
			return keyword{kind: kAt}
		}
		return l.bad()
	case c == '#':
		l.pos += lineLen(l.text[l.pos:])
		return keyword{kind: kDirective}
	case c == '!' && l.at(1) != '=' && l.at(1) != '~':
		return l.marked("!")
	}
	if k, n := punctuation(c, l.at(1)); n > 0 {
		l.pos += n
		return keyword{kind: k}
	}
	return l.bad()
}

// at is the byte i after the current one, 0 beyond the end.
func (l *lexer) at(i int) byte {
	if l.pos+i < len(l.text) {
		return l.text[l.pos+i]
	}
	return 0
}

func (l *lexer) bad() keyword {
	_, n := utf8.DecodeRuneInString(l.text[l.pos:])
	l.report(unexpectedCharacter(l.pos, l.pos+n, l.text[l.pos:l.pos+n]))
	l.pos += n
	return keyword{kind: kBad}
}

// punctuation is the mark that begins with c and d, and its length.
func punctuation(c, d byte) (kind, int) {
	switch c {
	case '(':
		return kLParen, 1
	case ')':
		return kRParen, 1
	case '[':
		return kLBracket, 1
	case ']':
		return kRBracket, 1
	case '{':
		return kLBrace, 1
	case '}':
		return kRBrace, 1
	case '|':
		return kBar, 1
	case ',':
		return kComma, 1
	case ';':
		return kSemicolon, 1
	case ':':
		return kColon, 1
	case '+':
		return kPlus, 1
	case '-':
		return kMinus, 1
	case '*':
		return kStar, 1
	case '/':
		return kSlash, 1
	case '%':
		return kPercent, 1
	case '?':
		return kQuestion, 1
	}
	return comparison(c, d)
}

// comparison is punctuation for the marks that have longer forms.
func comparison(c, d byte) (kind, int) {
	switch c {
	case '.':
		return either(d == '.', kDotDot, kDot)
	case '<':
		switch d {
		case '=':
			return kLessEqual, 2
		case '|':
			return kLessBar, 2
		case '>':
			return kLessGreater, 2
		}
		return kLess, 1
	case '>':
		return either(d == '=', kGreaterEqual, kGreater)
	case '=':
		switch d {
		case '=':
			return kEqualEqual, 2
		case '>':
			return kFatArrow, 2
		case '~':
			return kEqualTilde, 2
		}
		return kEqual, 1
	case '!':
		if d == '=' {
			return kBangEqual, 2
		}
		return kBangTilde, 2
	}
	return kBad, 0
}

func either(long bool, two, one kind) (kind, int) {
	if long {
		return two, 2
	}
	return one, 1
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isQuote(c byte) bool  { return c == '\'' || c == '"' || c == '`' || c == '~' }

// isWordByte says whether c may stand within a name.
func isWordByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }

func isHexDigit(c byte) bool {
	return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f'
}
