package parquet

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// framedTexts returns texts that are compressed in frames: another one in each row, of
// which one is longer than a frame, and some thousands that come again and again.
func framedTexts(r *rand.Rand, n int) (unique, again []string) {
	values := make([]string, n/4)
	for i := range values {
		values[i] = fmt.Sprintf("%016x %016x of %d", r.Uint64(), r.Uint64(), i)
	}
	for i := range n {
		unique = append(unique, fmt.Sprintf("%016x-%016x-%d", r.Uint64(), r.Uint64(), i))
		again = append(again, values[r.IntN(len(values))])
	}
	long := make([]byte, 3*frameText)
	for i := range long {
		long[i] = byte('a' + r.IntN(26))
	}
	unique[n*3/4] = string(long)
	return unique, again
}

// openGrained opens a file as one that checks what it reads.
func openGrained(t *testing.T, path string) (*File, *grained) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	g := &grained{File: f, damaged: map[int64]bool{}}
	file, err := OpenReader(g, st.Size(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file, g
}

// TestFrames reads rows one by one, together, and all, where a page or a dictionary is
// compressed in frames. A few frames are read for a few rows: damage there is an error,
// and damage elsewhere does not matter.
func TestFrames(t *testing.T) {
	const n = 60_000
	r := rand.New(rand.NewPCG(3, 4))
	unique, again := framedTexts(r, n)
	for name, texts := range map[string][]string{"unique": unique, "again": again} {
		path := fileOf(t, column.NewBatch(n, []column.Column{column.NewVec(types.String, texts, nil), column.NewVec(types.Long, make([]int64, n), nil)})).path
		file, g := openGrained(t, path)
		l, err := file.groups[0].layoutOf(file.fields[0].leaf)
		if err != nil {
			t.Fatal(err)
		}
		// A row whose text is in the first frame of the dictionary, or of its page.
		spot, early := l.data[l.page(20_000)], l.data[l.page(20_000)].first
		if name == "again" {
			spot, early = l.dict, 20_000+slices.Index(texts[20_000:], texts[7])
		}
		for range 40 {
			at := 20_000 + r.IntN(n/4)
			g.read = 0
			if got, err := textOf(file, at); err != nil || got != texts[at] {
				t.Fatalf("%s: text %d is %q, %v, want %q", name, at, got, err, texts[at])
			}
			if most := int64(2 * frameText); g.read > most {
				t.Errorf("%s, row %d: %d bytes were read, want %d at most", name, at, g.read, most)
			}
		}
		for _, rows := range [][]uint32{{n - 1, 3, 20_000, 20_001, 33_333, n * 3 / 4}, nil} {
			got, err := textsAt(file, rows)
			want := texts
			if rows != nil {
				want = nil
				for _, row := range rows {
					want = append(want, texts[row])
				}
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: rows %v differ, %v", name, rows, err)
			}
		}
		file, g = openGrained(t, path)
		last := (spot.offset + int64(spot.size) - 1) / grain
		g.damaged[last] = true
		if got, err := textOf(file, early); err != nil || got != texts[early] {
			t.Errorf("%s: with damage elsewhere text %d is %q, %v", name, early, got, err)
		}
		g.damaged[spot.offset/grain+2] = true
		if got, err := textOf(file, early); !errors.Is(err, errGrained) {
			t.Errorf("%s: of a damaged frame text %d is %q, %v", name, early, got, err)
		}
	}
}

// TestListOfFrames changes lists of frames: what is nonsense is not believed.
func TestListOfFrames(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	unique, _ := framedTexts(r, 4_000)
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := newColumnWriter("c", storageOf(types.Column{Name: "c", Type: types.String}, false), z, false)
	var values []byte
	for _, s := range unique {
		w.putText(s)
	}
	values = w.open.data
	body, ok := w.appendFrames(nil, values)
	if !ok {
		t.Fatal("no frames")
	}
	page := func(b []byte) *rawPage {
		return &rawPage{file: &File{}, b: b, have: len(b), header: pageHeader{packed: len(b), unpacked: len(values), values: len(unique)}}
	}
	wanted := []uint32{uint32(len(unique) - 1), 0, 2_000}
	if p := page(slacked(body)); len(p.framesOf(0, len(unique))) < 3 || p.framesOf(0, len(unique)+1) != nil {
		t.Fatal("the frames are not those that were written")
	}
	for range 20_000 {
		b := slacked(body)
		b[r.IntN(skippedHeader+200)] ^= 1 << r.IntN(8)
		p := page(b)
		frames := p.framesOf(0, len(unique))
		if frames == nil {
			continue
		}
		texts, ok, err := p.textsIn(frames, 0, wanted)
		if err != nil || ok && len(texts) != len(wanted) {
			t.Fatalf("%d texts, %v, %v", len(texts), ok, err)
		}
	}
}
