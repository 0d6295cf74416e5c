// Package exec runs plans: it turns a plan into operators over column batches,
// runs them on several workers and yields the result as batches.
//
// Operators are of two sorts. Stages work on one batch at a time and keep
// nothing (filter, project, parse, mv-expand); a pipeline is a source with its
// stages, which the workers run side by side. Breakers need all of their input
// (aggregate, sort, join); each is a sink of the pipeline below it and the
// source of the one above. Batches are numbered at their source, so that the
// answer of a query does not depend on the number of workers or on the size of
// batches.
//
// A query runs under limits, and one that exceeds them fails with an [Error];
// the process survives every query. The package knows nothing of text or of
// storage: it reads tables through plan.Source.
package exec

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// Options say how a query runs. The zero Options run it with defaults and
// without limits.
type Options struct {
	// Env is what functions know of the query. Context is replaced by the
	// context given to [Open]; a nil Env is one at time zero.
	Env *function.Env
	// Workers is how many goroutines run a pipeline; 0 is one for each
	// processor.
	Workers int
	// BatchRows is the number of rows wanted in a batch; 0 is 16,384.
	BatchRows int
	// MemoryLimit is how many bytes the operators that keep rows may hold at
	// once, by their own estimate; 0 is no limit.
	MemoryLimit int64
	// MaxRows and MaxBytes limit the result; 0 is no limit. Kusto's defaults
	// are 500,000 rows and 64 MiB.
	MaxRows, MaxBytes int64
	// Stats collects what each operator did; nil does not.
	Stats *Stats
}

// defaultBatchRows is large enough that work per batch is lost in the work per
// row, and small enough that a few columns of it stay in the cache.
const defaultBatchRows = 16384

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.BatchRows <= 0 {
		o.BatchRows = defaultBatchRows
	}
	return o
}

// Open runs the plan of one tabular statement. Subqueries that the plan holds
// are run before Open returns, the plan itself as the reader is read. ctx must
// live as long as the reader: cancelling it stops the query, and Next then
// returns an [Error]. The reader's schema has the hidden columns too. Close
// waits until nothing runs any more.
func Open(ctx context.Context, root plan.Node, opts Options) (column.Reader, error) {
	q := newQuery(ctx, opts)
	r, err := q.open(root)
	if err != nil {
		q.cancel()
		return nil, asError(ctx, err)
	}
	return &result{q: q, in: r, owner: true}, nil
}

// Run runs all statements of a query, one after the other, and calls yield for
// each; results that they share are computed once. yield reads from r, which is
// closed when it returns; an error that it returns ends the run.
func Run(ctx context.Context, p *plan.Query, opts Options, yield func(res plan.Result, r column.Reader) error) error {
	q := newQuery(ctx, opts)
	defer q.cancel()
	for _, res := range p.Results {
		r, err := q.open(res.Root)
		if err != nil {
			return asError(ctx, err)
		}
		out := &result{q: q, in: r}
		err = yield(res, out)
		if cerr := out.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A query is the state that all operators of one query share.
type query struct {
	Options
	parent   context.Context // the caller's
	ctx      context.Context // of this query
	cancel   context.CancelFunc
	env      *function.Env
	mem      *budget
	shared   sharedResults
	subs     subqueryResults
	originMu sync.Mutex
	origin   map[plan.Node]plan.Node // rewritten nodes to those of the plan given
}

func newQuery(ctx context.Context, opts Options) *query {
	opts = opts.withDefaults()
	q := &query{Options: opts, parent: ctx, mem: &budget{limit: opts.MemoryLimit}, origin: map[plan.Node]plan.Node{}}
	q.ctx, q.cancel = context.WithCancel(ctx)
	env := function.Env{}
	if opts.Env != nil {
		env = *opts.Env
	}
	env.Context = q.ctx
	if env.Rand == nil {
		env.Rand = func() *rand.Rand { return rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) }
	}
	q.env = &env
	return q
}

// open returns a reader of the rows of n, in their order. The visible columns
// have been read, by all workers: whoever asks for a result wants them.
func (q *query) open(n plan.Node) (r column.Reader, err error) {
	defer recovered(&err)
	f, err := q.build(n)
	if err != nil {
		return nil, err
	}
	s := f.schema
	f.then(s, nil, func() (stage, error) { return &forceVisible{s, q.Workers}, nil })
	return f.reader(), nil
}

// A result is the reader that leaves the package: it counts what it hands out
// against the limits of a result and gives errors their kind.
type result struct {
	q           *query
	in          column.Reader
	owner       bool // closes the query too
	rows, bytes int64
	failed      error
	mu          sync.Mutex // held by Next; Close cancels the query first
}

func (r *result) Schema() types.Schema { return r.in.Schema() }

func (r *result) Next(ctx context.Context) (*column.Batch, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed != nil {
		return nil, r.failed
	}
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, r.q.cancel)()
	}
	b, err := r.next()
	if err != nil {
		if err != io.EOF {
			err = asError(r.q.parent, err)
		}
		r.failed = err
		return nil, err
	}
	return b, nil
}

func (r *result) next() (b *column.Batch, err error) {
	defer recovered(&err)
	if b, err = r.in.Next(r.q.ctx); err == nil {
		err = r.count(b)
	}
	return b, err
}

func (r *result) count(b *column.Batch) error {
	r.rows += int64(b.Len())
	if m := r.q.MaxRows; m > 0 && r.rows > m {
		return &Error{Kind: TooLarge, Err: fmt.Errorf("query result set has exceeded the internal record count limit %d", m)}
	}
	if m := r.q.MaxBytes; m > 0 {
		r.bytes += resultSize(r.Schema(), b)
		if r.bytes > m {
			return &Error{Kind: TooLarge, Err: fmt.Errorf("query result set has exceeded the internal data size limit %d", m)}
		}
	}
	return nil
}

func (r *result) Close() error {
	if r.owner {
		r.q.cancel()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = errClosed
	}
	return r.in.Close()
}

// constant evaluates an expression without columns: the count of a take, the
// bounds of a range. The result is a flat column of one row.
func (q *query) constant(e plan.Expr) (column.Column, error) {
	c := newCompiler(q)
	n := c.compile(e)
	v, err := n.eval(column.NewBatch(1, nil))
	if err != nil {
		return nil, err
	}
	return column.Flat(v), nil
}

// rowCount evaluates the number of rows of a take or top; null and negative
// numbers are none.
func (q *query) rowCount(e plan.Expr) (int, error) {
	v, err := q.constant(e)
	if err != nil {
		return 0, err
	}
	switch v := v.(type) {
	case *column.Vec[int64]:
		if v.Null(0) || v.Vals[0] < 0 {
			return 0, nil
		}
		return int(min(v.Vals[0], math.MaxInt32)), nil
	case *column.Vec[float64]:
		if v.Null(0) || !(v.Vals[0] > 0) {
			return 0, nil
		}
		return int(min(v.Vals[0], math.MaxInt32)), nil
	}
	return 0, fmt.Errorf("number of rows: want a number, have %s", v.Type())
}
