package exec

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// An evaluator computes one expression over batches. It is for one goroutine:
// each worker compiles its own, with its own memos.
type evaluator struct {
	kind  evalKind
	index int            // of a column
	value *column.Const  // of a literal; N is ignored
	call  *function.Call // of a call
	fn    *function.Overload
	args  []*evaluator
	typ   types.Type
	or    bool // of an and, an or

	// What is computed is looked at by one other expression alone, which keeps
	// nothing of it.
	passing bool
	// An expression that occurs more than once is computed once a batch.
	uses int
	of   *column.Batch
	last column.Column

	c      *compiler
	pieces *piecemeal // once asked for
}

type evalKind uint8

const (
	evalColumn evalKind = iota
	evalLiteral
	evalCall
	evalLogic
)

// eval returns the expression's value for each row of b, in any form but Lazy.
func (e *evaluator) eval(b *column.Batch) (column.Column, error) {
	switch e.kind {
	case evalColumn:
		return b.Column(e.index)
	case evalLiteral:
		return &column.Const{One: e.value.One, N: b.Len()}, nil
	}
	if e.uses > 1 && e.of == b {
		return e.last, nil
	}
	out, err := e.compute(b)
	if err == nil && e.uses > 1 {
		e.of, e.last = b, out
	}
	return out, err
}

func (e *evaluator) compute(b *column.Batch) (column.Column, error) {
	if out, ok, err := e.byPieces(b); ok || err != nil {
		return out, err
	}
	return e.whole(b)
}

// whole computes the expression over all rows of b at once.
func (e *evaluator) whole(b *column.Batch) (column.Column, error) {
	if e.kind == evalLogic {
		return e.logic(b)
	}
	args := make([]column.Column, len(e.args))
	for i, a := range e.args {
		c, err := a.eval(b)
		if err != nil {
			return nil, err
		}
		args[i] = c
	}
	out, err := e.run(args, b.Len())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.fn.Name, err)
	}
	if out.Type() != e.typ || out.Len() != b.Len() {
		return nil, fmt.Errorf("%s: kernel returned %d rows of %s, want %d of %s", e.fn.Name, out.Len(), out.Type(), b.Len(), e.typ)
	}
	return out, nil
}

// raw is eval, but leaves a column that is merely passed on Lazy.
func (e *evaluator) raw(b *column.Batch) (column.Column, error) {
	if e.kind == evalColumn {
		return b.Raw(e.index), nil
	}
	return e.eval(b)
}

// columns adds the positions of the columns that e reads to set.
func (e *evaluator) columns(set map[int]bool) {
	if e.kind == evalColumn {
		set[e.index] = true
	}
	for _, a := range e.args {
		a.columns(set)
	}
}

// A compiler makes the evaluators of one stage in one worker. Equal expressions
// become one evaluator.
type compiler struct {
	q    *query
	seen map[string]*evaluator
	// reads counts where each column is read. Of the columns in spent nobody
	// else reads any; of none at all if last is set.
	reads map[int]int
	spent []int
	last  bool
}

func newCompiler(q *query) *compiler {
	return &compiler{q: q, seen: map[string]*evaluator{}, reads: map[int]int{}}
}

// newLastCompiler is newCompiler for a stage behind which nothing reads the
// columns of its input, but by way of the expressions that it compiles.
func newLastCompiler(q *query) *compiler {
	c := newCompiler(q)
	c.last = true
	return c
}

// compile returns the evaluator of x.
func (c *compiler) compile(x plan.Expr) *evaluator {
	key := exprKey(x)
	if e := c.seen[key]; e != nil && key != "" {
		e.uses++
		return e
	}
	e := c.make(x)
	e.uses, e.typ, e.c = 1, x.Type(), c
	if key != "" {
		c.seen[key] = e
	}
	return e
}

func (c *compiler) all(xs []plan.Expr) []*evaluator {
	out := make([]*evaluator, len(xs))
	for i, x := range xs {
		out[i] = c.compile(x)
	}
	return out
}

func (c *compiler) make(x plan.Expr) *evaluator {
	switch x := x.(type) {
	case *plan.Column:
		c.reads[x.Index]++
		return &evaluator{kind: evalColumn, index: x.Index}
	case *plan.Literal:
		return &evaluator{kind: evalLiteral, value: &column.Const{One: x.Value}}
	case *plan.Call:
		args := c.all(x.Args)
		for i, a := range args {
			// Of another Go form, the result cannot be the argument itself.
			a.passing = x.Fn.Kernel.Transient && x.Typ == types.Bool && x.Args[i].Type() != types.Bool
		}
		return &evaluator{kind: evalCall, fn: x.Fn, call: function.NewCall(c.q.env, x.Typ), args: args}
	case *plan.Subquery:
		// Subqueries are replaced before a plan is built; see resolve.
		return &evaluator{kind: evalLiteral, value: column.NullConst(x.Typ, 1)}
	case *plan.And:
		return &evaluator{kind: evalLogic, args: c.all(x.Args)}
	}
	return &evaluator{kind: evalLogic, or: true, args: c.all(x.(*plan.Or).Args)}
}

// exprKey returns a text that expressions share only if they compute the same;
// empty for one that must be computed wherever it stands. Columns and literals
// cost nothing and get no key.
func exprKey(x plan.Expr) string {
	switch x.(type) {
	case *plan.Column, *plan.Literal, *plan.Subquery:
		return ""
	}
	var b strings.Builder
	if !writeKey(&b, x) {
		return ""
	}
	return b.String()
}

func writeKey(b *strings.Builder, x plan.Expr) bool {
	var args []plan.Expr
	switch x := x.(type) {
	case *plan.Column:
		b.WriteByte('#')
		b.WriteString(strconv.Itoa(x.Index))
		return true
	case *plan.Literal:
		// A long array prints shortened, so the value's identity counts.
		fmt.Fprintf(b, "%s@%p", x, x.Value)
		return true
	case *plan.Call:
		if x.Fn.Decl != nil && x.Fn.Decl.Volatile {
			return false
		}
		fmt.Fprintf(b, "%p:%s", x.Fn, x.Typ)
		args = x.Args
	case *plan.And:
		b.WriteString("and")
		args = x.Args
	case *plan.Or:
		b.WriteString("or")
		args = x.Args
	default:
		return false
	}
	b.WriteByte('(')
	for _, a := range args {
		if !writeKey(b, a) {
			return false
		}
		b.WriteByte(',')
	}
	b.WriteByte(')')
	return true
}
