package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// A scanRecord says whether a match has a record of a step, and for
// output=last which row that is. The values are in the step's keepers.
type scanRecord struct {
	held bool
	row  int
	b    *column.Batch
}

// row checks the current row against each step, the last one first, in the state
// of its partition.
func (s *scan) row(partition int) error {
	n := len(s.steps)
	active := s.active[partition*n : partition*n+n]
	for k := n - 1; k >= 0; k-- {
		if !s.steps[k].may(s.at) {
			continue
		}
		moved, start, err := s.advance(active, k)
		if err != nil {
			return err
		}
		m := active[k]
		if moved || m < 0 && !start {
			continue
		}
		matches, err := s.matches(k, m)
		if err != nil {
			return err
		}
		if !matches {
			continue
		}
		if m < 0 {
			m = s.begin(s.next[partition])
			s.next[partition]++
			active[k] = m
		}
		if err := s.enter(m, k); err != nil {
			return err
		}
	}
	return nil
}

// advance moves a match from a step before k to k if the current row lets it.
// Steps that are optional may be passed over; start says that all those before k
// are.
func (s *scan) advance(active []int32, k int) (moved, start bool, err error) {
	for j := k - 1; j >= 0; j-- {
		if m := active[j]; m >= 0 {
			matches, err := s.matches(k, m)
			if err != nil {
				return false, false, err
			}
			if matches {
				return true, false, s.move(active, m, j, k)
			}
		}
		if !s.node.Steps[j].Optional {
			return false, false, nil
		}
	}
	return false, true, nil
}

// move takes match m from step j to step k, where it takes the place of another.
func (s *scan) move(active []int32, m int32, j, k int) error {
	if old := active[k]; old >= 0 {
		if err := s.last(old, k); err != nil {
			return err
		}
		s.free = append(s.free, old)
	}
	if err := s.last(m, j); err != nil {
		return err
	}
	active[j], active[k] = -1, m
	return s.enter(m, k)
}

// begin returns a new match without records.
func (s *scan) begin(id int64) int32 {
	n := len(s.steps)
	if last := len(s.free) - 1; last >= 0 {
		m := s.free[last]
		s.free = s.free[:last]
		s.ids[m] = id
		clear(s.records[int(m)*n : int(m)*n+n])
		return m
	}
	s.ids = append(s.ids, id)
	s.records = append(s.records, make([]scanRecord, n)...)
	return int32(len(s.ids) - 1)
}

// holds reports whether match m, -1 for none, has a record of a step.
func (s *scan) holds(m int32, step int) bool {
	return m >= 0 && s.records[int(m)*len(s.steps)+step].held
}

// enter makes the current row, with the step's assignments, the record of step k
// in match m.
func (s *scan) enter(m int32, k int) error {
	st := s.steps[k]
	s.match = m
	for i := range st.assigns {
		if err := st.assigns[i].compute(); err != nil {
			return err
		}
	}
	if s.prior == nil { // else of the last row of a batch: see enterKnown
		for i := range st.sources {
			if err := st.sources[i].compute(); err != nil {
				return err
			}
		}
	}
	for _, save := range st.savers {
		save(m)
	}
	r := &s.records[int(m)*len(s.steps)+k]
	r.held = true
	switch st.output {
	case plan.ScanLast:
		r.b, r.row = s.b, s.at
	case plan.ScanAll:
		return s.out.add(s.b, s.at, k, m, s.ids[m])
	}
	return nil
}

// last puts out the record of step k, which m leaves.
func (s *scan) last(m int32, k int) error {
	if s.steps[k].output != plan.ScanLast || !s.holds(m, k) {
		return nil
	}
	r := &s.records[int(m)*len(s.steps)+k]
	b := r.b
	r.b = nil // it goes out once
	return s.out.add(b, r.row, k, m, s.ids[m])
}
