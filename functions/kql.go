package functions

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// command finds the commands that create functions, each at the start of a line.
var command = regexp.MustCompile(`(?mi)^\s*\.(?:create-or-alter|create|alter)\s+function\b`)

// readKQL reads a file of KQL: commands that create functions or, without one, the
// body of the function that the file is named after. Such a body takes parameters
// if it begins with `declare query_parameters(…);`, or if all of it is one
// `let name = (…) { … }`.
func readKQL(file, text string) ([]Function, error) {
	at := command.FindAllStringIndex(text, -1)
	if len(at) == 0 {
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		return []Function{bodyOf(name, text)}, nil
	}
	var (
		out  []Function
		errs []error
	)
	for i, from := range at {
		to := len(text)
		if i+1 < len(at) {
			to = at[i+1][0]
		}
		f, err := readCommand(text[from[1]:to])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, f)
	}
	return out, errors.Join(errs...)
}

// bodyOf takes the parameters from the text of a function.
func bodyOf(name, text string) Function {
	q, _ := syntax.Parse(text)
	if len(q.Statements) == 0 {
		return Function{Name: name, Body: text}
	}
	switch s := q.Statements[0].(type) {
	case *syntax.QueryParametersStmt:
		list := text[s.Pos():s.End()]
		open := strings.IndexByte(list, '(')
		if open < 0 {
			break
		}
		// The statement's place stays, empty, so that lines keep their numbers.
		rest := strings.TrimLeft(text[s.End():], " \t")
		rest = strings.TrimPrefix(rest, ";")
		lines := strings.Count(text[:len(text)-len(rest)], "\n")
		return Function{Name: name, Params: strings.TrimSpace(list[open:]), Body: strings.Repeat("\n", lines) + rest}
	case *syntax.LetStmt:
		if d, ok := s.Value.(*syntax.FuncDecl); ok && len(q.Statements) == 1 {
			if f, ok := declared(name, text, d); ok {
				return f
			}
		}
	}
	return Function{Name: name, Body: text}
}

// declared returns the function that a declaration in text makes; !ok if it has no
// body in braces.
func declared(name, text string, d *syntax.FuncDecl) (f Function, ok bool) {
	if d.Body == nil {
		return Function{}, false
	}
	decl := text[d.Pos():d.End()]
	body := text[d.Body.Pos():d.Body.End()]
	params := strings.TrimSpace(strings.TrimSuffix(decl, body))
	body, ok = strings.CutPrefix(strings.TrimSpace(body), "{")
	return Function{Name: name, Params: params, Body: strings.TrimSuffix(body, "}")}, ok
}

// readCommand reads what follows `.create-or-alter function`: properties in
// with (…), a name, parameters, a body.
func readCommand(text string) (Function, error) {
	rest := strings.TrimSpace(text)
	if r, ok := strings.CutPrefix(rest, "ifnotexists"); ok {
		rest = strings.TrimSpace(r)
	}
	if m := properties.FindString(rest); m != "" {
		rest = strings.TrimSpace(rest[len(m):])
	}
	name, decl, ok := strings.Cut(rest, "(")
	if !ok {
		return Function{}, errors.New("a command that creates a function has no parameter list: write Name() { … }")
	}
	name = strings.Trim(strings.TrimSpace(name), `[]'"`)
	f, err := Declared(name, "("+decl)
	if f.Name != "" {
		return f, nil // what is wrong with its text is told when it is added
	}
	return f, err
}

// properties is what a command says of the function's folder, documentation …
var properties = regexp.MustCompile(`(?i)^with\s*\((?:[^()'"]|'[^']*'|"[^"]*")*\)`)
