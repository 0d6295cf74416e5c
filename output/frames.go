package output

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"

	"github.com/calypso-kql/calypso/kql/types"
)

// Frames says how a v2 answer is cut, as the request properties results_v2_… do.
type Frames struct {
	// Lines has each frame on a line of its own.
	Lines bool
	// Fragmented cuts each result into a header, its rows, and an end.
	Fragmented bool
	// ErrorReportingPlacement is where clients are to look for errors; here an answer is
	// only begun when there will be none.
	ErrorReportingPlacement string
}

// WriteV2 writes an answer as Kusto's REST v2 API does: an array of frames. Its
// tables are how the results are to be drawn, the results, and how the query has
// ended.
//
// Source: the Kusto documentation, "Query V2 HTTP response".
func WriteV2(w io.Writer, d DataSet, f Frames) error {
	v := &frameWriter{w: bufio.NewWriterSize(w, 1<<16), Frames: f}
	v.begin()
	first, last := d.v2Tables()
	v.side(0, first)
	for i, t := range d.Results {
		if err := v.result(i+1, resultName(t), d, i); err != nil {
			return err
		}
	}
	v.side(len(d.Results)+1, last)
	v.frame(`{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}`)
	if v.Lines {
		v.w.WriteByte('\n')
	}
	v.w.WriteString("]\n")
	return v.w.Flush()
}

type frameWriter struct {
	Frames
	w   *bufio.Writer
	any bool
}

func (v *frameWriter) begin() {
	v.w.WriteByte('[')
	header := `{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"`
	if v.Fragmented {
		header += `,"IsFragmented":true`
	}
	if v.ErrorReportingPlacement != "" {
		header += `,"ErrorReportingPlacement":` + string(appendJSONString(nil, v.ErrorReportingPlacement))
	}
	v.frame(header + "}")
}

// frame writes a frame, or its beginning.
func (v *frameWriter) frame(text string) {
	if v.any {
		if v.Lines {
			v.w.WriteByte('\n')
		}
		v.w.WriteByte(',')
	}
	v.any = true
	v.w.WriteString(text)
}

// side writes a table that tells about the answer.
func (v *frameWriter) side(id int, t sideTable) {
	v.frame(tableHead("DataTable", id, t.kind, t.name, t.columns))
	v.w.WriteString(`,"Rows":`)
	v.w.Write(t.appendRows(nil))
	v.w.WriteByte('}')
}

// result writes result i of d.
func (v *frameWriter) result(id int, name string, d DataSet, i int) error {
	t := d.Results[i]
	number := strconv.Itoa(id)
	if !v.Fragmented {
		v.frame(tableHead("DataTable", id, "PrimaryResult", name, t.Schema.Columns) + `,"Rows":[`)
		if err := writeArrays(v.w, t); err != nil {
			return err
		}
		v.w.WriteString("]}")
		return nil
	}
	v.frame(tableHead("TableHeader", id, "PrimaryResult", name, t.Schema.Columns) + "}")
	v.frame(`{"FrameType":"TableFragment","TableFragmentType":"DataAppend","TableId":` + number + `,"Rows":[`)
	if err := writeArrays(v.w, t); err != nil {
		return err
	}
	v.w.WriteString("]}")
	v.frame(`{"FrameType":"TableCompletion","TableId":` + number + `,"RowCount":` + strconv.Itoa(t.Rows()) + "}")
	return nil
}

// tableHead begins a frame that describes a table. Clients read the keys in this
// order.
func tableHead(frame string, id int, kind, name string, columns []types.Column) string {
	b := append([]byte(`{"FrameType":"`), frame...)
	b = strconv.AppendInt(append(b, `","TableId":`...), int64(id), 10)
	b = appendJSONString(append(b, `,"TableKind":"`+kind+`","TableName":`...), name)
	b = append(b, `,"Columns":[`...)
	for i, c := range columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSONString(append(b, `{"ColumnName":`...), c.Name)
		b = append(b, `,"ColumnType":"`+c.Type.String()+`"}`...)
	}
	return string(append(b, ']'))
}

// v2Tables returns the tables before and behind the results.
func (d *DataSet) v2Tables() (properties, completion sideTable) {
	properties = sideTable{kind: "QueryProperties", name: "@ExtendedProperties", columns: []types.Column{
		{Name: "TableId", Type: types.Int}, {Name: "Key", Type: types.String}, {Name: "Value", Type: types.Dynamic},
	}}
	type rows struct {
		N int `json:"table_row_count"`
	}
	resources := struct {
		ExecutionTime float64
		Statistics    []rows `json:"dataset_statistics"`
	}{ExecutionTime: d.Took.Seconds()}
	for i, t := range d.Results {
		properties.rows = append(properties.rows, []any{i + 1, "Visualization", visualizationOf(t)})
		resources.Statistics = append(resources.Statistics, rows{t.Rows()})
	}
	used, _ := json.Marshal(resources) // there is nothing in it that can't be written
	completion = sideTable{kind: "QueryCompletionInformation", name: "QueryCompletionInformation", columns: []types.Column{
		{Name: "Timestamp", Type: types.DateTime}, {Name: "ClientRequestId", Type: types.String}, {Name: "ActivityId", Type: types.GUID},
		{Name: "SubActivityId", Type: types.GUID}, {Name: "ParentActivityId", Type: types.GUID}, {Name: "Level", Type: types.Int},
		{Name: "LevelName", Type: types.String}, {Name: "StatusCode", Type: types.Int}, {Name: "StatusCodeName", Type: types.String},
		{Name: "EventType", Type: types.Int}, {Name: "EventTypeName", Type: types.String}, {Name: "Payload", Type: types.String},
	}}
	add := func(level int, levelName string, event int, eventName, payload string) {
		completion.rows = append(completion.rows, []any{
			d.stamp(), d.ClientRequestID, d.ActivityID, d.ActivityID, d.ActivityID, level, levelName, 0, "S_OK (0)", event, eventName, payload,
		})
	}
	add(levelInfo, "Info", 4, "QueryInfo", `{"Count":1,"Text":"`+completed+`"}`)
	add(levelStats, "Stats", 0, "QueryResourceConsumption", string(used))
	return properties, completion
}
