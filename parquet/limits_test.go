package parquet_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func openBytes(b string, o parquet.Options) (*parquet.File, error) {
	return parquet.OpenReader(memory{bytes.NewReader([]byte(b))}, int64(len(b)), "f", o)
}

// A file that says of itself what it has not takes no memory for it.
func TestFilesThatLie(t *testing.T) {
	footer := func(b string, n int) string {
		return "PAR1" + b + string(binary.LittleEndian.AppendUint32(nil, uint32(n))) + "PAR1"
	}
	// A version, then a schema of 2^31-1 elements.
	list := "\x15\x02\x19\xfc" + string(binary.AppendUvarint(nil, 1<<31-1))
	for name, text := range map[string]string{
		"a footer of 2 GB":          footer("", 1<<31-1),
		"a footer before the file":  footer("abc", 4),
		"a list longer than it":     footer(list, len(list)),
		"many structs with nothing": footer("\x15\x02\x19\xfc"+string(binary.AppendUvarint(nil, 5<<20))+strings.Repeat("\x00", 5<<20)+"\x00", 4+4+5<<20+1),
		"nothing":                   "PAR1PAR1",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := openBytes(text, parquet.Options{})
		runtime.ReadMemStats(&after)
		if err == nil {
			f.Close()
			t.Errorf("%s: it was opened", name)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 32<<20 {
			t.Errorf("%s: %d MB were taken; %v", name, took>>20, err)
		}
	}
}

// What pages unpack to is bounded, whatever they take in the file.
func TestMaxBytes(t *testing.T) {
	schema := types.NewSchema(types.Column{Name: "s", Type: types.String})
	var text []string
	for i := range 64 {
		text = append(text, strings.Repeat(string(rune('A'+i)), 1<<16))
	}
	var b bytes.Buffer
	w, err := parquet.NewWriter(&b, schema, parquet.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(column.NewBatch(len(text), []column.Column{column.NewVec(types.String, text, nil)})); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int64]error{0: nil, 8 << 20: nil, 1 << 20: parquet.ErrTooLarge} {
		f, err := openBytes(b.String(), parquet.Options{MaxBytes: most})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range readAll(t, f, plan.Scan{Columns: []int{0}}) {
			col, err := b.Column(0)
			if err == nil {
				_, err = column.Concat(schema, []*column.Batch{column.NewBatch(b.Len(), []column.Column{col}), b})
			}
			if !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("of at most %d bytes: %v", most, err)
			}
		}
		f.Close()
	}
}
