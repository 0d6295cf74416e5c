package functions

import (
	"errors"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// Of returns the library of functions that are in hand. Of two of one name the last
// counts.
func Of(fs []Function) *Library {
	l := &Library{byName: make(map[string]Function, len(fs))}
	for _, f := range fs {
		l.byName[f.Name] = f
	}
	return l
}

// Declared returns the function called name that is declared by a text, as
// `(a: long) { T | take a }`.
func Declared(name, text string) (Function, error) {
	text = "let f = " + strings.TrimRight(text, "; \t\r\n")
	q, _ := syntax.Parse(text)
	if len(q.Statements) > 0 {
		if let, ok := q.Statements[0].(*syntax.LetStmt); ok {
			if d, ok := let.Value.(*syntax.FuncDecl); ok {
				if f, ok := declared(name, text, d); ok {
					return f, f.check()
				}
			}
		}
	}
	return Function{}, errors.New("the function " + name + " has no body in braces")
}

// A Parameter is one of a function's.
type Parameter struct {
	Name string
	// Type is that of a scalar, as the function writes it; Default its default as
	// KQL, empty for none.
	Type, Default string
	// Table says that it is a table; Columns are those that it must have, Open says
	// that it may have more.
	Table   bool
	Columns []Parameter
	Open    bool
}

// Parameters returns the parameters of a function.
func (f Function) Parameters() []Parameter {
	text := "let f = " + f.Params + " { 1 }"
	q, _ := syntax.Parse(text)
	if len(q.Statements) == 0 {
		return nil
	}
	let, ok := q.Statements[0].(*syntax.LetStmt)
	if !ok {
		return nil
	}
	d, ok := let.Value.(*syntax.FuncDecl)
	if !ok {
		return nil
	}
	var out []Parameter
	for _, p := range d.Params {
		in := Parameter{Name: p.Name.Name}
		if p.Type != nil {
			in.Type = text[p.Type.Pos():p.Type.End()]
		}
		if p.Default != nil {
			in.Default = text[p.Default.Pos():p.Default.End()]
		}
		if p.Schema != nil {
			in.Table, in.Open = true, p.Schema.Open
			for _, c := range p.Schema.Columns {
				col := Parameter{Name: c.Name.Name}
				if c.Type != nil {
					col.Type = text[c.Type.Pos():c.Type.End()]
				}
				in.Columns = append(in.Columns, col)
			}
		}
		out = append(out, in)
	}
	return out
}
