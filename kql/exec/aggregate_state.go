package exec

import (
	"fmt"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// aggState is the groups that one worker has found.
type aggState struct {
	q     *query
	lease *lease
	keys  []*evaluator
	group *grouper
	read  *keyReader
	first []rowID // of each group
	aggs  []aggregator
	bare  bool // no keys: one group, which is there from the start
	fed   bool // any row has come
}

// An aggregator is one aggregate of an aggState.
type aggregator interface {
	// update folds row i of b, whose rows start at at, into group groups[i].
	update(at rowID, b *column.Batch, groups []uint32, total int) error
	// merge folds group i of from into group groups[i]. Places of rows in from are
	// counted from base.
	merge(from aggregator, groups []uint32, total int, base rowID) error
	// result returns the output columns, a row for each of total groups.
	result(total int) ([]column.Column, error)
	size() int64
}

func (a *aggregation) state() (*aggState, error) {
	c := newLastCompiler(a.q)
	s := &aggState{q: a.q, lease: a.q.lease("ClusterBy"), keys: c.all(a.node.Keys), bare: len(a.node.Keys) == 0}
	keyTypes := make([]types.Type, len(a.node.Keys))
	for i, k := range a.node.Keys {
		keyTypes[i] = k.Type()
	}
	s.group = newGrouper(keyTypes)
	s.read = newKeyReader(s.group, false)
	s.read.again = true
	var err error
	s.aggs, err = a.aggregators(c)
	return s, err
}

// aggregators returns new aggregates without groups.
func (a *aggregation) aggregators(c *compiler) ([]aggregator, error) {
	var out []aggregator
	for _, g := range a.node.Aggs {
		if g.Pick != nil {
			out = append(out, newPick(c, g.Pick))
			continue
		}
		acc, err := newAccumulator(a.q.env, g)
		if err != nil {
			return nil, err
		}
		out = append(out, &accAggregator{q: a.q, name: g.Fn.Name, args: c.all(g.Args), acc: acc})
	}
	return out, nil
}

func newAccumulator(env *function.Env, g plan.Agg) (function.Accumulator, error) {
	call := &function.AggregateCall{Env: env, Out: g.Typ}
	for _, e := range g.Args {
		call.Args = append(call.Args, e.Type())
		var one column.Column
		if l, ok := e.(*plan.Literal); ok {
			one = l.Value
		}
		call.Consts = append(call.Consts, one)
	}
	acc, err := g.Fn.New(call)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", g.Fn.Name, err)
	}
	return acc, nil
}

func (s *aggState) consume(at rowID, b *column.Batch) error {
	s.fed = true
	keys, err := evalAll(s.keys, b)
	if err != nil {
		return err
	}
	groups := s.read.groups(keys, b.Len())
	total := s.group.len()
	if !s.bare && len(s.first) < total {
		for i, g := range groups {
			if int(g) == len(s.first) {
				s.first = append(s.first, at+rowID(i))
				if len(s.first) == total {
					break
				}
			}
		}
	}
	for _, a := range s.aggs {
		if err := a.update(at, b, groups, total); err != nil {
			return err
		}
	}
	return s.lease.set(s.size())
}

func (s *aggState) size() int64 {
	n := s.group.size() + 8*int64(len(s.first))
	for _, a := range s.aggs {
		n += a.size()
	}
	return n
}

// merge folds from, whose places of rows are counted from base, into s. from stays
// as it was, but for room for groups.
func (s *aggState) merge(from *aggState, base rowID) error {
	groups, err := s.group.absorb(from.group)
	if err != nil {
		return err
	}
	if !s.bare {
		for i, g := range groups {
			if int(g) == len(s.first) {
				s.first = append(s.first, base+from.first[i])
			} else {
				s.first[g] = min(s.first[g], base+from.first[i])
			}
		}
	}
	for i, a := range s.aggs {
		if err := a.merge(from.aggs[i], groups, s.group.len(), base); err != nil {
			return err
		}
	}
	return s.lease.set(s.size())
}

// mergeStates folds all states into the largest one and returns it.
func mergeStates(states []*aggState) (*aggState, error) {
	into := states[0]
	for _, s := range states[1:] {
		if s.fed && (!into.fed || s.group.len() > into.group.len()) {
			into = s
		}
	}
	for _, s := range states {
		if s == into || !s.fed {
			continue
		}
		if err := into.merge(s, 0); err != nil {
			return nil, err
		}
		s.lease.release()
	}
	return into, nil
}

// rank makes the places of rows their ranks among each other.
func (s *aggState) rank() {
	var all []rowID
	all = append(all, s.first...)
	for _, a := range s.aggs {
		if p, ok := a.(*pick); ok {
			for _, w := range p.wins {
				all = append(all, w.at)
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	of := func(at rowID) rowID {
		i, _ := slices.BinarySearch(all, at)
		return rowID(i)
	}
	for i, at := range s.first {
		s.first[i] = of(at)
	}
	for _, a := range s.aggs {
		if p, ok := a.(*pick); ok {
			for i := range p.wins {
				p.wins[i].at = of(p.wins[i].at)
			}
		}
	}
}

// detach lets go of all columns that the state was made from. It reports false if
// some could not be read, or the state of an aggregate can't be kept. Nothing may be
// folded into the state afterwards.
func (s *aggState) detach() bool {
	s.keys, s.read = nil, nil
	cols := s.group.keys()
	for i, c := range cols {
		c, err := column.Force(c)
		if err != nil {
			return false
		}
		cols[i] = column.Clone(c)
	}
	s.group = s.group.again(cols)
	for _, a := range s.aggs {
		switch a := a.(type) {
		case *pick:
			if !a.detach() {
				return false
			}
		case *accAggregator:
			a.q, a.args = nil, nil
			if k, ok := a.acc.(function.Keepable); !ok || !k.Detach() {
				return false
			}
		}
	}
	s.q = nil
	return true
}

func (s *aggState) firsts() []rowID { return s.first }

func (s *aggState) batch(n *plan.Aggregate) (*column.Batch, error) {
	return groupBatch(n, s.group.keys(), s.aggs, s.group.len())
}

// accAggregator is an aggregate function.
type accAggregator struct {
	q    *query
	name string
	args []*evaluator
	acc  function.Accumulator
}

func (a *accAggregator) update(_ rowID, b *column.Batch, groups []uint32, total int) error {
	args, err := evalAll(a.args, b)
	if err != nil {
		return err
	}
	if argBytes(args) > wideBytes {
		err = a.updateSlices(args, groups, total)
	} else {
		err = a.acc.Update(args, groups, total)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	return nil
}

// updateSlices folds wide arguments (a make_list of long arrays) some rows at a
// time: they may be more than the query may hold.
func (a *accAggregator) updateSlices(args []column.Column, groups []uint32, total int) error {
	n := len(groups)
	rows := int(max(1, sliceBytes*int64(n)/argBytes(args)))
	before := a.acc.Size()
	part := make([]column.Column, len(args))
	for from := 0; from < n; from += rows {
		if err := a.q.ctx.Err(); err != nil {
			return err
		}
		to := min(from+rows, n)
		for i, c := range args {
			part[i] = column.Slice(c, from, to)
		}
		if err := a.acc.Update(part, groups[from:to], total); err != nil {
			return err
		}
		if err := a.q.room("ClusterBy", a.acc.Size()-before); err != nil {
			return err
		}
	}
	return nil
}

func (a *accAggregator) merge(from aggregator, groups []uint32, total int, _ rowID) error {
	if err := a.acc.Merge(from.(*accAggregator).acc, groups, total); err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	return nil
}

func (a *accAggregator) result(total int) ([]column.Column, error) {
	c, err := a.acc.Result(total)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.name, err)
	}
	return []column.Column{c}, nil
}

func (a *accAggregator) size() int64 { return a.acc.Size() }
