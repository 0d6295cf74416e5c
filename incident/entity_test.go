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
