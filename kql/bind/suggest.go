package bind

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/internal/spelling"
	"github.com/calypso-kql/calypso/kql/types"
)

// didYouMean returns ": did you mean 'x'?" for the known name nearest to name: one
// that differs in case only, or else by at most one letter in three, and rather has a
// letter more than one less. It returns nothing if none is near. Of a column that union
// has made several of, one a type, it names them all.
func didYouMean(name string, known []string) string {
	if typed := namesWithType(name, known); len(typed) > 1 {
		return ": the tables of the union give it different types, so it is '" + strings.Join(typed, "' and '") + "'"
	}
	best, least := "", min(len(name)/3, 3)
	for _, k := range known {
		if k == name {
			continue
		}
		if strings.EqualFold(k, name) {
			return ": did you mean '" + k + "'?"
		}
		if d := spelling.Distance(strings.ToLower(k), strings.ToLower(name), least); d < least || d == least && len(k) > len(best) {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return ": did you mean '" + best + "'?"
}

// namesWithType returns the known names that are name with a type behind it, as union has
// them.
func namesWithType(name string, known []string) (out []string) {
	for _, k := range known {
		if t, ok := types.Lookup(strings.TrimPrefix(k, name+"_")); ok && k == name+"_"+t.String() && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}
