package ingest_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// BenchmarkRead decodes sign-ins of few and of many different values, on one
// goroutine.
func BenchmarkRead(b *testing.B) {
	c, err := catalog.Open(catalog.Sentinel)
	if err != nil {
		b.Fatal(err)
	}
	for name, users := range map[string]int{"few": 10, "many": 1 << 20} {
		var text bytes.Buffer
		for i := range 10_000 {
			u := i * 7919 % users
			text.WriteString(strings.NewReplacer("ada@", fmt.Sprintf("ada%d@", u), `"r1"`, fmt.Sprintf(`"%032x"`, i), "Kiel", fmt.Sprintf("Kiel %d", u%50)).Replace(signIn))
			text.WriteByte('\n')
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				l := ingest.NewLoader(ingest.Options{Tables: tables{c}, Sink: func(string, types.Schema, *column.Batch) error { return nil }})
				if err := l.Read(context.Background(), ingest.Input{Reader: bytes.NewReader(text.Bytes())}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
