package column_test

import (
	"fmt"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
)

func TestNumbering(t *testing.T) {
	var n column.Numbering
	got := []uint32{}
	for _, s := range []string{"b", "b", "a", "", "b", "a"} {
		got = append(got, n.Number(s))
	}
	if fmt.Sprint(got, n.Texts, n.Bytes) != "[0 0 1 2 0 1] [b a ] 2" {
		t.Errorf("numbers %v, texts %q, %d bytes", got, n.Texts, n.Bytes)
	}
	dict := []string{"x", "y", "z"}
	known := n.Known(&dict[0], 2)
	if known[0] != column.Unnumbered || len(known) != 2 {
		t.Errorf("a new dictionary has the numbers %v", known)
	}
	known[1] = 7
	if known = n.Known(&dict[0], 3); known[1] != 7 || known[2] != column.Unnumbered {
		t.Errorf("a grown dictionary has the numbers %v", known)
	}
	for i := range 40 { // dictionaries that are not seen again are forgotten
		other := []int{i}
		n.Known(&other[0], 1)
	}
	if known = n.Known(&dict[0], 3); known[1] != column.Unnumbered {
		t.Errorf("what was forgotten is %v", known)
	}
}
