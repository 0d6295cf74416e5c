package tenant

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"
)

// A Case is a detection that was planted, and what the rule for suspicious API
// traffic must make of it.
type Case struct {
	// Name is short and unique; About says in a sentence what is special.
	Name, About string
	// ID is the risk detection's Id, RequestID that of the sign-in it names.
	ID, RequestID string
	// FirstSeen is the TimeGenerated of its first row; zero if it has none.
	FirstSeen time.Time
	// Window is the only scheduled time T at which it must fire, given a run
	// every Tick over (T-2d, T]. Zero: it must never fire.
	Window time.Time
	// Want are columns of the row that fires, as text. Empty if none does.
	Want []Field
}

// A Field is a column and its value as text; an empty value stands for null
// too.
type Field struct{ Column, Value string }

// FiresAt says whether a run for the scheduled time must report the case.
func (c *Case) FiresAt(window time.Time) bool {
	return !c.Window.IsZero() && c.Window.Equal(window)
}

// plantedSignIn is a sign-in with a place among the invented ones.
type plantedSignIn struct {
	position int64
	row      SignIn
}

// plant lays out every scenario over the last stretch before the end.
func (t *Tenant) plant() error {
	all := scenarios()
	var rows []SignIn
	for i, sc := range all {
		step := int64(t.opt.CaseSpan) / int64(len(all))
		seen := t.to - int64(t.opt.CaseSpan) + int64(i)*step + step/2
		if sc.age > 0 {
			seen = t.to - int64(sc.age)
		}
		p := newPlot(t, i, seen-seen%1e9)
		sc.tell(p)
		rows = append(rows, p.signIns...)
		t.risk = append(t.risk, p.risk...)
		t.alerts = append(t.alerts, p.alerts...)
		t.cases = append(t.cases, p.cases(sc)...)
	}
	if t.opt.SignIns < int64(len(rows)) {
		return fmt.Errorf("sign-ins: want at least %d, the planted ones", len(rows))
	}
	t.place(rows)
	return nil
}

// place gives planted sign-ins their positions in the order of time.
func (t *Tenant) place(rows []SignIn) {
	slices.SortStableFunc(rows, func(a, b SignIn) int { return cmp.Compare(a.Time, b.Time) })
	n := t.opt.SignIns - int64(len(rows))
	for k, s := range rows {
		before := sort.Search(int(n), func(b int) bool {
			return t.day.time(float64(b)/float64(n)) >= s.Time
		})
		t.planted = append(t.planted, plantedSignIn{int64(before + k), s})
	}
}

// cases turns what was planted into what must come of it, a case for every
// detection id.
func (p *plot) cases(sc scenario) []Case {
	var out []Case
	for i := range p.risk {
		e := &p.risk[i]
		if slices.ContainsFunc(out, func(c Case) bool { return c.ID == e.ID }) {
			continue
		}
		c := Case{Name: sc.name, About: sc.about, ID: e.ID, RequestID: e.RequestID, FirstSeen: time.Unix(0, e.Time).UTC()}
		if len(out) > 0 {
			c.Name = fmt.Sprintf("%s-%d", sc.name, len(out)+1)
		}
		if !sc.quiet {
			end := (e.Time + int64(Tick) - 1) / int64(Tick) * int64(Tick)
			c.Window = time.Unix(0, end).UTC()
			c.Want = p.want(e.ID, end)
		}
		out = append(out, c)
	}
	if len(p.risk) == 0 {
		out = append(out, Case{Name: sc.name, About: sc.about, ID: p.event.ID, RequestID: p.event.RequestID})
	}
	return out
}

// want is the row of a detection as a run at the given time must see it: the
// latest state, the latest matching alert, the sign-in received last. Later
// rows are not there yet.
func (p *plot) want(id string, end int64) []Field {
	var e RiskEvent
	for _, x := range p.risk {
		if x.ID == id && x.Time <= end && x.Time >= e.Time {
			e = x
		}
	}
	var a Alert
	for _, x := range p.alerts {
		if x.VendorOriginalID == id && *x.kind == *apiAlert() && x.Time <= end && x.Time >= a.Time {
			a = x
		}
	}
	var s SignIn
	for _, x := range p.signIns {
		if x.OriginalRequestID == e.RequestID && x.Time <= end && x.Received >= s.Received {
			s = x
		}
	}
	link := a.Link
	if link == "" {
		link = "https://entra.microsoft.com/#blade/Microsoft_AAD_IAM/RiskDetectionsBlade/riskState~/[]/userId/" + e.user.id + "/riskLevel/[]/daysBack/90"
	}
	out := []Field{{"Id", e.ID}, {"UserPrincipalName", e.user.upn}, {"RiskState", e.State}, {"RiskDetail", e.Detail},
		{"RiskLevel", e.Level}, {"AlertStatus", a.Status}, {"SystemAlertId", a.SystemID}, {"AlertLink", link}}
	if s.tenant == nil {
		return append(out, Field{"OriginalRequestId", ""}, Field{"IPAddress", ""}, Field{"UserAgent", ""}, Field{"Type", ""}, Field{"UniqueTokenIdentifier", ""})
	}
	return append(out, Field{"OriginalRequestId", s.OriginalRequestID}, Field{"IPAddress", s.ip}, Field{"UserAgent", s.userAgent()},
		Field{"Type", SignInTable}, Field{"UniqueTokenIdentifier", s.TokenID})
}
