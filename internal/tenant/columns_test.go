package tenant

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The tables have the columns and types of the Sentinel reference, which lies
// beside the checkout.
func TestColumnsAreTheReferences(t *testing.T) {
	dir := os.Getenv("CALYPSO_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "schemas", "sentinel.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no reference here")
	}
	if err != nil {
		t.Fatal(err)
	}
	var tables map[string][]struct{ Name, Type string }
	if err := json.Unmarshal(raw, &tables); err != nil {
		t.Fatal(err)
	}
	check := func(table string, got map[string]string) {
		for _, c := range tables[table] {
			if got[c.Name] != c.Type {
				t.Errorf("%s.%s: %q, want %q", table, c.Name, got[c.Name], c.Type)
			}
			delete(got, c.Name)
		}
		for _, c := range tables["_common"] {
			delete(got, c.Name)
		}
		for name := range got {
			t.Errorf("%s.%s: not in the reference", table, name)
		}
	}
	check(SignInTable, typesOf(SignInColumns()))
	check(RiskTable, typesOf(RiskColumns()))
	check(AlertTable, typesOf(AlertColumns()))
}

func typesOf[R any](columns []Column[R]) map[string]string {
	out := map[string]string{}
	for _, c := range columns {
		out[c.Name] = [...]string{"string", "dynamic", "datetime", "long", "real", "bool"}[c.Kind]
	}
	return out
}

// Envelope and table say the same: every property is a column by the mapping
// that diagnostic settings use.
func TestEnvelopeAndTableAgree(t *testing.T) {
	ten := small(t, nil)
	columns := map[string]Column[SignIn]{}
	for _, c := range SignInColumns() {
		columns[c.Name] = c
	}
	var s SignIn
	for i := int64(0); i < ten.SignIns(); i += 37 {
		ten.SignIn(i, &s)
		var e struct {
			Time, ResultType, ResultSignature, ResultDescription, Identity, Location, CorrelationID string
			DurationMs                                                                              int64
			Properties                                                                              map[string]json.RawMessage
		}
		if err := json.Unmarshal(AppendSignInEnvelope(nil, &s), &e); err != nil {
			t.Fatal(err)
		}
		outer := map[string]string{"TimeGenerated": e.Time, "ResultType": e.ResultType, "ResultSignature": e.ResultSignature, "Identity": e.Identity,
			"ResultDescription": e.ResultDescription, "Location": e.Location, "CorrelationId": e.CorrelationID, "DurationMs": strconv.FormatInt(e.DurationMs, 10)}
		for name, want := range outer {
			if got := cellText(columns[name], &s); got != want {
				t.Errorf("row %d: %s is %q, the envelope has %q", i, name, got, want)
			}
		}
		for property, raw := range e.Properties {
			c, ok := columns[columnOf(property)]
			if !ok {
				continue // the table drops it
			}
			if got, want := cellText(c, &s), propertyText(c, raw); got != want {
				t.Errorf("row %d: %s is %q, property %s is %q", i, c.Name, got, property, want)
			}
		}
	}
}

// columnOf is the table's name of a property.
func columnOf(property string) string {
	special := map[string]string{"ipAddress": "IPAddress", "appliedConditionalAccessPolicies": "ConditionalAccessPolicies",
		"riskEventTypes_v2": "RiskEventTypes_V2", "resourceId": "ResourceIdentity", "processingTimeInMilliseconds": "ProcessingTimeInMs",
		"location": "LocationDetails", "tenantId": "AADTenantId"}
	if name, ok := special[property]; ok {
		return name
	}
	return strings.ToUpper(property[:1]) + property[1:]
}

func cellText(c Column[SignIn], s *SignIn) string {
	if c.Text != nil {
		return c.Text(s)
	}
	n, ok := c.Number(s)
	switch {
	case !ok:
		return ""
	case c.Kind == DateTime:
		return iso(n)
	case c.Kind == Bool:
		return strconv.FormatBool(n != 0)
	default:
		return strconv.FormatInt(n, 10)
	}
}

// propertyText is a property as the column holds it: text as it is, everything
// nested as its JSON.
func propertyText(c Column[SignIn], raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return string(raw)
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil && c.Kind == DateTime {
		return iso(at.UnixNano())
	}
	return text
}
