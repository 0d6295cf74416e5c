package tenant

import (
	"encoding/base64"
	"encoding/binary"
	"sort"
	"strconv"
)

// A SignIn is one row of the non-interactive sign-in log. Times are Unix
// nanoseconds, whole ticks of 100 ns. Its strings are immutable and may be
// kept; fields named for JSON hold JSON text.
type SignIn struct {
	Time     int64 // when Entra logged it: TimeGenerated
	Created  int64 // when it happened: CreatedDateTime
	Received int64 // when it reached the workspace: _TimeReceived
	// Stamped says that the envelope carries _TimeReceived too, because a
	// case depends on it.
	Stamped bool

	ID, OriginalRequestID, CorrelationID string
	SessionID, TokenID, ItemID           string

	tenant   *Tenant
	user     *user
	app      *app
	resource *resource
	device   *device
	place    *place
	outcome  *outcome
	policies *policySet
	ip       string
	trusted  bool // from a named location

	authDetails string // JSON
	processing  string // JSON
	incoming    string
	protocol    string
	risk        *signInRisk
	milliseconds,
	duration,
	size int
}

// An outcome is a result code with the words that go with it.
type outcome struct {
	code, reason, details string
	policy                int    // which policySets go with it
	share                 int    // of 1,000
	status                string // properties.status
}

// signInRisk is what Identity Protection knew when the sign-in was logged.
type signInRisk struct {
	types, level, state, detail string
	share                       int // of 10,000
}

// SignIn computes the row at position i, 0 <= i < SignIns, into s. Rows are in
// the order of their time but for some seconds, as real ones are.
func (t *Tenant) SignIn(i int64, s *SignIn) {
	k := sort.Search(len(t.planted), func(k int) bool { return t.planted[k].position >= i })
	if k < len(t.planted) && t.planted[k].position == i {
		*s = t.planted[k].row
		return
	}
	t.invented(i-int64(k), s)
}

// inventedSignIns is the number of rows that are not planted.
func (t *Tenant) inventedSignIns() int64 { return t.opt.SignIns - int64(len(t.planted)) }

// invented computes the b-th row that is not planted.
func (t *Tenant) invented(b int64, s *SignIn) {
	r := newRNG(t.opt.Seed, streamSignIn, b)
	share := (float64(b) + r.float()) / float64(t.inventedSignIns())
	when := t.day.mirror(t.day.time(share) + ticks(int64((r.float()-0.5)*40e9)))

	// Three rows of a hundred renew the token of an earlier request, and carry
	// its id as their original one.
	origin := b
	if b > 60 && r.chance(0.03) {
		origin = b - 1 - int64(r.below(60))
	}
	o := newRNG(t.opt.Seed, streamSession, origin)
	first := o.requestID()
	t.fill(s, &o, &r, when)
	s.OriginalRequestID, s.ID = first, first
	if origin != b {
		s.ID = r.requestID()
	}
}

// fill draws everything but the ids: from o what requests of one origin share
// (who, what, where), from r the rest.
func (t *Tenant) fill(s *SignIn, o, r *rng, when int64) {
	who := o.skewed(len(t.users))
	u := &t.users[who]
	dev := min(o.skewed(len(u.devices)+1), len(u.devices)-1)
	*s = SignIn{tenant: t, user: u, app: t.pickApp(o), device: &u.devices[dev], place: u.place}
	s.resource = &s.app.resources[o.skewed(len(s.app.resources))]
	s.locate(o, dev)

	s.Time, s.Created = when, ticks(when-int64(r.exp(25e9)))
	s.Received = ticks(when + 45e9 + int64(r.exp(120e9)))
	s.CorrelationID, s.ItemID = r.guid(), r.guid()
	s.SessionID = t.session(who, dev, when)
	s.TokenID = tokenID(r)
	s.judge(r)
	s.authenticate(r)
	s.milliseconds = 20 + int(r.exp(140))
	s.duration = s.milliseconds + r.below(40)
	s.size = 2600 + r.below(1800)
}

// locate decides the address: phones roam, desktops are at the office or at
// home, and a few people travel.
func (s *SignIn) locate(r *rng, dev int) {
	switch {
	case r.chance(0.02):
		s.place = &s.tenant.places[r.below(len(s.tenant.places))]
		s.ip = roamingAddress(r)
	case dev == 1 && r.chance(0.55):
		s.ip = roamingAddress(r)
	case r.chance(0.5):
		s.ip, s.trusted = s.user.office, true
	default:
		s.ip = s.user.line
	}
}

// judge draws the result and what Conditional Access and Identity Protection
// had to say.
func (s *SignIn) judge(r *rng) {
	s.outcome = s.tenant.pickOutcome(r)
	set := s.outcome.policy
	if set == outcomePass && (s.app.client == library || r.chance(0.2)) {
		set = outcomeNone
	}
	s.policies = &s.tenant.policies[set*setsPerOutcome+r.skewed(setsPerOutcome)]
	s.risk = pickRisk(r)
}

// authenticate draws how the token was come by.
func (s *SignIn) authenticate(r *rng) {
	s.incoming, s.protocol = "primaryRefreshToken", "none"
	switch {
	case s.device.trust == "" || s.app.client == library:
		s.incoming = "refreshToken"
		if r.chance(0.3) {
			s.protocol = "deviceCode"
		}
	case r.chance(0.15):
		s.incoming = "none"
	}
	s.processing = processing[r.skewed(len(processing))]
	if r.chance(0.1) {
		s.authDetails = "[]"
		return
	}
	s.authDetails = authDetails(r, s.Created, s.outcome.code == "0")
}

// session names the sitting that a sign-in belongs to: a person, a device and
// a third of a day.
func (t *Tenant) session(who, dev int, when int64) string {
	r := newRNG(t.opt.Seed^uint64(when/(8*3600e9)), streamSession, -1-int64(who)*8-int64(dev))
	return r.guid()
}

// tokenID draws a uniqueTokenIdentifier: 16 bytes as unpadded URL base64.
func tokenID(r *rng) string {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:8], r.next())
	binary.LittleEndian.PutUint64(raw[8:], r.next())
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

// mirror folds a time that lies outside the range back into it.
func (c *curve) mirror(t int64) int64 {
	if t < c.from {
		t = 2*c.from - t
	}
	if t >= c.to {
		t = 2*c.to - t - 100
	}
	return t
}

// authDetails is nearly unique in every row: it names the second and the
// sequence number of the request.
func authDetails(r *rng, at int64, ok bool) string {
	method := methods[r.skewed(len(methods))]
	b := make([]byte, 0, 640)
	b = append(b, '[')
	b = appendStep(b, at, "Previously satisfied", true, "First factor requirement satisfied by claim in the token", "Primary authentication")
	if r.chance(0.45) {
		b = append(b, ',')
		detail := "MFA requirement satisfied by claim in the token"
		if !ok {
			detail = "MFA denied; user did not respond to mobile app notification"
		}
		b = appendStep(b, at, method, ok, detail, "Multi-factor authentication")
	}
	return string(append(b, ']'))
}

func appendStep(b []byte, at int64, method string, ok bool, detail, requirement string) []byte {
	b = append(b, `{"authenticationStepDateTime":"`...)
	b = appendISO(b, at, "+00:00")
	b = append(b, `","authenticationMethod":"`...)
	b = append(b, method...)
	b = append(b, `","succeeded":`...)
	b = strconv.AppendBool(b, ok)
	b = append(b, `,"authenticationStepResultDetail":"`...)
	b = append(b, detail...)
	b = append(b, `","authenticationStepRequirement":"`...)
	b = append(b, requirement...)
	b = append(b, `","StatusSequence":0,"RequestSequence":`...)
	b = strconv.AppendInt(b, at/1e6, 10)
	return append(b, '}')
}
