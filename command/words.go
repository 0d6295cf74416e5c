package command

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// wordsOf returns the tokens of a command behind its dot. Words with hyphens, such
// as alter-merge, are one token, whatever the language makes of them elsewhere.
func wordsOf(c *syntax.CommandStmt) []syntax.Token {
	var out []syntax.Token
	for i := 1; i < len(c.Tokens); i++ {
		t := c.Tokens[i]
		for t.Kind == syntax.TokenIdent && i+2 < len(c.Tokens) {
			dash, next := c.Tokens[i+1], c.Tokens[i+2]
			if dash.Text != "-" || dash.From != t.To || next.From != dash.To || next.Kind != syntax.TokenIdent {
				break
			}
			t.To, t.Text = next.To, t.Text+"-"+next.Text
			i += 2
		}
		out = append(out, t)
	}
	return out
}

// A cursor reads tokens.
type cursor struct {
	tokens []syntax.Token
	at     int
}

func (c *cursor) peek() syntax.Token {
	if c.at < len(c.tokens) {
		return c.tokens[c.at]
	}
	return syntax.Token{Kind: syntax.TokenEOF}
}

// accept passes over a token with the text given, in any case.
func (c *cursor) accept(text string) bool {
	if t := c.peek(); (t.Kind == syntax.TokenPunct || t.Kind == syntax.TokenIdent) && strings.EqualFold(t.Text, text) {
		c.at++
		return true
	}
	return false
}

// name reads a name: plain, or in brackets and quotes.
func (c *cursor) name() (string, bool) {
	switch t := c.peek(); {
	case t.Kind == syntax.TokenIdent:
		c.at++
		return t.Text, true
	case t.Text == "[" && c.at+2 < len(c.tokens) && c.tokens[c.at+1].Kind == syntax.TokenString && c.tokens[c.at+2].Text == "]":
		c.at += 3
		return c.tokens[c.at-2].Value(), true
	}
	return "", false
}

// text reads string literals that stand side by side as one.
func (c *cursor) text() (string, bool) {
	var b strings.Builder
	from := c.at
	for c.peek().Kind == syntax.TokenString {
		b.WriteString(c.peek().Value())
		c.at++
	}
	return b.String(), c.at > from
}

// list reads items in parentheses, with commas between them.
func (c *cursor) list(item func() bool) bool {
	if !c.accept("(") {
		return false
	}
	if c.accept(")") {
		return true
	}
	for {
		if !item() {
			return false
		}
		if c.accept(")") {
			return true
		}
		if !c.accept(",") {
			return false
		}
	}
}
