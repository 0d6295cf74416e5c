package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// paramWord returns the word or text that an operator's parameter has as its
// value, or "".
func paramWord(p *syntax.OperatorParam) string {
	if p == nil {
		return ""
	}
	switch v := p.Value.(type) {
	case *syntax.Ident:
		return v.Name
	case *syntax.StringLit:
		return v.Value
	case *syntax.Literal:
		return v.Text
	}
	return ""
}

// paramOneOf returns the value of the parameter called name, one of words; the
// first of them if the parameter is absent or wrong.
func (b *binder) paramOneOf(params []*syntax.OperatorParam, name string, words ...string) string {
	p := syntax.FindParam(params, name)
	if p == nil {
		return words[0]
	}
	if w := paramWord(p); slices.Contains(words, w) {
		return w
	}
	b.report(oneOfExpected(p.Value, slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })...))
	return words[0]
}

// paramBool returns the value of a parameter that is true or false.
func paramBool(params []*syntax.OperatorParam, name string) bool {
	return paramWord(syntax.FindParam(params, name)) == "true"
}
