package tenant

import "time"

// A scenario is a story to plant: what rows there are around a detection that
// is first seen at a given time.
type scenario struct {
	name, about string
	quiet       bool          // must never fire
	age         time.Duration // first seen so long before the end; 0: within the case span
	tell        func(*plot)
}

// A plot is a scenario being laid out. request, event and alert are a sign-in,
// the detection about it and the alert that goes with it, in the plainest
// form; a scenario changes and adds them.
type plot struct {
	t       *Tenant
	r       rng
	seen    int64
	request SignIn
	event   RiskEvent
	alert   Alert

	signIns []SignIn
	risk    []RiskEvent
	alerts  []Alert
}

func newPlot(t *Tenant, i int, seen int64) *plot {
	p := &plot{t: t, r: newRNG(t.opt.Seed, streamCase, int64(i)), seen: seen}
	at := seen - int64(2*time.Hour) - int64(p.r.below(4*3600))*1e9
	t.fill(&p.request, &p.r, &p.r, ticks(at+int64(p.r.below(1e9))))
	s := &p.request
	s.app = t.findApp("Microsoft Graph Command Line Tools")
	s.resource, s.outcome, s.risk = &s.app.resources[0], &t.outcomes[0], &risks[0]
	s.device = &s.user.devices[0]
	s.ip, s.trusted = strangeAddress(&p.r), false
	s.ID = p.r.requestID()
	s.OriginalRequestID = s.ID

	p.event = RiskEvent{ID: p.r.hex64(), Kind: apiTraffic, Source: identityProtection, Timing: "offline", Level: "medium",
		State: "atRisk", Detail: "none", Time: seen, Detected: seen - 360e9, tenant: t}
	p.event.about(s)
	p.event.stamp(&p.r)
	p.alert = alertOf(&p.event, apiAlert(), &p.r)
	return p
}

// later is a time after the first sighting by d, or earlier where the end is
// nearer: the n-th of 8 steps towards it.
func (p *plot) later(d time.Duration, n int64) int64 {
	return ticks(p.seen + min(int64(d), (p.t.to-p.seen)*n/8))
}

// restate adds a row of the detection with another state.
func (p *plot) restate(e RiskEvent, at int64, state, detail string) {
	e.State, e.Detail = state, detail
	e.Time, e.Updated, e.Received = at, at-at%1e6, at+90e9
	e.spelling = spellISO
	p.risk = append(p.risk, e)
}

// update adds a row of the alert with another status.
func (p *plot) update(at int64, status, state string) {
	a := p.alert
	a.Time, a.Status, a.State = at, status, state
	a.stamp(&p.r)
	p.alerts = append(p.alerts, a)
}

func (p *plot) signIn(s SignIn) { p.signIns = append(p.signIns, s) }

// usual adds the plain sign-in, detection and alert.
func (p *plot) usual() {
	p.signIn(p.request)
	p.risk = append(p.risk, p.event)
	p.alerts = append(p.alerts, p.alert)
}

// lookAlike adds a detection that one condition of the rule must reject.
func (p *plot) lookAlike(change func(*RiskEvent)) {
	change(&p.event)
	p.usual()
}

func scenarios() []scenario {
	return append(firing(), quiet()...)
}

// firing are the scenarios that the rule must report, once each.
func firing() []scenario {
	return []scenario{
		{name: "plain", about: "one detection with its alert and its sign-in", tell: (*plot).usual},
		{name: "restated", about: "the detection is written again with changed state; it fires at its first window only", tell: func(p *plot) {
			p.usual()
			p.restate(p.event, p.later(7*time.Minute, 3), "confirmedCompromised", "adminConfirmedSigninCompromised")
			p.restate(p.event, p.later(22*time.Minute, 6), "remediated", "userPerformedSecuredPasswordReset")
		}},
		{name: "alert-updated", about: "the alert was worked on before the run; its latest row wins", tell: func(p *plot) {
			p.usual()
			p.update(p.later(time.Second, 2), "InProgress", "Open")
			p.update(p.later(2*time.Second, 4), "Resolved", "Closed")
		}},
		{name: "dismissed", about: "the machine dismissed the risk within the window; the rule still reports it", tell: func(p *plot) {
			p.usual()
			p.restate(p.event, p.later(time.Second, 4), "dismissed", "aiConfirmedSigninSafe")
		}},
		{name: "late-sign-in", about: "the sign-in reached the workspace hours after it happened", tell: func(p *plot) {
			p.request.Received, p.request.Stamped = p.seen-90e9, true
			p.usual()
		}},
		{name: "late-detection", about: "the detection itself was received four minutes late", tell: func(p *plot) {
			p.event.Received, p.event.Stamped = p.seen+240e9, true
			p.usual()
		}},
		{name: "no-alert", about: "there is no alert; the link leads to the user's detections", tell: func(p *plot) {
			p.signIn(p.request)
			p.risk = append(p.risk, p.event)
		}},
		{name: "alert-without-link", about: "the alert's link is empty; the other link takes its place", tell: func(p *plot) {
			p.alert.Link = ""
			p.usual()
		}},
		{name: "other-alerts", about: "alerts of another type and another product carry the same id; neither is the one", tell: func(p *plot) {
			p.signIn(p.request)
			p.risk = append(p.risk, p.event)
			typ, product := *apiAlert(), *apiAlert()
			typ.alertType, product.product = "AnomalousToken", "Microsoft 365 Defender"
			p.alert.kind = &typ
			p.update(p.seen-20e9, "New", "Open")
			p.alert.kind = &product
			p.update(p.seen-10e9, "New", "Open")
		}},
		{name: "no-sign-in", about: "no sign-in has the request as its original one, though one has it as its id", tell: func(p *plot) {
			p.request.OriginalRequestID = p.r.requestID()
			p.usual()
		}},
		{name: "two-sign-ins", about: "two rows share the original request; the one received last wins, though it happened first", tell: func(p *plot) {
			older, newer := p.request, p.request
			older.Stamped, newer.Stamped = true, true
			newer.Time += 600e9
			newer.Created += 600e9
			newer.ID, newer.TokenID, newer.ItemID = p.r.requestID(), tokenID(&p.r), p.r.guid()
			newer.Received, older.Received = newer.Time+120e9, newer.Time+1500e9
			p.request = older
			p.usual()
			p.signIn(newer)
		}},
		{name: "same-request", about: "two detections name one request; each fires, with the same sign-in", tell: func(p *plot) {
			p.usual()
			second := p.event
			second.ID, second.Level = p.r.hex64(), "high"
			p.restate(second, p.seen+2e9, "atRisk", "none")
		}},
		{name: "seen-yesterday", about: "first seen a day ago, written again now; it fired yesterday and must not fire again", age: 26 * time.Hour, tell: func(p *plot) {
			p.usual()
			p.restate(p.event, p.t.to-100e9, "confirmedCompromised", "adminConfirmedUserCompromised")
		}},
	}
}

// quiet are the scenarios that look alike and must not be reported.
func quiet() []scenario {
	return []scenario{
		{name: "other-type", about: "another type of risk", quiet: true, tell: func(p *plot) {
			p.lookAlike(func(e *RiskEvent) { e.Kind = "anomalousToken" })
		}},
		{name: "other-case", about: "the type spelt with a capital; == tells them apart", quiet: true, tell: func(p *plot) {
			p.lookAlike(func(e *RiskEvent) { e.Kind = "SuspiciousAPITraffic" })
		}},
		{name: "other-source", about: "the right type from another source", quiet: true, tell: func(p *plot) {
			p.lookAlike(func(e *RiskEvent) { e.Source = "MicrosoftCloudAppSecurity" })
		}},
		{name: "alert-only", about: "an alert and a sign-in without a detection in the log", quiet: true, tell: func(p *plot) {
			p.signIn(p.request)
			p.alerts = append(p.alerts, p.alert)
		}},
	}
}
