package detect

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// tactics are those that Sentinel knows.
//
// Source: MITRE ATT&CK's tactics for enterprises and industrial control systems,
// and Microsoft's PreAttack.
func tactics() []string {
	return []string{"Reconnaissance", "ResourceDevelopment", "InitialAccess", "Execution", "Persistence", "PrivilegeEscalation", "DefenseEvasion",
		"CredentialAccess", "Discovery", "LateralMovement", "Collection", "CommandAndControl", "Exfiltration", "Impact", "PreAttack",
		"ImpairProcessControl", "InhibitResponseFunction"}
}

// NoTactics is what an alert without a tactic has in the column Tactics.
const NoTactics = "Unknown"

var (
	techniqueID  = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	detailKey    = regexp.MustCompile(`^[a-zA-Z]\w*$`)
	detailColumn = regexp.MustCompile(`^[a-zA-Z_]\w*$`)
)

// How long names and descriptions of rules, and of alerts, may be.
const (
	maxName        = 256
	maxDescription = 5000
)

// limits notes what Sentinel would refuse and this machine runs all the same.
//
// Source: Microsoft's documentation of scheduled rules and of service limits, and
// the checks of the public rule repository.
func (r *Rule) limits(p *problems) {
	n := p.names
	p.warn(len(r.Name) <= maxName, n.name, "is longer than the 256 characters that Sentinel takes")
	p.warn(len(r.Description) <= maxDescription, "description", "is longer than the 5,000 characters that Sentinel takes")
	p.warn(len(r.Query) <= 10000, "query", "is longer than the 10,000 characters that Sentinel takes")
	if r.Kind == Scheduled {
		const least, most = 5 * time.Minute, 14 * 24 * time.Hour
		p.warn(r.Frequency == 0 || r.Frequency >= least && r.Frequency <= most, "queryFrequency", "is not within the 5 minutes to 14 days that Sentinel takes")
		p.warn(r.Period == 0 || r.Period >= least && r.Period <= most, "queryPeriod", "is not within the 5 minutes to 14 days that Sentinel takes")
		p.warn(r.Period < 2*24*time.Hour || r.Frequency >= time.Hour, "queryPeriod",
			"is two days or more, for which Sentinel's templates want a queryFrequency of an hour or more")
	}
	for i, t := range r.Tactics {
		meant, ok := named(tactics(), strings.NewReplacer(" ", "", "-", "", "_", "").Replace(t))
		switch {
		case slices.Contains(tactics(), t):
		case ok:
			p.note(indexed("tactics", i), "%q is no tactic that Sentinel knows: did you mean %s?", t, meant)
		default:
			p.note(indexed("tactics", i), "%q is no tactic that Sentinel knows: %s", t, strings.Join(tactics(), ", "))
		}
	}
	for i, t := range r.Techniques {
		if !techniqueID.MatchString(t) {
			p.note(indexed(n.techniques, i), "%q is no technique of MITRE ATT&CK: want T1234 or T1234.001", t)
		}
	}
	p.warn(len(r.CustomDetails) <= 20, "customDetails", "are more than the 20 that Sentinel takes")
	for key, column := range r.CustomDetails {
		p.warn(detailKey.MatchString(key) && len(key) <= 20, "customDetails."+key, "is a key that Sentinel refuses: want up to 20 letters, digits and _, a letter first")
		p.warn(detailColumn.MatchString(column), "customDetails."+key, "names a column that Sentinel refuses: want letters, digits and _")
	}
	const override = "alertDetailsOverride."
	for field, format := range map[string]string{"alertDisplayNameFormat": r.Override.NameFormat, "alertDescriptionFormat": r.Override.DescriptionFormat} {
		p.warn(len(placeholder.FindAllString(format, -1)) <= 3, override+field, "has more than the 3 columns that Sentinel takes")
	}
	p.warn(len(r.Override.NameFormat) <= maxName, override+"alertDisplayNameFormat", "is longer than the 256 characters that Sentinel takes")
	p.warn(len(r.Override.DescriptionFormat) <= maxDescription, override+"alertDescriptionFormat", "is longer than the 5,000 characters that Sentinel takes")
}
