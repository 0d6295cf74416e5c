package output

import (
	"bufio"

	"github.com/calypso-kql/calypso/kql"
)

// writeJSON writes one table as an array of objects, several as an array of
// such arrays.
func writeJSON(w *bufio.Writer, tables []kql.Table) error {
	many := len(tables) != 1
	if many {
		w.WriteString("[")
	}
	for i, t := range tables {
		if i > 0 {
			w.WriteString(",\n")
		}
		w.WriteString("[")
		if err := writeObjects(w, t, ",\n ", ""); err != nil {
			return err
		}
		w.WriteString("]")
	}
	if many {
		w.WriteString("]")
	}
	_, err := w.WriteString("\n")
	return err
}

// writeJSONL writes one object per line.
func writeJSONL(w *bufio.Writer, tables []kql.Table) error {
	for _, t := range tables {
		if err := writeObjects(w, t, "", "\n"); err != nil {
			return err
		}
	}
	return nil
}
