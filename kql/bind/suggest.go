package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/internal/spelling"
)

// didYouMean returns ": did you mean 'x'?" for the known name nearest to name: one
// that differs in case only, or else by at most one letter in three, and rather has a
// letter more than one less. It returns nothing if none is near.
func didYouMean(name string, known []string) string {
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
