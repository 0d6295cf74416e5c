package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/detect"
)

// groupKey returns a text that is equal for alerts of a rule that may share an
// incident; it is empty if they do not share any.
//
// All entities match where both alerts have the same ones, also where both have
// none: the values are identical. Values are compared as they are.
//
// Source: Microsoft's documentation, "Create a scheduled analytics rule", alert
// grouping.
func groupKey(a *Alert, g detect.IncidentGrouping) string {
	if !g.Enabled {
		return ""
	}
	key := map[string]any{"method": g.Matching}
	switch g.Matching {
	case detect.AllEntities:
		key["entities"] = entityKeys(a, nil)
	case detect.Selected:
		for _, t := range g.Entities {
			key["entities "+strings.ToLower(t)] = entityKeys(a, func(e Entity) bool { return e.Is(t) })
		}
		for _, d := range g.Details {
			if strings.EqualFold(d, "Severity") {
				key["severity"] = a.Severity
			} else {
				key["name"] = a.Name
			}
		}
		for _, d := range g.CustomDetails {
			values := slices.Clone(a.Details[d])
			slices.Sort(values)
			key["detail "+d] = values
		}
	}
	text, _ := json.Marshal(key) // texts and lists of them always can be
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// entityKeys returns the entities that are wanted, all if which is nil, in an order
// that does not depend on theirs.
func entityKeys(a *Alert, which func(Entity) bool) []string {
	keys := []string{}
	for _, e := range a.Entities {
		if which == nil || which(e) {
			keys = append(keys, e.key())
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
