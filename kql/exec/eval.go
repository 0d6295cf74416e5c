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
	seen map[int]*evaluator // by number
	// numbers are those that expressions have, keys by what they compute.
	numbers map[plan.Expr]int
	keys    map[string]int
	// reads counts where each column is read. Of the columns in spent nobody
	// else reads any; of none at all if last is set.
	reads map[int]int
	spent []int
	last  bool
}

func newCompiler(q *query) *compiler {
	return &compiler{q: q, seen: map[int]*evaluator{}, numbers: map[plan.Expr]int{}, keys: map[string]int{}, reads: map[int]int{}}
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
	n := 0
	switch x.(type) {
	case *plan.Column, *plan.Literal, *plan.Subquery: // they cost nothing
	default:
		n = c.number(x)
	}
	if e := c.seen[n]; e != nil {
		e.uses++
		return e
	}
	e := c.make(x)
	e.uses, e.typ, e.c = 1, x.Type(), c
	if n > 0 {
		c.seen[n] = e
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

// number returns a number that expressions share only if they compute the same, 0 for
// one that must be computed wherever it stands. It takes the numbers of an expression's
// parts: a text of all that is below it would be long where expressions are deep.
func (c *compiler) number(x plan.Expr) int {
	n, known := c.numbers[x]
	if known {
		return n
	}
	if key, ok := c.key(x); ok {
		if n = c.keys[key]; n == 0 {
			n = len(c.keys) + 1
			c.keys[key] = n
		}
	}
	c.numbers[x] = n
	return n
}

// key returns a text that expressions share only if they compute the same; !ok for one
// that must be computed wherever it stands.
func (c *compiler) key(x plan.Expr) (_ string, ok bool) {
	var b strings.Builder
	var args []plan.Expr
	switch x := x.(type) {
	case *plan.Column:
		return "#" + strconv.Itoa(x.Index), true
	case *plan.Literal:
		// A long array prints shortened, so the value's identity counts.
		return fmt.Sprintf("%s@%p", x, x.Value), true
	case *plan.Call:
		if x.Fn.Decl != nil && x.Fn.Decl.Volatile {
			return "", false
		}
		fmt.Fprintf(&b, "%p:%s", x.Fn, x.Typ)
		args = x.Args
	case *plan.And:
		b.WriteString("and")
		args = x.Args
	case *plan.Or:
		b.WriteString("or")
		args = x.Args
	default:
		return "", false
	}
	for _, a := range args {
		n := c.number(a)
		if n == 0 {
			return "", false
		}
		b.WriteByte(',')
		b.WriteString(strconv.Itoa(n))
	}
	return b.String(), true
}
