package output

import (
	"bufio"
	"io"
	"strconv"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
)

// writeKusto writes the Kusto REST v1 answer: {"Tables":[{"TableName",
// "Columns","Rows"}]}. Source: the Kusto documentation, "Query/management HTTP
// response".
func writeKusto(w *bufio.Writer, tables []kql.Table) error {
	if err := writeV1Results(w, tables); err != nil {
		return err
	}
	_, err := w.WriteString("]}\n")
	return err
}

// WriteV1 writes an answer as Kusto's REST v1 API does: the results, how they are to
// be drawn, how the query has ended, and a table that says which is which.
func WriteV1(w io.Writer, d DataSet) error {
	bw := bufio.NewWriterSize(w, 1<<16)
	if err := writeV1Results(bw, d.Results); err != nil {
		return err
	}
	var b []byte
	for i, t := range d.v1Tables() {
		b = appendV1Head(append(b, ','), len(d.Results)+i, t.columns)
		b = append(t.appendRows(b), '}')
	}
	bw.Write(b)
	bw.WriteString("]}\n")
	return bw.Flush()
}

// writeV1Results writes tables, and leaves the list of them open.
func writeV1Results(w *bufio.Writer, tables []kql.Table) error {
	w.WriteString(`{"Tables":[`)
	for i, t := range tables {
		if i > 0 {
			w.WriteString(",")
		}
		w.Write(append(appendV1Head(nil, i, t.Schema.Columns), '['))
		if err := writeArrays(w, t); err != nil {
			return err
		}
		w.WriteString("]}")
	}
	return nil
}

// appendV1Head begins table i, up to its rows.
func appendV1Head(dst []byte, i int, columns []types.Column) []byte {
	dst = append(dst, `{"TableName":"Table_`...)
	dst = append(strconv.AppendInt(dst, int64(i), 10), `","Columns":[`...)
	for j, c := range columns {
		if j > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSONString(append(dst, `{"ColumnName":`...), c.Name)
		dst = append(dst, `,"DataType":"`+c.Type.DotNet()+`","ColumnType":"`+c.Type.String()+`"}`...)
	}
	return append(dst, `],"Rows":`...)
}

// v1Tables returns the tables behind the results.
func (d *DataSet) v1Tables() []sideTable {
	properties := sideTable{kind: "QueryProperties", name: "@ExtendedProperties", columns: columnsOf(types.String, "Value")}
	for _, t := range d.Results {
		properties.rows = append(properties.rows, []any{visualizationOf(t)})
	}
	status := sideTable{kind: "QueryStatus", name: "QueryStatus", columns: []types.Column{
		{Name: "Timestamp", Type: types.DateTime}, {Name: "Severity", Type: types.Int}, {Name: "SeverityName", Type: types.String},
		{Name: "StatusCode", Type: types.Int}, {Name: "StatusDescription", Type: types.String}, {Name: "Count", Type: types.Int},
		{Name: "RequestId", Type: types.GUID}, {Name: "ActivityId", Type: types.GUID}, {Name: "SubActivityId", Type: types.GUID},
		{Name: "ClientActivityId", Type: types.String},
	}}
	status.rows = [][]any{{d.stamp(), levelInfo, "Info", 0, completed, 1, d.ActivityID, d.ActivityID, d.ActivityID, d.ClientRequestID}}
	contents := sideTable{columns: []types.Column{
		{Name: "Ordinal", Type: types.Long}, {Name: "Kind", Type: types.String}, {Name: "Name", Type: types.String},
		{Name: "Id", Type: types.String}, {Name: "PrettyName", Type: types.String},
	}}
	add := func(kind, name string) {
		contents.rows = append(contents.rows, []any{len(contents.rows), kind, name, d.ActivityID, ""})
	}
	for _, t := range d.Results {
		add("QueryResult", resultName(t))
	}
	add(properties.kind, properties.name)
	add(status.kind, status.name)
	return []sideTable{properties, status, contents}
}

// resultName is what Kusto calls a result that has no name.
func resultName(t kql.Table) string {
	if t.Name != "" {
		return t.Name
	}
	return "PrimaryResult"
}
