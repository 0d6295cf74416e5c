package function

import (
	"errors"
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// An Aggregate declares an aggregate function.
type Aggregate struct {
	// Doc is one sentence that ends with a full stop.
	Doc string
	// Overloads are chosen as a Scalar's are.
	Overloads []AggregateOverload
	// Examples are written "values | call -> result": a list of literals, the
	// call over a column named x. Tests run them all.
	Examples []string
	// ResultName says how the result column is named; Prefix replaces the
	// function's name in it, where set.
	ResultName ResultName
	Prefix     string
	// Hidden, Obsolete and Analyzer are as for a Scalar.
	Hidden   bool
	Obsolete string
	Analyzer []string

	// AnalyzerSigs is Analyzer parsed; the registry fills it in.
	AnalyzerSigs []Signature
}

// An AggregateOverload ties one signature to the state that computes it.
type AggregateOverload struct {
	// Sig is the signature in the notation of [ParseSignature].
	Sig string
	// In has the type that the state reads each parameter as, as in [Kernel].
	In []types.Type
	// Result computes the result type where the signature cannot say it.
	Result func(args []types.Type) types.Type
	// New returns the state for one aggregate of one query. args are the
	// arguments' types after conversion; consts has the value of each argument
	// that is constant (a one-row column), nil elsewhere; out is the result
	// type. It returns an error for a constant that makes no sense.
	New func(c *AggregateCall) (Accumulator, error)
	// AnyOrder says that the result does not depend on the order of the rows, to
	// the last bit: count, min, max, dcount, a sum of whole numbers; not a sum of
	// reals, not make_list. Such aggregates are computed by several workers at
	// once, the others in the order of the rows.
	AnyOrder bool
	// Unsorted says that the result follows the order in which the rows are
	// read, but not one that they are sorted in: make_set. A sort that feeds only
	// such aggregates is not done, as in Kusto.
	Unsorted bool
	// InOrder says that states of consecutive rows, merged in their order, give to
	// the last bit what one state of all rows gives, though the order counts:
	// make_list. It goes without saying where AnyOrder or Unsorted is set.
	InOrder bool

	// Signature, Name and Decl are filled in by the registry.
	Signature Signature
	Name      string
	Decl      *Aggregate
}

// An AggregateCall is what an accumulator knows of its call.
type AggregateCall struct {
	*Env
	Args   []types.Type
	Consts []column.Column
	Out    types.Type
}

// An Accumulator keeps the state of one aggregate for all groups. It is used by
// one goroutine at a time.
//
// Groups are numbered from 0 without gaps. The design follows DataFusion's
// GroupsAccumulator: state for all groups in flat slices, no object per group
// where it can be helped.
type Accumulator interface {
	// Update folds row i of args into group groups[i], for all i. Group numbers
	// are below total. args are never Lazy and may be Dict or Const. groups is not
	// to be kept.
	Update(args []column.Column, groups []uint32, total int) error
	// Merge folds group i of from, an accumulator of the same call, into group
	// groups[i] of this one. from must not be used afterwards.
	Merge(from Accumulator, groups []uint32, total int) error
	// Result returns the values of groups 0 to total-1; groups never updated
	// get the aggregate's value over no rows.
	Result(total int) (column.Column, error)
	// Size returns the bytes held, roughly, for the memory budget.
	Size() int64
}

// A Keepable is an Accumulator whose state can be kept beyond its query, and merged
// into that of others: Merge leaves what it is given as it was, but for room for
// groups, so that nobody else may use it at the same time.
type Keepable interface {
	Accumulator
	// Detach lets go of the columns that the state was made from, whose memory a
	// few values of them would hold. Update must not be called afterwards. It is
	// !ok if this state can't be kept, whatever it was made from.
	Detach() (ok bool)
}

// Splits reports whether states of consecutive rows, merged in their order, give to
// the last bit what one state of all rows gives.
func (o *AggregateOverload) Splits() bool { return o.AnyOrder || o.InOrder || o.Unsorted }

// Name returns the aggregate's name.
func (a *Aggregate) Name() string { return a.Overloads[0].Name }

func (a *Aggregate) check() (name string, err error) {
	if len(a.Overloads) == 0 {
		return "", fmt.Errorf("declaration %q has no overload", a.Doc)
	}
	for i := range a.Overloads {
		o := &a.Overloads[i]
		if o.Signature, err = ParseSignature(o.Sig); err != nil {
			return "", err
		}
		o.Name, o.Decl = o.Signature.Name, a
		if i > 0 && o.Name != name {
			return "", fmt.Errorf("%s: overload named %s", name, o.Name)
		}
		name = o.Name
		if o.New == nil {
			return name, fmt.Errorf("%s: %w", o.Sig, errors.New("no state"))
		}
		if len(o.In) != len(o.Signature.Params) {
			return name, fmt.Errorf("%s: state reads %d arguments, signature has %d", o.Sig, len(o.In), len(o.Signature.Params))
		}
	}
	if a.AnalyzerSigs, err = parseAll(name, a.Analyzer); err != nil {
		return name, err
	}
	return name, checkDoc(name, a.Doc, len(a.Examples) > 0)
}
