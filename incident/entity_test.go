package incident_test

import (
	"testing"

	"github.com/calypso-kql/calypso/incident"
)

// TestEntityTypes compares types as rules name them with those of alerts, also of older ones.
func TestEntityTypes(t *testing.T) {
	for _, c := range []struct {
		of, name string
		is       bool
	}{
		{"cloud-application", "CloudApplication", true}, {"cloudapplication", "CloudApplication", true}, {"registry-key", "RegistryKey", true},
		{"SubmissionMail", "SubmissionMail", true}, {"ip", "IP", true}, {"registry-key", "RegistryValue", false}, {"mailbox", "MailMessage", false},
	} {
		if got := (incident.Entity{Type: c.of}).Is(c.name); got != c.is {
			t.Errorf("%s is %s: %v", c.of, c.name, got)
		}
	}
}

// TestFullName writes names of accounts and hosts as people do.
func TestFullName(t *testing.T) {
	for _, c := range []struct {
		fields map[string]string
		want   string
	}{
		{map[string]string{"Name": "ada", "UPNSuffix": "contoso.com"}, "ada@contoso.com"},
		{map[string]string{"Name": "ada", "NTDomain": "CONTOSO"}, `CONTOSO\ada`},
		{map[string]string{"HostName": "pc7", "DnsDomain": "contoso.com", "NTDomain": "CONTOSO"}, "pc7.contoso.com"},
		{map[string]string{"HostName": "pc7", "NTDomain": "CONTOSO"}, `CONTOSO\pc7`},
		{map[string]string{"FullName": "ada@contoso.com"}, "ada@contoso.com"},
		{map[string]string{"Name": "ada"}, ""},
		{map[string]string{"Address": "192.0.2.7"}, ""},
	} {
		if got := (incident.Entity{Fields: c.fields}).FullName(); got != c.want {
			t.Errorf("%v is %q, want %q", c.fields, got, c.want)
		}
	}
}
