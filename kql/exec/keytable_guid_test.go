package exec

import (
	"testing"

	"github.com/calypso-kql/calypso/kql/types"
)

// TestParseGUIDWords puts every byte at every place of a GUID.
func TestParseGUIDWords(t *testing.T) {
	const good = "01234567-89ab-cdef-fedc-ba9876543210"
	for i := range len(good) {
		for c := range 256 {
			b := []byte(good)
			b[i] = byte(c)
			w, ok := parseGUIDWords(string(b))
			hyphen := good[i] == '-'
			isHex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f'
			if want := hyphen && c == '-' || !hyphen && isHex; ok != want {
				t.Fatalf("%q: ok is %v", b, ok)
			}
			if g := w.guid(); ok && string(types.AppendGUID(nil, g)) != string(b) {
				t.Fatalf("%q reads as %s", b, g)
			}
		}
	}
	if _, ok := parseGUIDWords(good[1:]); ok {
		t.Error("35 characters are a GUID")
	}
}
