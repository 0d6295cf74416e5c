package output

import (
	"errors"
	"io"
	"runtime"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/parquet"
)

// writeParquet writes one table as a Parquet file.
func writeParquet(w io.Writer, tables []kql.Table) error {
	if len(tables) != 1 {
		return errors.New("parquet holds one table, and the query has several results: write them one by one")
	}
	t := tables[0]
	micros, err := parquet.MicrosFor(t.Schema, t.Batches)
	if err != nil {
		return err
	}
	pw, err := parquet.NewWriter(w, t.Schema, parquet.WriterOptions{Micros: micros, Workers: runtime.GOMAXPROCS(0)})
	if err != nil {
		return err
	}
	for _, b := range t.Batches {
		if err := pw.Write(b); err != nil {
			return err
		}
	}
	return pw.Close()
}
