package explain

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// someTable stands for what a name means that is a table of which no more is
// known: a parameter, a result named by as.
var someTable = &syntax.PipeExpr{}

// A teller turns a tree into sentences.
type teller struct {
	text   string
	inputs map[syntax.Operator]types.Schema
	types  map[syntax.Expr]types.Type
	// lets are the names declared so far.
	lets map[string]syntax.Expr
	// input is what the operator that is being told of reads.
	input types.Schema
	// nested holds the subqueries that the sentence being made speaks of.
	nested [][]Step
}

// steps tells what q does.
func steps(q *kql.Query) []Step {
	t := &teller{
		text: q.Tree().Text, inputs: q.Info().Inputs, types: q.Info().Types,
		lets: map[string]syntax.Expr{},
	}
	out := []Step{}
	for _, s := range q.Tree().Statements {
		out = append(out, t.statement(s)...)
	}
	return out
}

func (t *teller) statement(s syntax.Statement) []Step {
	switch s := s.(type) {
	case *syntax.LetStmt:
		step := t.let(s)
		t.lets[s.Name.Name] = s.Value
		return []Step{step}
	case *syntax.ExprStmt:
		return t.query(s.X)
	case *syntax.QueryParametersStmt:
		for _, p := range s.Params {
			t.lets[p.Name.Name] = p.Default
		}
		return []Step{{Text: "Take the parameters " + t.params(s.Params) + "."}}
	case *syntax.SetStmt:
		return []Step{{Text: t.option(s)}}
	}
	return []Step{{Text: "Declare: " + t.source(s) + "."}}
}

// option tells what a request property does here.
func (t *teller) option(s *syntax.SetStmt) string {
	text := "Set " + t.source(s)[len("set "):]
	switch p, ok := kql.FindProperty(s.Name.Name); {
	case !ok:
		return text + ", which is no request property of Kusto's and has no effect."
	case p.RequestOnly && !p.None:
		return text + ", which has no effect in a text."
	default:
		return text + ". " + p.Effect
	}
}

func (t *teller) let(s *syntax.LetStmt) Step {
	name := s.Name.Name
	if f, ok := s.Value.(*syntax.FuncDecl); ok {
		return t.functionStep(name, f)
	}
	if t.tabular(s.Value) {
		inner := t.query(s.Value)
		if len(inner) == 1 && len(inner[0].Steps) == 0 {
			return Step{Text: "Call " + name + " the result of this: " + lowerFirst(inner[0].Text)}
		}
		return Step{Text: "Call " + name + " the result of these steps:", Steps: inner}
	}
	return t.step(func() string { return "Let " + name + " be " + t.value(s.Value) })
}

func (t *teller) functionStep(name string, f *syntax.FuncDecl) Step {
	text := "Define " + name
	if len(f.Params) > 0 {
		text += ", a function of " + t.params(f.Params)
	}
	text += ":"
	// Parameters are names within the body only; one may hide a name outside.
	outer := t.lets
	t.lets = map[string]syntax.Expr{}
	for k, v := range outer {
		t.lets[k] = v
	}
	for _, p := range f.Params {
		t.lets[p.Name.Name] = nil
		if p.Schema != nil {
			t.lets[p.Name.Name] = someTable
		}
	}
	defer func() { t.lets = outer }()
	var inner []Step
	for _, s := range f.Body.Statements {
		inner = append(inner, t.statement(s)...)
	}
	if f.Body.Result != nil {
		inner = append(inner, t.query(f.Body.Result)...)
	}
	return Step{Text: text, Steps: inner}
}

func (t *teller) params(params []*syntax.FuncParam) string {
	var out []string
	for _, p := range params {
		s := p.Name.Name
		switch {
		case p.Type != nil:
			s += " (" + p.Type.Name
		case p.Schema != nil:
			s += " (a table " + t.source(p.Schema)
		default:
			s += " ("
		}
		if p.Default != nil {
			s += ", " + t.value(p.Default) + " if not given"
		}
		out = append(out, s+")")
	}
	return and(out)
}

// query tells the steps of an expression that stands alone: a table, or a value.
func (t *teller) query(e syntax.Expr) []Step {
	switch e := e.(type) {
	case *syntax.PipeExpr:
		return t.pipe(e)
	case *syntax.ParenExpr:
		return t.query(e.X)
	case *syntax.MaterializeExpr:
		inner := t.query(e.X)
		return append(inner, Step{Text: "Keep this result, so that it is computed once."})
	case *syntax.ToTableExpr:
		return t.query(e.X)
	}
	if t.tabular(e) {
		return []Step{t.sourceStep(e, nil)}
	}
	return []Step{t.step(func() string { return "Compute " + t.value(e) })}
}

// pipe tells of a pipeline.
func (t *teller) pipe(e *syntax.PipeExpr) []Step {
	ops := e.Ops
	var out []Step
	switch source := inner(e.Source).(type) {
	case nil:
	case *syntax.PipeExpr:
		out = t.pipe(source)
	default:
		var recent syntax.Expr // the condition on time that the first step tells
		if len(ops) > 0 {
			if w, ok := ops[0].(*syntax.WhereOp); ok {
				t.input = t.inputs[w]
				rest := t.splitRecent(w.Cond, &recent)
				out = append(out, t.sourceStep(source, recent))
				if recent != nil {
					ops = ops[1:]
					if len(rest) > 0 {
						out = append(out, t.step(func() string { return "Keep the rows where " + t.conditions(rest) }))
					}
				}
				break
			}
		}
		out = append(out, t.sourceStep(source, nil))
	}
	for _, op := range ops {
		t.input = t.inputs[op]
		out = append(out, t.step(func() string { return t.operator(op) }))
	}
	return out
}

// inner takes the parentheses off; nil stays nil.
func inner(e syntax.Expr) syntax.Expr {
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			return e
		}
		e = p.X
	}
}

// step makes a step of a sentence. The subqueries that the sentence speaks of
// come below it, or each below a letter if there are several.
func (t *teller) step(sentence func() string) Step {
	outer, input := t.nested, t.input
	t.nested = nil
	text := sentence()
	nested := t.nested
	t.nested, t.input = outer, input
	s := Step{}
	for i, n := range nested {
		mark := placeholder(i)
		if len(nested) == 1 {
			text = strings.ReplaceAll(text, mark, "the query below")
			s.Steps = n
			continue
		}
		letter := "(" + string(rune('a'+i%26)) + ")"
		text = strings.ReplaceAll(text, mark, "query "+letter+" below")
		s.Steps = append(s.Steps, Step{Text: "Query " + letter + ":", Steps: n})
	}
	if s.Text = text + "."; len(nested) > 0 {
		s.Text = text + ":"
	}
	return s
}

// below puts steps below the sentence that is being made, and returns what
// stands for them in it.
func (t *teller) below(steps []Step) string {
	t.nested = append(t.nested, steps)
	return placeholder(len(t.nested) - 1)
}

func placeholder(i int) string { return "\x00" + strconv.Itoa(i) + "\x00" }

// sub tells of a subquery and returns how to speak of it.
func (t *teller) sub(e syntax.Expr) string {
	input, nested := t.input, t.nested
	t.nested = nil
	steps := t.query(e)
	t.input, t.nested = input, nested
	return t.below(steps)
}

// rowsOf returns how to speak of a table: by its name, or as the query below.
func (t *teller) rowsOf(e syntax.Expr) string {
	if id, ok := inner(e).(*syntax.Ident); ok {
		return id.Name
	}
	return t.sub(e)
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToLower(string(r)) + s[n:]
}
