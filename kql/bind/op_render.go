package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// charts are the words that render takes.
var charts = [...]string{
	"table", "list", "barchart", "piechart", "ladderchart", "timechart", "linechart", "anomalychart", "pivotchart",
	"areachart", "stackedareachart", "scatterchart", "timepivot", "columnchart", "timeline", "3Dchart", "card",
	"treemap", "plotly", "graph", "sankey",
}

// render keeps how the rows are to be drawn; the rows stay as they are.
func (b *binder) render(sc *scope, in table, op *syntax.RenderOp) table {
	r := &plan.Render{Properties: map[string]string{}}
	if op.Chart != nil {
		r.Chart = op.Chart.Name
		if !isChart(r.Chart) {
			b.report(oneOfExpected(op.Chart, charts[:]...))
		}
	}
	for _, p := range append(append([]*syntax.OperatorParam(nil), op.Params...), op.With...) {
		r.Properties[p.Name.Name] = renderValue(p.Value)
		if b.env.Strict {
			b.checkRender(sc, in, p)
		}
	}
	in.render = r
	return in
}

func isChart(name string) bool {
	for _, c := range charts {
		if c == name {
			return true
		}
	}
	return false
}

// renderValue returns a property as its text; names of columns are separated by
// commas.
func renderValue(e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.NameList:
		names := make([]string, len(e.Names))
		for i, n := range e.Names {
			names[i] = renderValue(n)
		}
		return strings.Join(names, ",")
	case *syntax.Ident:
		return e.Name
	case *syntax.StringLit:
		return e.Value
	case *syntax.Literal:
		return e.Text
	}
	return ""
}
