// Package function says what a function of KQL is: its name, its signatures,
// its documentation and the kernels that compute it. Package builtin declares
// the functions themselves; the binder, the executor, the reference pages and
// completion all read the same [Registry] and keep no list of their own.
package function

import (
	"context"
	"errors"
	"math/rand/v2"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Scalar declares a scalar function: all of it, in one literal.
type Scalar struct {
	// Doc is one sentence that ends with a full stop.
	Doc string
	// Overloads are tried in order; the first whose parameters accept the
	// arguments' types without conversion wins, else the first that accepts
	// them with Kusto's implicit widening (int → long → real → decimal).
	Overloads []Overload
	// Examples are written "call -> result", the result as `print` shows it.
	// Tests run them all.
	Examples []string
	// ResultName says how a column computed by a call is named; Prefix replaces
	// the function's name in it, where set.
	ResultName ResultName
	Prefix     string
	// Tuple names the columns of a call that yields several where it stands
	// alone, as in a datatable declaration: "rsquare: real, slope: real". The
	// kernel, whose result is dynamic, then returns an array with one element for
	// each; the binder takes it apart and names the columns as in
	// series_fit_line_x_rsquare: function, argument, column. Empty for nearly all
	// functions.
	Tuple string
	// Check, if not nil, finds a constant argument that makes no sense, such as a
	// format or a regular expression, before the query runs: its position, and
	// what is wrong with it. consts has a column of one row for each argument that
	// is a constant, nil for the others.
	Check func(consts []column.Column) (argument int, err error)
	// Analyzer has the signatures that Microsoft's analyzer takes, in the notation
	// of [ParseSignature], where it takes less or more than the engine: what only
	// one of both refuses is an error or a warning where a query is checked
	// (docs/decisions/0005). Empty for nearly all functions.
	Analyzer []string
	// MostArguments is how many arguments a call may have at most where parameters
	// repeat; 0 where there is no limit.
	MostArguments int
	// Typed says that typeof(…) may stand after the arguments: the result is
	// converted to that type.
	Typed bool
	// Internal functions are calls that the optimizer makes, or what a dot and
	// brackets mean. The analyzer does not know them by name.
	Internal bool
	// Volatile functions are evaluated for each row and never folded: rand(),
	// new_guid().
	Volatile bool
	// Ambient functions depend on more than their arguments: the query's time. A
	// call is folded, but what it yields for rows is not kept for other queries.
	Ambient bool
	// Window functions read neighbouring rows: they need serialized input, and
	// their kernel is called once with all rows.
	Window bool
	// Hidden functions are left out of completion and of the reference.
	Hidden bool
	// Obsolete names what to write instead, empty if nothing.
	Obsolete string
	// Unsupported says why calls of a function that is known fail when they run,
	// empty if they don't.
	Unsupported string

	// AnalyzerSigs is Analyzer parsed; the registry fills it in.
	AnalyzerSigs []Signature
}

// ErrUndocumented is within the error of a Check where the engine takes a word that
// Microsoft's analyzer does not know.
var ErrUndocumented = errors.New("not documented")

// ErrNotOneOf is within the error of a Check where the argument is none of the
// words that the function knows.
var ErrNotOneOf = errors.New("not one of the words known here")

// A ResultName is Kusto's rule for naming the column that a call computes.
type ResultName uint8

const (
	// NameNone leaves the naming to the operator: Column1, print_0.
	NameNone ResultName = iota
	// NameFirstArgument takes the first argument's name: bin(Time, 1h) is Time.
	NameFirstArgument
	// NamePrefix puts the prefix before the first argument's name: sum_x,
	// count_, dcount_User. The prefix is the function's name unless the
	// declaration gives another.
	NamePrefix
	// NamePrefixOnly is the prefix followed by '_': count_, countif_.
	NamePrefixOnly
	// NameOnlyArgument takes the name of the argument if there is but one:
	// make_datetime(text).
	NameOnlyArgument
	// NamePrefixTwo puts the prefix before the names of the first two arguments:
	// covariance_x_y. Microsoft's analyzer takes the first one's alone.
	NamePrefixTwo
	// NameFixed is the prefix, whatever the arguments.
	NameFixed
)

// An Overload ties one signature to the kernel that computes it.
type Overload struct {
	// Sig is the signature in the notation of [ParseSignature].
	Sig string
	// Kernel computes it.
	Kernel Kernel
	// Result computes the result type where the signature cannot say it. It may
	// be nil.
	Result func(args []types.Type) types.Type
	// OfConstants takes the place of Kernel where all arguments are constants.
	// Kusto computes those before the query runs, by code of its own, which
	// differs now and then. Nil where it does not.
	OfConstants *Kernel
	// Analyzer is the result type that Microsoft's analyzer gives where the
	// engine's recorded answers have another one: a query that is checked has it
	// (docs/decisions/0005). Unknown where they agree.
	Analyzer types.Type

	// Signature is Sig parsed; the registry fills it in.
	Signature Signature
	// Name is the function's name; the registry fills it in.
	Name string
	// Decl is the declaration; the registry fills it in.
	Decl *Scalar
	// early is the overload with OfConstants for its kernel; the registry fills
	// it in.
	early *Overload
}

// A Kernel computes an overload over whole columns.
type Kernel struct {
	// In has the type that the kernel reads each parameter as. The binder
	// converts arguments to it. types.Unknown takes the argument as it is. The
	// last one stands for all repetitions of a repeated parameter.
	In []types.Type
	// Out is the type of the result; types.Unknown if it depends on the call.
	Out types.Type
	// Run computes n rows. args are never Lazy and have n rows each; out is the
	// result type that the binder found. Run must not change args, may return
	// one of them, and returns any form of column of type out with n rows. It
	// may be called concurrently.
	Run func(c *Call, args []column.Column, n int) (column.Column, error)
	// Transient says that Run keeps nothing of its arguments but what is
	// constant: the memory of the others may be used again as soon as nobody
	// needs the result.
	Transient bool
	// Grows says that results may be far larger than the arguments: repeat, range.
	// Such a kernel is run a few rows at a time, under the query's limits.
	Grows bool
	// Each is Run for one row at a time; nil where there is none. [Map1] and its
	// like have it.
	Each Each
}

// An Each prepares what Run does for use row by row: it returns a function that
// computes out, of the call's type, from what args hold then, exactly as Run
// would. It returns nil if there is none for cells of these Go forms.
type Each func(c *Call, out Cell, args []Cell) func() error

// A Call is what a kernel may know of the query around it.
type Call struct {
	*Env
	// Out is the result type that the binder found for this call.
	Out types.Type
	// Memo keeps what a kernel derived from constant arguments (a compiled
	// regular expression, a hash set), for the life of one expression in one
	// worker. Kernels use it through [Memoize].
	memo map[any]any
	// Passing says that nobody looks at the result once Run is called again:
	// kernels that take memory from [Room] then get the same again. The executor
	// sets it where the arguments are flat or constant.
	Passing bool
	room    any // a slice
}

// Room returns memory for the n values of the result of c, which are all to be set.
func Room[T any](c *Call, n int) []T {
	if !c.Passing {
		return make([]T, n)
	}
	vals, _ := c.room.([]T)
	if cap(vals) < n {
		vals = make([]T, n)
		c.room = vals
	}
	return vals[:n]
}

// NewCall returns a call with result type out in env.
func NewCall(env *Env, out types.Type) *Call { return &Call{Env: env, Out: out} }

// Memoize returns the value kept under key in c, making it the first time. Keys
// are values of a type private to the kernel's file. Errors are not kept.
func Memoize[K comparable, V any](c *Call, key K, make func() (V, error)) (V, error) {
	if v, ok := c.memo[key].(V); ok {
		return v, nil
	}
	v, err := make()
	if err != nil {
		return v, err
	}
	if c.memo == nil || len(c.memo) > maxMemo {
		c.memo = map[any]any{}
	}
	c.memo[key] = v
	return v, nil
}

// maxMemo bounds what a call keeps when its "constants" turn out to vary.
const maxMemo = 1024

// An Env is what all calls of one query share. It is read-only, but for Rand.
type Env struct {
	// Context is cancelled with the query.
	Context context.Context
	// Now is the query's now(), in ticks; one value for the whole query.
	Now int64
	// Rand yields random numbers, safe for concurrent use.
	Rand func() *rand.Rand
	// Locations answers geo_info_from_ip_address(); nil if there is no database.
	Locations Locator
	// Database, Cluster and User answer current_database() and its like.
	Database, Cluster, User string
	// Groups are the groups that User is in.
	Groups []string
}
