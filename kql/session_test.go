package kql_test

import (
	"context"
	"testing"

	"github.com/calypso-kql/calypso/kql"
)

// What current_database() and its like answer is what the caller says.
func TestSession(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	q := compile(t, engine, `print current_database(), current_cluster_endpoint(), current_principal(), me = current_principal_details().UserPrincipalName,
		a = current_principal_is_member_of("aaduser=ADA@example.org"), b = current_principal_is_member_of("aadgroup=soc", "x"),
		c = current_principal_is_member_of(dynamic(["x", "aadgroup=SOC"])), d = current_principal_is_member_of("aadgroup=other", dynamic([1, ""]))`)
	tables, err := q.Run(context.Background(), kql.RunOptions{Now: now, Session: kql.Session{
		Database: "logs", Cluster: "here", User: "aaduser=ada@example.org", Groups: []string{"aadgroup=soc"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := "print_0,print_1,print_2,me,a,b,c,d\nlogs,here,aaduser=ada@example.org,ada@example.org,true,true,true,false\n"
	if got := rowsText(t, tables); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What a client sends is checked and takes effect; what Kusto does not know is
// ignored.
func TestRequest(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	run := func(text string, r kql.Request) string {
		t.Helper()
		q, diags := engine.CompileRequest(t.Context(), text, nil, r)
		for _, d := range diags {
			return d.Message
		}
		tables, err := q.Run(context.Background(), kql.RunOptions{Now: now, MaxRows: 3})
		if err != nil {
			return err.Error()
		}
		return rowsText(t, tables)
	}
	for _, c := range []struct {
		text string
		r    kql.Request
		want string
	}{
		{"print now()", kql.Request{Properties: map[string]any{"query_now": "2020-01-02T03:04:05Z"}}, "print_0\n2020-01-02T03:04:05.0000000Z\n"},
		{"print now()", kql.Request{Properties: map[string]any{"query_now": "datetime(2020-01-02)", "later": []any{1}}}, "print_0\n2020-01-02T00:00:00.0000000Z\n"},
		{"range x from 1 to 9 step 1", kql.Request{Properties: map[string]any{"query_take_max_records": 1.0}}, "x\n1\n"},
		{"range x from 1 to 5 step 1", kql.Request{}, "query result set has exceeded the internal record count limit 3 (E_QUERY_RESULT_SET_TOO_LARGE)"},
		{"range x from 1 to 5 step 1 | summarize count() by x % 2", kql.Request{Properties: map[string]any{"notruncation": true, "truncationmaxrecords": 1}}, "query result set has exceeded the internal record count limit 1 (E_QUERY_RESULT_SET_TOO_LARGE)"},
		{"range x from 1 to 5 step 1 | where x > 1", kql.Request{Properties: map[string]any{"notruncation": true}}, "x\n2\n3\n4\n5\n"},
		{"print 1", kql.Request{Properties: map[string]any{"truncationmaxrecords": 1.5}}, "the request property 'truncationmaxrecords' is of type long, not real"},
		{"print 1", kql.Request{Properties: map[string]any{"servertimeout": "soon"}}, "the request property 'servertimeout' is of type timespan, which 'soon' is not"},
		{"print 1", kql.Request{Properties: map[string]any{"servertimeout": "00:10:00", "norequesttimeout": true, "request_app_name": "x"}}, "print_0\n1\n"},
		{"declare query_parameters(a: long, b: dynamic); print a + 1, b", kql.Request{Parameters: map[string]string{"a": "0x10", "b": "dynamic({'k': [1]})", "c": "unused"}}, "print_0,print_1\n17,\"{\"\"k\"\":[1]}\"\n"},
	} {
		if got := run(c.text, c.r); got != c.want {
			t.Errorf("%s with %v: got\n%s\nwant\n%s", c.text, c.r, got, c.want)
		}
	}
}
