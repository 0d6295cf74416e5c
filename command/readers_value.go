package command

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

func readString(c *cursor) (any, []string, error) {
	if t := c.peek(); t.Kind == syntax.TokenString {
		c.at++
		return t.Value(), nil, nil
	}
	return nil, nil, errExpected
}

// readTexts reads a text that may stand in several literals, side by side.
func readTexts(c *cursor) (any, []string, error) {
	if s, ok := c.text(); ok {
		return s, nil, nil
	}
	return nil, nil, errExpected
}

// readTimeSpan reads 30d, timespan(30d) or time("30.00:00:00"), as ticks.
func readTimeSpan(c *cursor) (any, []string, error) {
	t := c.peek()
	text := t.Text
	if open := strings.IndexByte(text, '('); open >= 0 {
		text = strings.Trim(text[open+1:], `)'" `)
	}
	if t.Kind != syntax.TokenTimespan && t.Kind != syntax.TokenTyped {
		return nil, nil, errExpected
	}
	ticks, ok := types.ParseTimeSpan(text)
	if !ok {
		return nil, nil, errExpected
	}
	c.at++
	return ticks, nil, nil
}

func readGUID(c *cursor) (any, []string, error) {
	text := c.peek().Text
	if open := strings.IndexByte(text, '('); open >= 0 {
		text = text[open+1:]
	}
	g, ok := types.ParseGUID(strings.Trim(text, `)'" `))
	if !ok {
		return nil, nil, errExpected
	}
	c.at++
	return g, nil, nil
}

// properties are those of with (…), by their names in lower case.
type properties map[string]property

type property struct{ name, value string }

func readProperties(c *cursor) (any, []string, error) {
	out := properties{}
	ok := c.list(func() bool {
		name, ok := c.name()
		if !ok || !c.accept("=") {
			return false
		}
		value, ok := c.text()
		if !ok {
			t := c.peek()
			if t.Kind == syntax.TokenPunct || t.Kind == syntax.TokenEOF || t.Kind == syntax.TokenBad {
				return false
			}
			c.at++
			value = t.Text
		}
		out[strings.ToLower(name)] = property{name, value}
		return true
	})
	if !ok {
		return nil, nil, errExpected
	}
	return out, nil, nil
}

// A span is a part of a command's text.
type span struct{ from, to int }

// readDeclaration reads Name(parameters) { body }: the name, and where the rest is.
func readDeclaration(c *cursor) (any, []string, error) {
	name, ok := c.name()
	if !ok {
		return nil, nil, errExpected
	}
	if c.peek().Text != "(" {
		return nil, nil, fmt.Errorf("the function %s needs parameters, which may be none, and a body: write %s() { … }", name, name)
	}
	d := declaration{name: name, at: span{c.peek().From, c.tokens[len(c.tokens)-1].To}}
	c.at = len(c.tokens)
	return d, nil, nil
}

type declaration struct {
	name string
	at   span
}

// readBracketed reads [data] up to the last bracket, and where that is.
func readBracketed(c *cursor) (any, []string, error) {
	last := c.tokens[len(c.tokens)-1]
	if c.peek().Text != "[" || last.Text != "]" {
		return nil, nil, errExpected
	}
	at := span{c.peek().From, last.To}
	c.at = len(c.tokens)
	return at, nil, nil
}

func readRest(c *cursor) (any, []string, error) {
	c.at = len(c.tokens)
	return true, nil, nil
}
