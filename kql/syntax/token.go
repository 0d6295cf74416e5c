package syntax

// TokenKind is what a token is.
type TokenKind uint8

// The kinds of tokens.
const (
	TokenEOF      TokenKind = iota
	TokenIdent              // a name or a keyword: which of both, the grammar decides
	TokenString             // a string literal of any form
	TokenNumber             // 1, 0x1f, 1.5, 1e3
	TokenTimespan           // 5m
	TokenTyped              // datetime(…), long(…): a type's name with its literal in parentheses
	TokenPunct              // an operator or a separator
	TokenBad                // a character that means nothing
)

// Token is a word of the text, with its place.
type Token struct {
	Span
	Kind TokenKind
	Text string // as written
}

// Value returns the text that a string token stands for.
func (t Token) Value() string {
	value, _, _ := decodeString(t.Text)
	return value
}
