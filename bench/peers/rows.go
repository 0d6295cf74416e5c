package main

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"time"
)

// A column is named and typed as Kusto would, so that results can be compared.
type column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// save writes the rows as {"columns":[…],"rows":[[…],…]} and counts them. An
// empty name only counts.
func save(rows *sql.Rows, name string) (int, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return 0, err
	}
	columns := make([]column, len(types))
	cells := make([]any, len(types))
	into := make([]any, len(types))
	for i, t := range types {
		columns[i] = column{t.Name(), kustoType(t.DatabaseTypeName())}
		into[i] = &cells[i]
	}
	w, closeFile, err := createFile(name)
	if err != nil {
		return 0, err
	}
	head, err := json.Marshal(columns)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(w, `{"columns":%s,"rows":[`, head)
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return 0, err
		}
		line, err := encode(cells)
		if err != nil {
			return 0, err
		}
		if n > 0 {
			w.WriteByte(',')
		}
		w.WriteByte('\n')
		w.Write(line)
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	w.WriteString("\n]}\n")
	return n, closeFile()
}

func createFile(name string) (*bufio.Writer, func() error, error) {
	if name == "" {
		name = os.DevNull
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, nil, err
	}
	w := bufio.NewWriter(f)
	return w, func() error {
		if err := w.Flush(); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	}, nil
}

func kustoType(duck string) string {
	switch duck {
	case "BIGINT", "INTEGER", "UBIGINT", "HUGEINT":
		return "long"
	case "DOUBLE", "FLOAT":
		return "real"
	case "BOOLEAN":
		return "bool"
	case "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_NS":
		return "datetime"
	case "JSON":
		return "dynamic"
	default:
		return "string"
	}
}

// encode writes a row with times in Kusto's form.
func encode(cells []any) ([]byte, error) {
	out := make([]any, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case time.Time:
			out[i] = c.UTC().Format("2006-01-02T15:04:05.0000000Z")
		case *big.Int:
			out[i] = json.Number(c.String())
		default:
			out[i] = c
		}
	}
	return json.Marshal(out)
}
