package tenant

import (
	"cmp"
	"slices"
)

// A RiskEvent is one row of the risk detections log. Identity Protection
// writes a detection again, under the same Id, whenever its state changes.
// Times are Unix nanoseconds, whole ticks.
type RiskEvent struct {
	Time     int64 // of this row: TimeGenerated
	Received int64 // _TimeReceived
	Stamped  bool  // the envelope carries _TimeReceived too
	Activity int64 // when the risky thing happened
	Detected int64
	Updated  int64

	ID, RequestID, CorrelationID string
	Kind, Source                 string // riskEventType, source
	State, Level, Detail         string
	Timing                       string // realtime or offline

	tenant   *Tenant
	user     *user
	place    *place
	ip       string
	agent    string
	spelling spelling
}

// spelling is how an envelope writes its time.
type spelling uint8

const (
	spellUS     spelling = iota // 8/22/2022 6:07:16 PM
	spellISO                    // 2022-08-22T18:07:16.1234567Z
	spellOffset                 // 2022-08-22T18:07:16.1234567+00:00
)

const (
	apiTraffic         = "suspiciousAPITraffic"
	identityProtection = "IdentityProtection"
)

// otherRisks are detections that are not suspicious API traffic, commonest
// first, with when each is found.
func otherRisks() [][2]string {
	return [][2]string{
		{"unfamiliarFeatures", "realtime"}, {"anonymizedIPAddress", "realtime"}, {"anomalousToken", "realtime"},
		{"unlikelyTravel", "offline"}, {"passwordSpray", "offline"}, {"newCountry", "offline"},
		{"mcasSuspiciousInboxManipulationRules", "offline"}, {"leakedCredentials", "offline"},
		{"maliciousIPAddress", "offline"}, {"suspiciousBrowser", "offline"}, {"attackerinTheMiddle", "offline"},
	}
}

// inventRisk fills up the risk rows around the planted ones.
func (t *Tenant) inventRisk() {
	kinds := otherRisks()
	for k := int64(0); len(t.risk) < t.opt.RiskEvents; k++ {
		r := newRNG(t.opt.Seed, streamRisk, k)
		e := t.newRisk(&r, kinds)
		states := restatements(&r)
		for n, st := range states {
			if n > 0 {
				e.Time += 60e9 + ticks(int64(r.exp(3*3600e9)))
			}
			if e.Time >= t.to || len(t.risk) == t.opt.RiskEvents {
				break
			}
			e.State, e.Detail = st[0], st[1]
			e.stamp(&r)
			t.risk = append(t.risk, e)
		}
	}
	slices.SortStableFunc(t.risk, func(a, b RiskEvent) int { return cmp.Compare(a.Time, b.Time) })
}

// restatements draws the states a detection goes through, with their details.
func restatements(r *rng) [][2]string {
	switch r.below(10) {
	case 0, 1:
		return [][2]string{{"atRisk", "none"}, {"remediated", "userPerformedSecuredPasswordReset"}}
	case 2:
		return [][2]string{{"atRisk", "none"}, {"dismissed", "adminDismissedAllRiskForUser"}}
	case 3, 4:
		return [][2]string{{"atRisk", "none"}, {"atRisk", "none"}, {"dismissed", "aiConfirmedSigninSafe"}}
	case 5:
		return [][2]string{{"atRisk", "none"}, {"confirmedCompromised", "adminConfirmedSigninCompromised"}, {"remediated", "userChangedPasswordOnPremises"}}
	default:
		return [][2]string{{"atRisk", "none"}}
	}
}

// newRisk draws a detection about one of the invented sign-ins, in its first
// state but without a state.
func (t *Tenant) newRisk(r *rng, kinds [][2]string) RiskEvent {
	kind := kinds[r.skewed(len(kinds))]
	if r.chance(t.opt.APITraffic) {
		kind = [2]string{apiTraffic, "offline"}
	}
	e := RiskEvent{ID: r.hex64(), Kind: kind[0], Timing: kind[1], Source: identityProtection,
		Level: [...]string{"low", "medium", "high"}[r.below(3)], tenant: t}
	if r.chance(0.06) && kind[0] != apiTraffic {
		e.Source = "MicrosoftCloudAppSecurity"
	}
	var s SignIn
	if n := t.inventedSignIns(); n > 0 {
		t.invented(int64(r.float()*float64(n)), &s)
	} else {
		t.fill(&s, r, r, t.day.time(r.float()))
		s.OriginalRequestID = r.requestID()
	}
	e.about(&s)
	delay := r.exp(90e9)
	if kind[1] == "offline" {
		delay = 1800e9 + r.exp(4*3600e9)
	}
	if left := float64(t.to - e.Activity); delay >= left {
		delay = left * r.float()
	}
	e.Time = ticks(e.Activity + int64(delay))
	e.Detected = ticks(e.Time - int64(delay/10))
	return e
}

// about copies from a sign-in what a detection says of it.
func (e *RiskEvent) about(s *SignIn) {
	e.Activity = s.Created - s.Created%1e6
	e.RequestID, e.CorrelationID = s.OriginalRequestID, s.CorrelationID
	e.user, e.place, e.ip, e.agent = s.user, s.place, s.ip, s.userAgent()
}

// stamp draws what belongs to a single row. Times in the American spelling
// have no fraction of a second.
func (e *RiskEvent) stamp(r *rng) {
	e.spelling = spelling(r.skewed(3))
	if e.spelling == spellUS {
		e.Time -= e.Time % 1e9
	}
	e.Updated = e.Time - e.Time%1e6
	e.Received = ticks(e.Time + 60e9 + int64(r.exp(90e9)))
}
