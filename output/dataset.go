package output

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
)

// A DataSet is the answer to a query with what Kusto's REST APIs tell about it:
// how each result asks to be drawn, and how the query has ended.
//
// Source: the Kusto documentation, "Query/management HTTP response" and "Query V2
// HTTP response".
type DataSet struct {
	Results []kql.Table
	// ClientRequestID is the client's name of the request, ActivityID the server's, a
	// GUID.
	ClientRequestID, ActivityID string
	// Ended is when the query has ended, and Took how long it took.
	Ended time.Time
	Took  time.Duration
}

// A sideTable is a table that tells about an answer: a few rows, whose cells are
// strings, ints or nil.
type sideTable struct {
	kind, name string
	columns    []types.Column
	rows       [][]any
}

func columnsOf(t types.Type, names ...string) []types.Column {
	out := make([]types.Column, len(names))
	for i, n := range names {
		out[i] = types.Column{Name: n, Type: t}
	}
	return out
}

// appendRows appends the rows as a JSON array.
func (t *sideTable) appendRows(dst []byte) []byte {
	text, err := json.Marshal(t.rows)
	if err != nil {
		return append(dst, "[]"...) // cells are of types that always can be written
	}
	return append(dst, text...)
}

// stamp is the time of the end as a cell.
func (d *DataSet) stamp() string {
	ticks, _ := types.TicksOf(d.Ended)
	return string(types.AppendDateTime(nil, ticks))
}

const completed = "Query completed successfully"

// Kusto's level of a message that is no warning, and of a statistic.
const (
	levelInfo  = 4
	levelStats = 6
)

// A visualization is a result's wish to be drawn, as Kusto's clients expect it: all
// keys, null where the query says nothing.
type visualization struct {
	Visualization, Title, XColumn    *string
	Series, YColumns, AnomalyColumns []string
	XTitle, YTitle, XAxis, YAxis     *string
	Legend, YSplit                   *string
	Accumulate, IsQuerySorted        bool
	Kind                             *string
	Ymin, Ymax                       string
	Xmin, Xmax                       *string
}

func newVisualization(t kql.Table) visualization {
	v := visualization{IsQuerySorted: t.Ordered, Ymin: "NaN", Ymax: "NaN"}
	if r := t.Render; r != nil {
		v.Visualization = &r.Chart
		v.set(r.Properties)
	}
	return v
}

// visualizationFor returns the wish of the first result that has one.
func visualizationFor(results []kql.Table) visualization {
	for _, t := range results {
		if t.Render != nil {
			return newVisualization(t)
		}
	}
	return newVisualization(kql.Table{})
}

// visualizationOf returns the wish of a result as the text of a JSON object.
func visualizationOf(t kql.Table) string {
	text, err := json.Marshal(newVisualization(t))
	if err != nil {
		return "{}" // there is nothing in it that can't be written
	}
	return string(text)
}

// set takes over the properties of a render operator, as written.
func (v *visualization) set(properties map[string]string) {
	texts := map[string]**string{
		"title": &v.Title, "xcolumn": &v.XColumn, "xtitle": &v.XTitle, "ytitle": &v.YTitle, "xaxis": &v.XAxis, "yaxis": &v.YAxis,
		"legend": &v.Legend, "ysplit": &v.YSplit, "kind": &v.Kind, "xmin": &v.Xmin, "xmax": &v.Xmax,
	}
	lists := map[string]*[]string{"series": &v.Series, "ycolumns": &v.YColumns, "anomalycolumns": &v.AnomalyColumns}
	for name, value := range properties {
		switch name := strings.ToLower(name); {
		case texts[name] != nil:
			*texts[name] = &value
		case lists[name] != nil:
			*lists[name] = strings.Split(value, ",")
		case name == "accumulate":
			v.Accumulate = strings.EqualFold(value, "true")
		case name == "ymin":
			v.Ymin = value
		case name == "ymax":
			v.Ymax = value
		}
	}
}
