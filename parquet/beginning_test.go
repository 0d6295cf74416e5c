package parquet

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// frames returns the ways in which data may be compressed.
func frames(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, checked := range []bool{false, true} {
		w, err := zstd.NewWriter(nil, zstd.WithEncoderCRC(checked))
		if err != nil {
			t.Fatal(err)
		}
		all[fmt.Sprintf("at once, checksum %v", checked)] = w.EncodeAll(data, nil)
		var stream bytes.Buffer
		w.Reset(&stream)
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		all[fmt.Sprintf("as a stream, checksum %v", checked)] = stream.Bytes()
	}
	return all
}

// TestInflateBeginning decompresses beginnings of text, of noise and of zeros,
// which are blocks of all kinds.
func TestInflateBeginning(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var data []byte
	for i := 0; len(data) < 600<<10; i++ {
		data = fmt.Appendf(data, "user%d@contoso.com from 10.%d.%d.7;", r.IntN(5000), i%256, r.IntN(256))
	}
	for range 300 << 10 {
		data = append(data, byte(r.Uint32()))
	}
	data = append(data, make([]byte, 500<<10)...)
	data = append(data, data[:200<<10]...)
	file := &File{}
	beginning := func(frame []byte, want int) []byte {
		p := &rawPage{file: file, b: frame, have: len(frame), header: pageHeader{packed: len(frame)}}
		return p.inflateBeginning(0, want, len(data))
	}
	for name, frame := range frames(t, data) {
		for _, want := range []int{1, 1000, 200 << 10, 700 << 10, 1100 << 10, len(data) - blockBytes, len(data)} {
			got := beginning(slacked(frame), want)
			switch {
			case got == nil && want <= len(data)-2*blockBytes:
				t.Errorf("%s: no beginning of %d bytes", name, want)
			case got != nil && (len(got) < want || len(got) > want+blockBytes || !bytes.HasPrefix(data, got)):
				t.Errorf("%s: wrong beginning of %d bytes for %d", name, len(got), want)
			}
		}
		for cut := range 40 {
			beginning(slacked(frame[:cut]), 1)
		}
		for range 200 {
			damaged := slacked(frame)
			damaged[r.IntN(len(damaged)/(1+r.IntN(1000)))] ^= 1 << r.IntN(8)
			beginning(damaged, r.IntN(len(data)))
		}
	}
}

// TestFewRows reads rows one by one of long pages: where values are as long as
// others, and where those that come early are so short that the part of the page
// that should do has too little.
func TestFewRows(t *testing.T) {
	const n = 60_000
	text := map[string]func(i int) string{
		"even":        func(i int) string { return fmt.Sprintf("%040d", i*2654435761) },
		"long late":   func(i int) string { return fmt.Sprint(i, strings.Repeat("x", i*i/4_000_000)) },
		"long early":  func(i int) string { return fmt.Sprint(i, strings.Repeat("x", (n-i)*(n-i)/4_000_000)) },
		"some repeat": func(i int) string { return fmt.Sprintf("%060d", (i-i%3)*2654435761) },
	}
	numbers := make([]int64, n)
	for i := range numbers {
		numbers[i] = int64(i) * 2654435761
	}
	valid := column.FullBitmap(n)
	for i := range n / 2 {
		valid.Clear(i)
	}
	for name, of := range text {
		texts := make([]string, n)
		for i := range texts {
			texts[i] = of(i)
		}
		b := column.NewBatch(n, []column.Column{column.NewVec(types.String, texts, nil), column.NewVec(types.Long, numbers, valid)})
		file := fileOf(t, b)
		for _, at := range []int{0, 77, 9_000, 15_001, 29_999, 30_000, 30_001, 41_234, n - 1} {
			row := rowOf(t, file, at)
			s, _ := row.Column(0)
			x, _ := row.Column(1)
			if got := column.FlatVec[string](s).Vals[0]; got != texts[at] {
				t.Errorf("%s: text %d is %q, want %q", name, at, got, texts[at])
			}
			if got := column.FlatVec[int64](x); got.Null(0) != (at < n/2) || at >= n/2 && got.Vals[0] != numbers[at] {
				t.Errorf("%s: number %d is %d, want %d or null", name, at, got.Vals[0], numbers[at])
			}
		}
	}
}

// fileOf writes b to a file and opens it.
func fileOf(t *testing.T, b *column.Batch) *File {
	t.Helper()
	s := types.NewSchema(types.Column{Name: "Text", Type: types.String}, types.Column{Name: "Number", Type: types.Long})
	var buf bytes.Buffer
	w, err := NewWriter(&buf, s, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// rowOf reads one row.
func rowOf(t *testing.T, file *File, at int) *column.Batch {
	t.Helper()
	r, err := file.Open(t.Context(), plan.Scan{Columns: []int{0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		b, err := r.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if at < b.Len() {
			b = b.Gather([]uint32{uint32(at)})
			for i := range b.Width() {
				if _, err := b.Column(i); err != nil {
					t.Fatal(err)
				}
			}
			return b
		}
		at -= b.Len()
	}
}
