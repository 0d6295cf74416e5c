// Package bind turns a syntax tree into a typed plan: it finds what every name
// means, the type of every expression and the columns of every result, and
// reports all that is wrong with a query at once.
//
// It promises that Bind always returns; that a query without diagnostics of
// severity error has a plan that runs; that a mistake is reported once, where it
// is made; and that the result schema is Kusto's: names, types and order. It
// reads no table and runs nothing but through Env.Discover.
package bind

import (
	"context"
	"maps"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// An Env is what a query can refer to.
type Env struct {
	// Functions are the functions and operators of the language.
	Functions *function.Registry
	// Catalog has the tables and stored functions of the current database.
	Catalog Catalog
	// Parameters are the values of the parameters that the text declares (declare
	// query_parameters), flat columns of one row each. They are converted to the
	// types declared.
	Parameters map[string]column.Column
	// Options are the request properties that are set for the whole text, flat
	// columns of one row each. What the text sets itself comes before them.
	Options map[string]column.Column
	// Discover runs a query and returns the rows of its only result, none of
	// whose columns is lazy. The binder asks it which columns an operator has
	// where only the rows can tell (bag_unpack and pivot without a schema). It
	// may be nil: such an operator then is a plan.Pending, and what follows it is
	// bound as far as possible.
	Discover func(q *plan.Query) ([]*column.Batch, error)
	// Command is the result of the management command that the text begins with:
	// the rows that its pipe reads. Without it a command is a mistake.
	Command plan.Source
	// Context ends the binding: what is not bound by then stays unknown, and nothing
	// is reported any more. Nil is one that never ends.
	Context context.Context
	// Strict reports as errors what Microsoft's analyzer refuses although the
	// engine runs it, such as count(Name) of a text. Else it is a warning.
	Strict bool
}

// A Catalog says what the names of one database mean. It is safe for concurrent
// use.
type Catalog interface {
	// Table returns the table called name.
	Table(name string) (plan.Source, bool)
	// TableNames returns the names of all tables, for wildcards and for
	// suggestions.
	TableNames() []string
	// Function returns the stored function called name.
	Function(name string) (*Function, bool)
	// FunctionNames returns the names of all stored functions.
	FunctionNames() []string
	// Other returns the catalog of another database (kind "database"), cluster
	// ("cluster"), workspace ("workspace"), app ("app") or resource
	// ("resource").
	Other(kind, name string) (Catalog, bool)
}

// A Function is a stored function of a catalog.
type Function struct {
	// Params is the parameter list as in a let statement, with its
	// parentheses: "(a:long, T:(x:string, *), b:string = '')".
	Params string
	// Body is the text of the function, without braces.
	Body string
	// Source stands for the result of a function without a body, of which only
	// the columns are known. Its arguments are not checked.
	Source plan.Source
	// Appends says that the columns of Source follow those of the table that the
	// function is given (invoke FileProfile(…)).
	Appends bool
	// Tables are tables that Body reads by name and that nothing else sees.
	Tables map[string]plan.Source
	// ForText, if not nil, returns the function that stands for this one where
	// its first argument is a constant text: one whose columns depend on what it
	// is asked for, such as _GetWatchlist('VIPUsers').
	ForText func(first string) *Function
}

// A Loose is a Source that may have more columns than its schema says: names
// that the schema lacks are then no mistake, but have no type either. One that also has
// a method Why() string says why, if that is not empty, and what would help.
type Loose interface {
	MoreColumns() bool
}

// A Stub is a Source of which only the columns are known, if these: a function whose
// body is not here, a table of a workspace that is not. It cannot be opened, but a union with isfuzzy=true goes on without it:
// there it is empty.
type Stub interface {
	plan.Source
	// Empty returns a source of the same columns without rows.
	Empty() plan.Source
	// Why says why it cannot be opened, and what would help.
	Why() string
}

// Bind binds q, which syntax.Parse made, to env. The plan is to be run only if
// no diagnostic, neither of these nor of the parser's, is an error.
func Bind(q *syntax.Query, env Env) (*plan.Query, []syntax.Diagnostic) {
	p, _, diags := BindInfo(q, env)
	return p, diags
}

// BindInfo is Bind that also returns the facts for editors.
func BindInfo(q *syntax.Query, env Env) (*plan.Query, *Info, []syntax.Diagnostic) {
	b := newBinder(env)
	b.query(q)
	b.releaseUnused()
	b.closeUnresolved()
	return &plan.Query{Results: b.results, Shared: usedShared(b.results)}, b.info, b.sorted()
}

func newBinder(env Env) *binder {
	if env.Context == nil {
		env.Context = context.Background()
	}
	b := &binder{env: env, info: newInfo(), options: maps.Clone(env.Options), facts: map[plan.Expr]fact{}}
	if b.options == nil {
		b.options = map[string]column.Column{}
	}
	return b
}

// stopped reports whether nobody waits for the query any more.
func (b *binder) stopped() bool { return b.env.Context.Err() != nil }

// A binder holds what is common to one Bind.
type binder struct {
	env     Env
	source  string // the text that is bound
	info    *Info
	diags   []syntax.Diagnostic
	results []plan.Result
	// pending says that the columns of some operator are not known yet: see
	// plan.Pending.
	pending bool
	// unresolved are the columns that the text uses of tables that are not
	// fully known.
	unresolved []unresolved
	// site is the call, in the text of the query, of the stored function whose body
	// is being bound; nil outside of one.
	site syntax.Node
	// opaque says that a value is wanted of a table of which no column is known.
	opaque bool
	// unset are the query parameters without a value.
	unset []string
	// options are the request properties set so far.
	options map[string]column.Column
	// unnamed counts the columns named Column1, Column2 … so far.
	unnamed int
	// calls is the depth of user functions being bound, so that one that calls
	// itself ends.
	calls int
	// expanded counts the bodies of functions that were bound.
	expanded int
	// placeholders are the values that stand for parameters where declarations
	// are checked.
	placeholders map[plan.Expr]bool
	// functions holds the stored functions that were parsed.
	functions map[string]*lambda
	// aliases are the databases that the text gives other names.
	aliases map[string]aliasOf
	// shapes has what is known of dynamic values, columnShapes of columns.
	shapes       map[plan.Expr]*shape
	columnShapes map[place]*shape
	// facts has what is known of the calls and chains that were made.
	facts map[plan.Expr]fact
	// drawn are the values of toscalar that are random.
	drawn map[drawn]*plan.Subquery
	// fuzzy is above zero within a union with isfuzzy=true.
	fuzzy int
	// absent counts the names found so far that are no table.
	absent int
	// holders are the declared names whose findings are held back: see hold.
	holders []*symbol
	// muted is above zero where findings are not reported: where a text is
	// bound a second time.
	muted int
}
