package rulefiles

// Owners returns the rule that each ID belongs to: of several with one ID the first
// whose file had it before, as had says, or else the first.
func Owners[R any](rules []*R, of func(*R) (id, file string), had func(id, file string) bool) map[string]*R {
	owners := map[string]*R{}
	for _, r := range rules {
		id, file := of(r)
		other := owners[id]
		if other == nil {
			owners[id] = r
		} else if _, before := of(other); !had(id, before) && had(id, file) {
			owners[id] = r
		}
	}
	return owners
}
