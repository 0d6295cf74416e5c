package detect

import (
	"fmt"
	"time"

	"github.com/calypso-kql/calypso/kql/types"
)

// settingsField is the part of a rule's YAML that only Calypso knows, under the key
// calypso. Sentinel's tools want it taken out.
type settingsField struct {
	Window string `yaml:"window,omitempty"`
	Delay  string `yaml:"delay,omitempty"`
	Start  string `yaml:"start,omitempty"`
	First  string `yaml:"first,omitempty"`
	Once   bool   `yaml:"once,omitempty"`
	// Origin is the product that the rule is from, if not Sentinel.
	Origin Origin `yaml:"origin,omitempty"`
	// Remediation is what alerts say in RemediationSteps.
	Remediation string `yaml:"remediation,omitempty"`
}

// The windows of a rule.
const (
	byGenerated = "generated"
	byArrival   = "arrival"
)

func (f *settingsField) fill(r *Rule, p *problems) {
	if f == nil {
		return
	}
	switch f.Window {
	case "":
	case byGenerated:
		r.ByGenerated = true
	case byArrival:
		r.ByArrival = true
	default:
		p.Add("calypso.window", "%q: want generated (by TimeGenerated) or arrival (by the time when rows arrived)", f.Window)
	}
	if f.Delay != "" {
		d, err := ParseDuration(f.Delay)
		if err == nil && d < 0 {
			err = fmt.Errorf("%q: want 0s or more", f.Delay)
		}
		if err != nil {
			p.Add("calypso.delay", "%v", err)
		}
		r.Delay = &d
	}
	r.Once, r.Remediation, r.Origin = f.Once, f.Remediation, f.Origin
	p.Want(f.Origin == "" || f.Origin == CustomDetection, "calypso.origin", fmt.Sprintf("%q: want %s, or nothing", f.Origin, CustomDetection))
	if f.First != "" {
		r.First = p.duration("calypso.first", f.First)
	}
	if f.Start != "" {
		r.Start = p.start("calypso.start", f.Start)
	}
}

// start reads the time from which a rule runs.
func (p *problems) start(field, text string) time.Time {
	ticks, ok := types.ParseDateTime(text)
	if !ok {
		p.Add(field, "%q is no time: want 2026-03-01T08:00:00Z", text)
		return time.Time{}
	}
	return types.TimeOf(ticks)
}

// settings returns what of the rule only Calypso knows; nil if there is none.
func (r *Rule) settings() *settingsField {
	f := settingsField{Once: r.Once, Remediation: r.Remediation, Origin: r.Origin}
	if r.First > 0 {
		f.First = KQLDuration(r.First)
	}
	if r.ByArrival && r.Kind == Scheduled {
		f.Window = byArrival
	}
	if r.ByGenerated {
		f.Window = byGenerated
	}
	if r.Delay != nil {
		f.Delay = KQLDuration(*r.Delay)
	}
	if !r.Start.IsZero() {
		f.Start = r.Start.UTC().Format(time.RFC3339Nano)
	}
	if f == (settingsField{}) {
		return nil
	}
	return &f
}
