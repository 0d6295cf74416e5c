package plan

import "github.com/calypso-kql/calypso/kql/types"

// A Query is the plan of a whole text: one result for each tabular statement.
type Query struct {
	Results []Result
	// Shared lists the shared results that the query uses, each after those
	// that it reads itself.
	Shared []*SharedDef
}

// A Result is one table of the answer.
type Result struct {
	// Name is the name given by a final `as`, else empty.
	Name string
	Root Node
	// Render is how the query asks to be drawn; nil if it does not.
	Render *Render
	// Ordered says that the order of the rows is part of the answer.
	Ordered bool
}

// Schema returns the columns of the result: the visible ones of the root.
func (r Result) Schema() types.Schema { return r.Root.Schema().Visible() }

// A Render is the render operator: a wish about drawing, no rows.
type Render struct {
	Chart      string            // "timechart", "table", …
	Properties map[string]string // as written: title, xcolumn, series …
}
