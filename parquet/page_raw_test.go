package parquet

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A grained is a source that checks what it reads: of the blocks in damaged it
// returns an error.
type grained struct {
	*os.File
	damaged map[int64]bool
	read    int64 // bytes
}

const grain = 4 << 10

var errGrained = errors.New("a block is damaged")

func (g *grained) Grain() int { return grain }

func (g *grained) ReadAt(b []byte, off int64) (int, error) {
	g.read += int64(len(b))
	for i := off / grain; i*grain < off+int64(len(b)); i++ {
		if g.damaged[i] {
			return 0, errGrained
		}
	}
	return g.File.ReadAt(b, off)
}

// TestBeginningOfCheckedPage reads rows one by one of long pages from a source that
// checks what it reads: no more of a page than stands before the row, damage there is
// an error, and damage behind it does not matter.
func TestBeginningOfCheckedPage(t *testing.T) {
	const n = 15_000
	r := rand.New(rand.NewPCG(1, 2))
	texts, numbers := make([]string, n), make([]int64, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("%016x%016x%016x", r.Uint64(), r.Uint64(), r.Uint64())
		numbers[i] = int64(r.Uint64())
	}
	path := fileOf(t, column.NewBatch(n, []column.Column{column.NewVec(types.String, texts, nil), column.NewVec(types.Long, numbers, nil)})).path
	open := func() (*File, *grained) { return openGrained(t, path) }
	file, g := open()
	l, err := file.groups[0].layoutOf(file.fields[0].leaf)
	if err != nil || len(l.data) != 1 || l.data[0].size < 64*grain {
		t.Fatalf("pages %v, %v: not what is to be tested", l, err)
	}
	page := l.data[0]
	for _, at := range []int{0, 100, 4_000, 9_000, 14_000, n - 1} {
		g.read = 0
		if got, err := textOf(file, at); err != nil || got != texts[at] {
			t.Fatalf("text %d is %q, %v, want %q", at, got, err, texts[at])
		}
		if most := int64(page.size)*int64(at)/n + int64(page.size)/8 + 2*grain; g.read > most && at < 12_000 {
			t.Errorf("row %d: %d bytes of %d were read, want %d at most", at, g.read, page.size, most)
		}
	}
	early, late := page.offset/grain+1, (page.offset+int64(page.size))/grain-1
	file, g = open()
	g.damaged[late] = true
	if got, err := textOf(file, 100); err != nil || got != texts[100] {
		t.Errorf("text 100 of a page that is damaged at its end is %q, %v, want %q", got, err, texts[100])
	}
	if _, err := textOf(file, n-1); !errors.Is(err, errGrained) {
		t.Errorf("the last text of it: %v, want %v", err, errGrained)
	}
	file, g = open()
	g.damaged[early] = true
	for _, at := range []int{100, 9_000, n - 1} {
		if _, err := textOf(file, at); !errors.Is(err, errGrained) {
			t.Errorf("text %d of a page that is damaged at its start: %v, want %v", at, err, errGrained)
		}
	}
}

// textOf reads one text of the file's first column.
func textOf(file *File, at int) (string, error) {
	texts, err := textsAt(file, []uint32{uint32(at)})
	if err != nil {
		return "", err
	}
	return texts[0], nil
}

// textsAt reads texts of the file's first column, all if rows is nil.
func textsAt(file *File, rows []uint32) ([]string, error) {
	c := &chunk{scan: newScannedGroup(file.groups[0]), field: file.fields[0], to: file.groups[0].n}
	col, err := c.Load(rows)
	if err != nil {
		return nil, err
	}
	return column.FlatVec[string](column.Flat(col)).Vals, nil
}
