package tenant

import (
	"fmt"
	"strings"
)

// A policySet is what Conditional Access made of a sign-in: which policies
// were looked at, with what result. There are some hundred different ones.
type policySet struct {
	status string // conditionalAccessStatus
	json   string // appliedConditionalAccessPolicies
}

// Every set belongs to an outcome; sets of one outcome lie together.
const (
	setsPerOutcome = 64
	outcomePass    = 0
	outcomeNone    = 1
	outcomeBlock   = 2
)

type policy struct {
	name, grant string
	applies     int // of 100 sign-ins
}

func newPolicies(seed uint64) []policySet {
	all := []policy{
		{"CA001 - Require MFA for all users", `"Mfa"`, 80},
		{"CA002 - Block legacy authentication", `"Block"`, 3},
		{"CA003 - Require compliant or hybrid joined device", `"RequireCompliantDevice","RequireDomainJoinedDevice"`, 55},
		{"CA004 - Terms of use for guests", `"RequireTermsOfUse"`, 5},
		{"CA005 - MFA für Verwaltungszugriffe", `"Mfa"`, 12},
		{"CA006 - Block sign-ins from outside allowed countries", `"Block"`, 4},
	}
	ids := make([]string, len(all))
	r := newRNG(seed, streamPolicy, 0)
	for i := range ids {
		ids[i] = r.guid()
	}
	out := make([]policySet, 0, 3*setsPerOutcome)
	for outcome := range 3 {
		for range setsPerOutcome {
			out = append(out, newPolicySet(&r, all, ids, outcome))
		}
	}
	return out
}

func newPolicySet(r *rng, all []policy, ids []string, outcome int) policySet {
	n := 3 + r.below(len(all)-2)
	status := [...]string{"success", "notApplied", "failure"}[outcome]
	var b strings.Builder
	applied := false
	for i := range n {
		p, result := all[i], "notApplied"
		if outcome != outcomeNone && (r.below(100) < p.applies || i == n-1 && !applied) {
			result, applied = status, true
		}
		met, unmet := 3+r.below(5), 0
		if result == "notApplied" {
			met, unmet = r.below(4), 1<<r.below(5)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%s","displayName":"%s","enforcedGrantControls":[%s],"enforcedSessionControls":[],"result":"%s","conditionsSatisfied":%d,"conditionsNotSatisfied":%d}`,
			ids[i], p.name, p.grant, result, met, unmet)
	}
	return policySet{status, "[" + b.String() + "]"}
}
