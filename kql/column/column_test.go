package column_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// longs makes a flat column; negative numbers stand for nulls.
func longs(vals ...int64) *column.Vec[int64] {
	b := column.NewTypedBuilder[int64](types.Long, len(vals))
	for _, v := range vals {
		if v < 0 {
			b.AppendNull()
		} else {
			b.Append(v)
		}
	}
	return b.Finish().(*column.Vec[int64])
}

func strs(vals ...string) *column.Vec[string] {
	return column.NewVec(types.String, vals, nil)
}

// show prints a column's rows, "-" for null.
func show(c column.Column) string {
	out := []string{}
	for i := range c.Len() {
		switch {
		case c.Null(i):
			out = append(out, "-")
		case c.Type() == types.String:
			v := column.ViewOf[string](c)
			out = append(out, v.At(i))
		case c.Type() == types.Dynamic:
			v := column.ViewOf[dynamic.Value](c)
			out = append(out, v.At(i).JSON())
		default:
			v := column.ViewOf[int64](c)
			out = append(out, fmt.Sprint(v.At(i)))
		}
	}
	return fmt.Sprint(out)
}

func TestForms(t *testing.T) {
	dict := &column.Dict{Codes: []uint32{1, 0, 2, 1}, Values: longs(7, 8, -1)}
	for _, c := range []struct {
		col  column.Column
		want string
	}{
		{longs(1, -1, 3), "[1 - 3]"},
		{dict, "[8 7 - 8]"},
		{column.NewConst(types.Long, int64(5), 3), "[5 5 5]"},
		{column.NullConst(types.Long, 2), "[- -]"},
		{column.NullConst(types.String, 2), "[ ]"},
		{column.NullConst(types.Dynamic, 1), "[-]"},
		{column.Flat(dict), "[8 7 - 8]"},
		{column.Gather(dict, []uint32{3, 2, 2}), "[8 - -]"},
		{column.Gather(longs(1, -1, 3), []uint32{2, 1, 0, 2}), "[3 - 1 3]"},
		{column.Gather(column.NewConst(types.Long, int64(5), 3), []uint32{0}), "[5]"},
		{column.Slice(dict, 1, 3), "[7 -]"},
		{column.Slice(longs(1, -1, 3, 4), 1, 3), "[- 3]"},
		{column.Slice(strs("a", "b", "c"), 1, 3), "[b c]"},
	} {
		if got := show(c.col); got != c.want {
			t.Errorf("%T is %s, want %s", c.col, got, c.want)
		}
	}
}

// TestSliceValidity cuts validity words at every offset.
func TestSliceValidity(t *testing.T) {
	vals := make([]int64, 200)
	for i := range vals {
		vals[i] = int64(i)
		if i%3 == 0 {
			vals[i] = -1
		}
	}
	c := longs(vals...)
	for from := 0; from < 130; from++ {
		s := column.Slice(c, from, from+70)
		for i := range s.Len() {
			if s.Null(i) != ((from+i)%3 == 0) {
				t.Fatalf("slice from %d: row %d is null: %v", from, i, s.Null(i))
			}
		}
	}
}

func TestBitmap(t *testing.T) {
	b := column.NewBitmap(130)
	for _, i := range []int{0, 63, 64, 129} {
		b.Set(i)
	}
	b.Clear(63)
	if got := b.Count(130); got != 3 || b.Count(64) != 1 || b.Has(63) || !b.Has(129) {
		t.Errorf("count %d, first 64 %d", got, b.Count(64))
	}
	if n := column.Bitmap(nil).Count(5); n != 5 {
		t.Errorf("a nil bitmap counts %d of 5", n)
	}
	if got := column.FullBitmap(70).And(b); got.Count(70) != 2 {
		t.Errorf("and: %d", got.Count(70))
	}
}

func TestConcat(t *testing.T) {
	s := types.NewSchema(types.Column{Name: "a", Type: types.Long}, types.Column{Name: "b", Type: types.String})
	shared := strs("x", "y")
	batch := func(a column.Column, b column.Column) *column.Batch {
		return column.NewBatch(a.Len(), []column.Column{a, b})
	}
	got, err := column.Concat(s, []*column.Batch{
		batch(longs(1, -1), &column.Dict{Codes: []uint32{1, 1}, Values: shared}),
		batch(column.NewConst(types.Long, int64(4), 1), &column.Dict{Codes: []uint32{0}, Values: shared}),
	})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := got.Column(0)
	b, _ := got.Column(1)
	if show(a) != "[1 - 4]" || show(b) != "[y y x]" {
		t.Errorf("got %s %s", show(a), show(b))
	}
	if _, ok := b.(*column.Dict); !ok {
		t.Errorf("parts over one dictionary became %T", b)
	}
	none, err := column.Concat(s, nil)
	if err != nil || none.Len() != 0 || none.Width() != 2 {
		t.Errorf("no batches: %v, %v", none, err)
	}
}

// loader counts what it is asked for.
type loader struct {
	mu    sync.Mutex
	asked [][]uint32
	col   column.Column
	err   error
}

func (l *loader) Load(rows []uint32) (column.Column, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, slices.Clone(rows))
	if l.err != nil {
		return nil, l.err
	}
	if rows == nil {
		return l.col, nil
	}
	return column.Gather(l.col, rows), nil
}

func TestLazyReadsOnlyWhatIsLeft(t *testing.T) {
	l := &loader{col: longs(10, 11, 12, 13, 14)}
	c := column.Gather(column.Slice(column.NewLazy(types.Long, 5, l), 1, 5), []uint32{0, 2})
	if len(l.asked) != 0 {
		t.Fatalf("gathering read %v", l.asked)
	}
	got, err := column.Force(c)
	if err != nil || show(got) != "[11 13]" {
		t.Errorf("got %v, %v", got, err)
	}
	if fmt.Sprint(l.asked) != "[[1 3]]" {
		t.Errorf("read rows %v, want 1 and 3", l.asked)
	}
}

func TestLazyIsReadOnce(t *testing.T) {
	l := &loader{col: longs(1, 2, 3)}
	c := column.NewLazy(types.Long, 3, l)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := column.Force(c); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if g := column.Gather(c, []uint32{2}); show(g) != "[3]" {
		t.Errorf("gathering what was read gives %s", show(g))
	}
	if len(l.asked) != 1 {
		t.Errorf("read %d times", len(l.asked))
	}
}

func TestLazyError(t *testing.T) {
	want := errors.New("torn page")
	b := column.NewBatch(1, []column.Column{column.NewLazy(types.Long, 1, &loader{err: want})})
	if _, err := b.Column(0); !errors.Is(err, want) {
		t.Errorf("error is %v", err)
	}
	if _, err := b.Gather([]uint32{0}).Column(0); !errors.Is(err, want) {
		t.Errorf("error after gathering is %v", err)
	}
}

func TestBuilder(t *testing.T) {
	src := &column.Dict{Codes: []uint32{0, 1}, Values: longs(4, -1)}
	b := column.NewBuilder(types.Long, 0)
	for i := range 70 {
		b.AppendFrom(src, i%2)
	}
	b.AppendColumn(longs(9))
	c := b.Finish()
	if c.Len() != 71 || c.Null(68) || !c.Null(69) || c.Null(70) {
		t.Errorf("%d rows, %s", c.Len(), show(column.Slice(c, 66, 71)))
	}
	s := column.NewBuilder(types.String, 0)
	s.AppendNull()
	if c := s.Finish(); c.Null(0) {
		t.Error("a string is null")
	}
}

// loaded is a Loader over a column in memory.
type loaded struct{ column.Column }

func (l loaded) Load(rows []uint32) (column.Column, error) {
	if rows == nil {
		return l.Column, nil
	}
	return column.Gather(l.Column, rows), nil
}

func TestGatherNoRowsOfLazy(t *testing.T) {
	lazy := column.NewLazy(types.Long, 3, loaded{column.NewVec(types.Long, []int64{1, 2, 3}, nil)})
	c, err := column.Force(column.Gather(lazy, nil))
	if err != nil || c.Len() != 0 {
		t.Errorf("no rows of a lazy column are %d, error %v", c.Len(), err)
	}
}

// TestConcatSharedTexts joins dictionaries that have texts in common: each is one
// value of the result.
func TestConcatSharedTexts(t *testing.T) {
	s := types.NewSchema(types.Column{Name: "a", Type: types.String})
	part := func(texts ...string) *column.Batch {
		codes := make([]uint32, 8*len(texts))
		for i := range codes {
			codes[i] = uint32(i % len(texts))
		}
		d := &column.Dict{Codes: codes, Values: column.NewVec(types.String, texts, nil)}
		return column.NewBatch(len(codes), []column.Column{d})
	}
	first, second := part("x", "", "y"), part("y", "z", "x")
	b, err := column.Concat(s, []*column.Batch{first, second, first})
	if err != nil {
		t.Fatal(err)
	}
	d, ok := b.Raw(0).(*column.Dict)
	if !ok {
		t.Fatalf("the column is %T", b.Raw(0))
	}
	if got, want := fmt.Sprintf("%q", column.FlatVec[string](d.Values).Vals), `["x" "" "y" "z"]`; got != want {
		t.Errorf("values %s, want %s", got, want)
	}
	v := column.ViewOf[string](d)
	for i := range d.Len() {
		if want := [][]string{{"x", "", "y"}, {"y", "z", "x"}, {"x", "", "y"}}[i/24][i%24%3]; v.At(i) != want {
			t.Fatalf("row %d is %q, want %q", i, v.At(i), want)
		}
	}
}
