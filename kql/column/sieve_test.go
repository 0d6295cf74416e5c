package column_test

import (
	"fmt"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
)

func TestSieve(t *testing.T) {
	for _, n := range []int{1, 7, 1000, 20_000} {
		f := column.NewSieve(n)
		text := func(i int) string {
			return fmt.Sprintf("%.*s%d", i%40, "user-0123456789@contoso.example/longer-than-that", i)
		}
		for i := range n {
			f.Add(text(i))
		}
		var texts []string
		for i := range 2 * n {
			texts = append(texts, text(i))
		}
		if rows := f.Sift(texts, nil); len(rows) < n || int(rows[n-1]) != n-1 {
			t.Fatalf("sieve of %d sifts %d of %d", n, len(rows), len(texts))
		}
		passed := 0
		for i := range n {
			if !f.May(text(i)) {
				t.Fatalf("sieve of %d loses %q", n, text(i))
			}
			if f.May(text(n + i)) {
				passed++
			}
		}
		if passed > n/4+1 {
			t.Errorf("sieve of %d lets %d others through", n, passed)
		}
	}
	for _, n := range []int{0, 1 << 30} {
		if f := column.NewSieve(n); !f.May("anything") || len(f.Sift([]string{"a", "b"}, nil)) != 2 {
			t.Errorf("sieve for %d texts keeps something back", n)
		}
	}
	empty := column.NewSieve(3)
	empty.Add("")
	if !empty.May("") {
		t.Error("the empty text is lost")
	}
}
