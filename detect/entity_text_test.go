package detect

import (
	"fmt"
	"strings"
	"testing"
)

// TestEntitiesText writes entities with the identifiers of Microsoft's schema.
func TestEntitiesText(t *testing.T) {
	for _, c := range []struct {
		kind   string
		fields []EntityField
		want   string
	}{
		{"Account", []EntityField{{"FullName", "ada@contoso.com"}}, `"Name":"ada","UPNSuffix":"contoso.com"`},
		{"Account", []EntityField{{"FullName", "ada_fabrikam.com#EXT#@contoso.com"}}, `"Name":"ada_fabrikam.com#EXT#","UPNSuffix":"contoso.com"`},
		{"Account", []EntityField{{"FullName", `NT AUTHORITY\SYSTEM`}}, `"Name":"SYSTEM","NTDomain":"NT AUTHORITY"`},
		{"Account", []EntityField{{"FullName", "ada"}}, `"Name":"ada"`},
		{"Account", []EntityField{{"FullName", "ada@"}, {"Sid", "S-1"}}, `"Sid":"S-1","Name":"ada@"`},
		{"Account", []EntityField{{"Name", "Ada"}, {"FullName", "ada@contoso.com"}}, `"Name":"Ada","UPNSuffix":"contoso.com"`},
		{"Account", []EntityField{{"Name", "ada@contoso.com"}}, `"Name":"ada@contoso.com"`}, // as it is mapped
		{"Account", []EntityField{{"Name", "ada"}, {"IsDomainJoined", "True"}}, `"Name":"ada","IsDomainJoined":true`},
		{"Host", []EntityField{{"FullName", "pc7.emea.contoso.com"}}, `"HostName":"pc7","DnsDomain":"emea.contoso.com"`},
		{"Host", []EntityField{{"FullName", `CONTOSO\pc7`}, {"OSFamily", "Linux"}}, `"OSFamily":"Linux","HostName":"pc7","NTDomain":"CONTOSO"`},
		{"Host", []EntityField{{"FullName", "192.0.2.7"}}, `"HostName":"192.0.2.7"`},
		{"Host", []EntityField{{"FullName", "2001:db8::192.0.2.7"}}, `"HostName":"2001:db8::192.0.2.7"`},
		{"Host", []EntityField{{"HostName", "pc7.contoso.com"}}, `"HostName":"pc7.contoso.com"`},
		{"Process", []EntityField{{"CommandLine", `a "b" <c> & d`}}, `"CommandLine":"a \"b\" <c> & d"`},
	} {
		want := fmt.Sprintf(`[{"$id":"2",%s,"Type":%q}]`, c.want, strings.ToLower(c.kind))
		if got := EntitiesText([]Entity{{c.kind, c.fields}}); got != want {
			t.Errorf("%v: got %s, want %s", c.fields, got, want)
		}
	}
}

// TestEntitiesSize drops the entities for which the column has no room.
func TestEntitiesSize(t *testing.T) {
	r := rule(func(r *Rule) {
		r.Grouping = SingleAlert
		r.Entities = []EntityMapping{{"Process", []FieldMapping{{"CommandLine", "Cmd"}}}, {"IP", []FieldMapping{{"Address", "IP"}}}}
	})
	q := &table{names: []string{"Cmd", "IP"}}
	for i := range 200 {
		q.rows = append(q.rows, []string{strings.Repeat("é", 200) + fmt.Sprint(i), "192.0.2.1"})
	}
	a := evaluate(t, r, q).Alerts[0]
	n, text := len(a.Entities), EntitiesText(a.Entities)
	if n >= 200 || len(text) > 64<<10 || len(text) < 64<<10-500 {
		t.Errorf("%d entities of %d bytes", n, len(text))
	}
}

// TestBuiltInAccounts leaves out accounts that every machine has, if nothing else tells them apart.
func TestBuiltInAccounts(t *testing.T) {
	q := &table{names: []string{"User", "Domain"}, rows: [][]string{{"root", ""}, {"Local System", ""}, {"System", "CONTOSO"}, {"rooty", ""}}}
	for identifier, want := range map[string]string{
		"Name":     `[{"$id":"2","Name":"System","NTDomain":"CONTOSO","Type":"account"},{"$id":"3","Name":"rooty","Type":"account"}]`,
		"FullName": `[{"$id":"2","Name":"root","Type":"account"},{"$id":"3","Name":"Local System","Type":"account"},{"$id":"4","NTDomain":"CONTOSO","Name":"System","Type":"account"},{"$id":"5","Name":"rooty","Type":"account"}]`,
	} {
		a := evaluate(t, rule(func(r *Rule) {
			r.Grouping = SingleAlert
			r.Entities = []EntityMapping{{"Account", []FieldMapping{{identifier, "User"}, {"NTDomain", "Domain"}}}}
		}), q).Alerts[0]
		if got := EntitiesText(a.Entities); got != want {
			t.Errorf("by %s: %s", identifier, got)
		}
	}
}

// TestDetailsSize drops the values for which custom details have no room, and keeps those after them.
func TestDetailsSize(t *testing.T) {
	q := &table{names: []string{"A", "B"}, rows: [][]string{
		{"short", strings.Repeat("b", 200)}, {strings.Repeat("<", 1500), strings.Repeat("c", 600)}, {strings.Repeat("y", 400), "last"},
	}}
	a := evaluate(t, rule(func(r *Rule) {
		r.Grouping = SingleAlert
		r.CustomDetails = map[string]string{"B": "B", "A": "A", "None": "Absent"}
	}), q).Alerts[0]
	var got []string
	for _, key := range []string{"A", "B"} {
		for _, v := range a.Details[key] {
			got = append(got, fmt.Sprint(key, v[:1], len(v)))
		}
	}
	if text := DetailsText(a.Details); len(text) > 2048 || fmt.Sprint(got) != "[As5 A<1500 Ay400 Bl4]" || !strings.HasSuffix(text, `"B":["last"],"None":[]}`) {
		t.Errorf("got %v, %d bytes", got, len(text))
	}
}
