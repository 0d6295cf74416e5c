package output

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// Including says what an answer of the Log Analytics query API has besides tables.
type Including struct{ Render, Statistics bool }

// WriteLogAnalytics writes an answer as the Log Analytics query API does: keys in lower
// case, and dynamic values as the text of their JSON.
//
// Source: the Azure Monitor documentation, "Azure Monitor Log Analytics API response
// format".
func WriteLogAnalytics(w io.Writer, d DataSet, with Including) error {
	bw := bufio.NewWriterSize(w, 1<<16)
	bw.WriteString(`{"tables":[`)
	for i, t := range d.Results {
		var head []byte
		if i > 0 {
			head = append(head, ',')
		}
		head = append(appendJSONString(append(head, `{"name":`...), resultName(t)), `,"columns":[`...)
		for j, c := range t.Schema.Columns {
			if j > 0 {
				head = append(head, ',')
			}
			head = appendJSONString(append(head, `{"name":`...), c.Name)
			head = append(head, `,"type":"`+c.Type.String()+`"}`...)
		}
		bw.Write(append(head, `],"rows":[`...))
		if err := writeArraysOf(bw, t, textualCell); err != nil {
			return err
		}
		bw.WriteString("]}")
	}
	bw.WriteByte(']')
	if with.Render {
		if err := d.writeRender(bw); err != nil {
			return err
		}
	}
	if with.Statistics {
		if err := d.writeStatistics(bw); err != nil {
			return err
		}
	}
	bw.WriteString("}\n")
	return bw.Flush()
}

// textualCell is jsonCell but for dynamic values, which are text.
func textualCell(c column.Column) cell {
	if c.Type() != types.Dynamic {
		return jsonCell(c)
	}
	var text []byte
	return nullable(c, "null", func(dst []byte, v dynamic.Value) []byte {
		if v.IsNull() {
			return append(dst, "null"...)
		}
		text = v.AppendText(text[:0])
		return appendJSONString(dst, string(text))
	})
}

// writeRender writes how the first result that says so is to be drawn.
func (d *DataSet) writeRender(w *bufio.Writer) error {
	v := visualizationFor(d.Results)
	text, err := json.Marshal(map[string]any{
		"visualization": v.Visualization, "title": v.Title, "accumulate": v.Accumulate, "isQuerySorted": v.IsQuerySorted, "kind": v.Kind,
		"legend": v.Legend, "series": v.Series, "anomalyColumns": v.AnomalyColumns, "xAxis": v.XAxis, "xColumn": v.XColumn, "xTitle": v.XTitle,
		"yAxis": v.YAxis, "yColumns": v.YColumns, "ySplit": v.YSplit, "yTitle": v.YTitle, "yMin": v.Ymin, "yMax": v.Ymax, "xMin": v.Xmin, "xMax": v.Xmax,
	})
	if err != nil {
		return err
	}
	_, err = w.WriteString(`,"render":` + string(text))
	return err
}

// writeStatistics writes what the query took.
func (d *DataSet) writeStatistics(w *bufio.Writer) error {
	rows := make([]map[string]int, len(d.Results))
	for i, t := range d.Results {
		rows[i] = map[string]int{"tableRowCount": t.Rows()}
	}
	text, err := json.Marshal(map[string]any{"query": map[string]any{"executionTime": d.Took.Seconds(), "datasetStatistics": rows}})
	if err != nil {
		return err
	}
	_, err = w.WriteString(`,"statistics":` + string(text))
	return err
}
