package parquet_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// BenchmarkWrite writes text as it comes from a loader: codes that share one
// dictionary, and values of which none is repeated.
func BenchmarkWrite(b *testing.B) {
	const n = 20_000
	codes, values, unique := make([]uint32, n), make([]string, 500), make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf("application number %d", i)
	}
	for i := range codes {
		codes[i] = uint32(i * 31 % len(values))
		unique[i] = fmt.Sprintf("%08x-0000-4000-8000-%012x", i*2654435761, i)
	}
	for name, c := range map[string]column.Column{
		"coded":  &column.Dict{Codes: codes, Values: column.NewVec(types.String, values, nil)},
		"unique": column.NewVec(types.String, unique, nil),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w, err := parquet.NewWriter(io.Discard, texts, parquet.WriterOptions{})
				if err == nil {
					err = w.Write(textBatch(c))
				}
				if err == nil {
					err = w.Close()
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
