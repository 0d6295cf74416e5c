package output

import (
	"bufio"
	"strconv"

	"github.com/calypso-kql/calypso/kql"
)

// writeKusto writes the Kusto REST v1 answer: {"Tables":[{"TableName",
// "Columns","Rows"}]}. Source: the Kusto documentation, "Query/management HTTP
// response".
func writeKusto(w *bufio.Writer, tables []kql.Table) error {
	w.WriteString(`{"Tables":[`)
	for i, t := range tables {
		if i > 0 {
			w.WriteString(",")
		}
		w.WriteString(`{"TableName":"Table_` + strconv.Itoa(i) + `","Columns":[`)
		var head []byte
		for j, c := range t.Schema.Columns {
			if j > 0 {
				head = append(head, ',')
			}
			head = appendJSONString(append(head, `{"ColumnName":`...), c.Name)
			head = append(head, `,"DataType":"`+c.Type.DotNet()+`","ColumnType":"`+c.Type.String()+`"}`...)
		}
		w.Write(head)
		w.WriteString(`],"Rows":[`)
		if err := writeArrays(w, t); err != nil {
			return err
		}
		w.WriteString("]}")
	}
	_, err := w.WriteString("]}\n")
	return err
}
