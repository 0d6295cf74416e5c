package catalog

import (
	"strings"

	"github.com/calypso-kql/calypso/internal/spelling"
)

// Suggest returns the table whose name is nearest to name, for "did you mean":
// one that differs in case only, or else by the fewest letters changed, added,
// dropped or swapped, at most one in four. It returns "" if nothing is near. A
// tie goes to the first in byte order.
func (c *Catalog) Suggest(name string) string {
	want := strings.ToLower(name)
	best, limit := "", min(len(want)/4, 4)
	for _, table := range c.Tables() {
		got := strings.ToLower(table)
		if got == want {
			return table
		}
		if d := spelling.Distance(want, got, limit); d <= limit {
			best, limit = table, d-1
		}
	}
	return best
}
