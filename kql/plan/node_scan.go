package plan

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// A StepScan matches the rows, in their order, against a sequence of steps: a state
// machine that keeps, for each step, the last record that reached it, with the
// declared columns' values then.
//
// A record is the input's columns, then the declared ones. Conditions and
// assignments are expressions over this row: first the current record, its
// declared columns at their defaults; then the record of each step, in order, in
// the state that the condition is checked against. The columns of a step that
// this state does not hold are null, its declared columns at their defaults.
//
// Source: the Kusto documentation, "scan operator", which says how a row moves
// matches from step to step.
type StepScan struct {
	Input Node
	// PartitionBy, if not empty, splits the rows: each combination of values has
	// a state of its own.
	PartitionBy []Expr // over Input
	// Defaults are the values of the declared columns before any assignment:
	// constants.
	Defaults []Expr
	Steps    []ScanStep
	// MatchID adds a last column that numbers the matches from 0 (long).
	MatchID bool
	Out     types.Schema // the input's columns, the declared ones, the match
}

// A ScanStep is one step of a StepScan.
type ScanStep struct {
	Name     string // for EXPLAIN
	Optional bool
	Output   ScanOutput
	Cond     Expr // over the row described at StepScan
	Assigns  []ScanAssign
}

// A ScanAssign gives column To of the record, a declared one or one of the input,
// the value of Expr. All of a step's are computed before any takes effect.
type ScanAssign struct {
	To   int
	Expr Expr // over the row described at StepScan
}

// A ScanOutput says which records of a step are put out.
type ScanOutput uint8

const (
	// ScanAll puts out each record that matches the step.
	ScanAll ScanOutput = iota
	// ScanLast puts out the last record of the step before the match moves on.
	ScanLast
	// ScanNone puts out none.
	ScanNone
)

// Schema returns the input's columns, the declared ones and the match.
func (n *StepScan) Schema() types.Schema { return n.Out }

// Inputs returns the input.
func (n *StepScan) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy of n over in[0].
func (n *StepScan) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

func (n *StepScan) rewrite(r *exprRewriter) Node {
	c := *n
	c.PartitionBy, c.Defaults = r.all(n.PartitionBy), r.all(n.Defaults)
	c.Steps = make([]ScanStep, len(n.Steps))
	for i, s := range n.Steps {
		s.Cond = r.one(s.Cond)
		assigns := make([]ScanAssign, len(s.Assigns))
		for j, a := range s.Assigns {
			assigns[j] = ScanAssign{To: a.To, Expr: r.one(a.Expr)}
		}
		s.Assigns = assigns
		c.Steps[i] = s
	}
	return &c
}

func (n *StepScan) describe() string {
	out := make([]string, len(n.Steps))
	for i, st := range n.Steps {
		out[i] = "step " + quoteName(st.Name)
		if st.Optional {
			out[i] += " optional"
		}
		out[i] += [...]string{ScanAll: "", ScanLast: " output=last", ScanNone: " output=none"}[st.Output]
		out[i] += ": " + st.Cond.String()
		for j, a := range st.Assigns {
			sep := ", "
			if j == 0 {
				sep = " => "
			}
			out[i] += sep + quoteName(n.Out.Columns[a.To].Name) + " = " + a.Expr.String()
		}
	}
	return "scan " + strings.Join(out, "; ")
}

func (*StepScan) node() {}
