package notify

import (
	"net/netip"
	"strconv"
	"strings"
)

// cef writes an event in ArcSight's Common Event Format. most bounds its length:
// fields that do not fit are left out, the most important come first.
//
// Source: the Common Event Format's guide, version 0.1 of the format.
func cef(m *Message, title, text, version string, most int) string {
	e := m.Event
	out := strings.Join([]string{
		"CEF:0", "Calypso", "Calypso", cefHeader(version), cefHeader(string(e.Type)), cefHeader(cut(title, 512)), cefSeverity(e.Severity),
	}, "|") + "|"
	sep := ""
	for _, f := range cefFields(m, text) {
		field := sep + f.Name + "=" + cefValue(f.Value)
		if f.Value == "" || len(out)+len(field) > most {
			continue
		}
		out += field
		sep = " "
	}
	return out
}

// cefHeader escapes a field of the header, which is one line.
func cefHeader(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`).Replace(folded(s))
}

// cefValue escapes a value of the extension. Line breaks are allowed there, as \n;
// other control characters are blanks.
func cefValue(s string) string {
	s = strings.NewReplacer(`\`, `\\`, "=", `\=`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s)
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
}

// cefSeverity is a severity from 0 to 10.
func cefSeverity(severity string) string {
	switch severity {
	case "High":
		return "8"
	case "Low":
		return "3"
	case "Informational":
		return "1"
	}
	return "5"
}

// cefFields returns the extension of an event, by the keys of the format's
// dictionary.
func cefFields(m *Message, text string) []fact {
	e := m.Event
	out := []fact{{"rt", strconv.FormatInt(e.Time.UnixMilli(), 10)}, {"cs1Label", "notificationId"}, {"cs1", m.ID}}
	if i := e.Incident; i != nil {
		out = append(out, fact{"externalId", strconv.FormatInt(i.Number, 10)}, fact{"outcome", i.Status})
		if i.Owner != "" {
			out = append(out, fact{"cs4Label", "owner"}, fact{"cs4", cut(i.Owner, 200)})
		}
		if c := strings.Join(nonEmpty(i.Classification, i.Reason), " "); c != "" {
			out = append(out, fact{"cs5Label", "classification"}, fact{"cs5", c})
		}
	}
	seen := map[string]bool{}
	for _, x := range e.Entities {
		for _, f := range cefEntity(x) {
			if !seen[f.Name] {
				seen[f.Name] = true
				out = append(out, f)
			}
		}
	}
	var rules []string
	for _, r := range e.Rules {
		rules = append(rules, r.Name)
	}
	if len(rules) > 0 {
		out = append(out, fact{"cs2Label", "rule"}, fact{"cs2", cut(some(rules), 1000)})
	}
	if len(e.Tactics)+len(e.Techniques) > 0 {
		out = append(out, fact{"cs3Label", "tacticsAndTechniques"}, fact{"cs3", strings.Join(append(append([]string{}, e.Tactics...), e.Techniques...), ", ")})
	}
	if e.Folded != nil {
		out = append(out, fact{"cnt", strconv.Itoa(e.Folded.Count)})
	}
	out = append(out, fact{"request", e.Link})
	if w := e.Window; w != nil {
		out = append(out, fact{"reason", cut(w.Error, 1000)})
	}
	return append(out, fact{"msg", cut(text, 1000)})
}

// cefEntity returns the keys that tell of an entity.
func cefEntity(e Entity) []fact {
	v := cut(e.Value(), 1000)
	switch strings.ReplaceAll(strings.ToLower(e.Type), "-", "") { // cloud-application
	case "account":
		return nonEmptyFacts(fact{"suser", v}, fact{"suid", e.Fields["AadUserId"]}, fact{"sntdom", e.Fields["NTDomain"]})
	case "ip":
		a, err := netip.ParseAddr(v)
		switch {
		case err != nil:
			return nil
		case a.Is4() || a.Is4In6():
			return []fact{{"src", a.Unmap().String()}}
		}
		return []fact{{"c6a2Label", "sourceIPv6Address"}, {"c6a2", a.WithZone("").String()}}
	case "host":
		return nonEmptyFacts(fact{"shost", v})
	case "file":
		return nonEmptyFacts(fact{"fname", e.Fields["Name"]}, fact{"filePath", e.Fields["Directory"]})
	case "filehash":
		return nonEmptyFacts(fact{"fileHash", v})
	case "process":
		return nonEmptyFacts(fact{"sproc", v}, fact{"spid", e.Fields["ProcessId"]})
	case "dns":
		return nonEmptyFacts(fact{"destinationDnsDomain", v})
	case "cloudapplication":
		return nonEmptyFacts(fact{"app", v})
	}
	return nil
}

func nonEmptyFacts(all ...fact) (out []fact) {
	for _, f := range all {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}
