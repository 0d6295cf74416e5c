package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
)

// manage runs a management command and returns the rows of its answer as JSON.
func manage(t *testing.T, srv *httptest.Server, text string, header ...string) string {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"db": "calypso", "csl": text})
	status, answer := post(t, srv.URL+"/v1/rest/mgmt", string(body), header...)
	if status != http.StatusOK {
		return fmt.Sprintf("%d %s", status, answer)
	}
	var out struct {
		Tables []struct{ Rows json.RawMessage }
	}
	if err := json.Unmarshal([]byte(answer), &out); err != nil || len(out.Tables) != 1 {
		t.Fatalf("%v: %s", err, answer)
	}
	return string(out.Tables[0].Rows)
}

// bearer returns a token of some roles for some tables, and the header that has it.
func bearer(name string, roles []config.Role, tables ...string) (config.Token, []string) {
	return token(name, name, tables, roles...), []string{"Authorization", "Bearer " + name}
}

func TestCommands(t *testing.T) {
	srv, _ := serve(t, limits())
	want(t, "answer", manage(t, srv, ".create table T (a: long) | project TableName, DatabaseName"), `[["T","calypso"]]`)
	want(t, "answer", manage(t, srv, ".ingest inline into table T <|\n1\n2\n"), `[["00000000-0000-0001-0000-000000000000"]]`)
	want(t, "answer", manage(t, srv, ".create-or-alter function F(n: long) { T | where a >= n } | project Name"), `[["F"]]`)
	want(t, "rows", ask(t, srv, "F(2)"), `[[2]]`)
	// Clients send commands to the address of queries, too, but not the reverse.
	want(t, "answer", ask(t, srv, ".show tables | project TableName"), `[["T"]]`)
	if got := manage(t, srv, "T | count"); !strings.HasPrefix(got, "400") || !strings.Contains(got, "/v1/rest/query") {
		t.Error(got)
	}
	if got := manage(t, srv, ".show tabels"); !strings.HasPrefix(got, "400") || !strings.Contains(got, "'tabels' is not understood here") {
		t.Error(got)
	}
	// A request may say that it changes nothing.
	status, text := post(t, srv.URL+"/v1/rest/mgmt", `{"csl":".drop table T","properties":{"Options":{"request_readonly":true}}}`)
	if status != http.StatusBadRequest || !strings.Contains(text, "request_readonly") {
		t.Errorf("%d %s", status, text)
	}
	want(t, "rows", ask(t, srv, "T | count"), `[[2]]`)
	manage(t, srv, ".set-or-append T <| print a = 1")
	want(t, "commands", manage(t, srv, ".show commands | where State == 'Completed' | distinct CommandType | sort by CommandType asc"),
		`[["DataIngestInline"],["FunctionCreateOrAlter"],["TableCreate"],["TableSetOrAppend"],["TablesShow"]]`)
}

// Each role runs the commands that are for it, and no others.
func TestRolesOfCommands(t *testing.T) {
	reader, asReader := bearer("reader", []config.Role{config.Reader})
	ingestor, asIngestor := bearer("ingestor", []config.Role{config.Ingestor})
	operator, asOperator := bearer("operator", []config.Role{config.Operator})
	admin, asAdmin := bearer("admin", []config.Role{config.Admin})
	both, asBoth := bearer("both", []config.Role{config.Ingestor, config.Reader})
	srv, _ := serve(t, limits(), reader, ingestor, operator, admin, both)
	manage(t, srv, ".create table T (a: long)", asAdmin...)
	type who = map[string]bool
	for _, c := range []struct {
		text string
		may  who
	}{
		{".show tables", who{"reader": true, "operator": true, "both": true, "admin": true}},
		{".show running queries", who{"reader": true, "operator": true, "both": true, "admin": true}},
		{".ingest inline into table T <| 1", who{"ingestor": true, "both": true, "admin": true}},
		{".append T <| print a = 1", who{"both": true, "admin": true}},
		{".compact table T", who{"operator": true, "admin": true}},
		{".show ingestion failures", who{"operator": true, "admin": true}},
		{".create-merge table T (a: long)", who{"admin": true}},
		{".set-or-replace T <| print a = 1", who{"admin": true}},
		{".clear table T data", who{"admin": true}},
		{".create-or-alter function F() { print 1 }", who{"admin": true}},
		{".purge table T records with (noregrets='true') <| where a == 1", who{"admin": true}},
		{".show purges", who{"admin": true}},
	} {
		for name, header := range map[string][]string{"reader": asReader, "ingestor": asIngestor, "operator": asOperator, "admin": asAdmin, "both": asBoth} {
			got := manage(t, srv, c.text, header...)
			if ok := !strings.HasPrefix(got, "403"); ok != c.may[name] || ok && strings.HasPrefix(got, "4") {
				t.Errorf("%s by %s: %s", c.text, name, got)
			}
		}
	}
	// An operator reads no rows, not even behind a command.
	for _, text := range []string{"T", ".show tables | join kind=inner (T | extend TableName = 'T') on TableName"} {
		if got := ask(t, srv, text, asOperator...); !strings.HasPrefix(got, "40") {
			t.Errorf("%s: %s", text, got)
		}
	}
	if got := manage(t, srv, ".show tables"); !strings.HasPrefix(got, "401") {
		t.Error(got)
	}
}

// A token's tables are those that its queries read, whatever way they name them.
func TestTablesOfATokenHoldForAllOfAQuery(t *testing.T) {
	admin, asAdmin := bearer("admin", []config.Role{config.Admin})
	some, asSome := bearer("some", []config.Role{config.Reader, config.Ingestor}, "Mine*")
	srv, _ := serve(t, limits(), admin, some)
	for _, text := range []string{".set Mine1 <| print a = 1, word = 'public'", ".set Mine2 <| print a = 2, word = 'public'", ".set Secret <| print a = 3, word = 'hidden'",
		".create function All() { Secret }", ".create function Named(T: (a: long)) { T }"} {
		if got := manage(t, srv, text, asAdmin...); strings.HasPrefix(got, "4") {
			t.Fatal(got)
		}
	}
	for text, rows := range map[string]string{
		"union * | count": `[[2]]`,
		"union withsource=T * | distinct T | sort by T asc": `[["Mine1"],["Mine2"]]`,
		"union M*, Min* | summarize sum(a)":                 `[[6]]`,
		"search 'hidden' | count":                           `[[0]]`,
		"search in (*) 'public' | count":                    `[[2]]`,
		"find where a > 0 | count":                          `[[2]]`,
		"find in (Mine*) where a > 0 | count":               `[[2]]`,
	} {
		if got := ask(t, srv, text, asSome...); got != rows {
			t.Errorf("%s is %s, want %s", text, got, rows)
		}
	}
	for _, text := range []string{
		"Secret", "Secret | count", "Secret | take 1", "Secret | getschema", "Secret | project a", "table('Secret') | count", "union Mine1, Secret | count", "union Mine*, Secret | count",
		"All() | count", "Named(Secret) | count", "Mine1 | join kind=inner Secret on a", "Mine1 | where a in (Secret | project a)", "print toscalar(Secret | count)",
		"find in (Secret) where a > 0", "search in (Secret) 'hidden'", "database('calypso').Secret | count", "cluster('x').database('y').Secret | count",
		"let f = () { Secret }; f() | count", "let m = materialize(Secret); m | count", "Mine1 | lookup (Secret) on a", "Secret | where false", "Secret | evaluate bag_unpack(word)",
		"workspace('x').Secret | count", "union isfuzzy=true Mine1, Secret | count", "Mine1 | extend x = toscalar(Secret | summarize max(a))",
	} {
		got := ask(t, srv, text, asSome...)
		if !strings.HasPrefix(got, "403") {
			t.Errorf("%s: %s", text, got)
		}
	}
	// Nor does it write to others.
	for _, text := range []string{".append Secret <| print a = 1, word = 'x'", ".ingest inline into table Secret <| 1,x", ".append Mine1 <| Secret", ".show table Secret details", ".show table Secret cslschema"} {
		if got := manage(t, srv, text, asSome...); !strings.HasPrefix(got, "40") {
			t.Errorf("%s: %s", text, got)
		}
	}
	want(t, "rows", ask(t, srv, "Secret | count", asAdmin...), "[[1]]")
}

// A query that runs is listed with its client's id, and can be ended by it.
func TestCancel(t *testing.T) {
	one, asOne := bearer("one", []config.Role{config.Reader})
	other, asOther := bearer("other", []config.Role{config.Reader})
	operator, asOperator := bearer("operator", []config.Role{config.Operator})
	srv, _ := serve(t, limits(), one, other, operator)
	type result struct {
		status int
		text   string
	}
	ended := make(chan result, 1)
	go func() {
		body := `{"csl":"range x from 1 to 100000000000 step 1 | where x % 7 == 8 | count"}`
		req, err := http.NewRequest(http.MethodPost, srv.URL+"/v1/rest/query", strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set(asOne[0], asOne[1])
		req.Header.Set("x-ms-client-request-id", "KE.RunQuery;1")
		req.Header.Set("x-ms-app", "tests")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		var text strings.Builder
		json.NewEncoder(&text).Encode(resp.Header.Get("x-ms-client-request-id"))
		var any json.RawMessage
		json.NewDecoder(resp.Body).Decode(&any)
		ended <- result{resp.StatusCode, text.String() + string(any)}
	}()
	const list = ".show running queries | where Text !startswith '.' | project ClientActivityId, User, Application, State"
	for range 200 {
		if got := manage(t, srv, list, asOne...); got != "[]" {
			want(t, "running", got, `[["KE.RunQuery;1","one","tests","InProgress"]]`)
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	want(t, "what another sees", manage(t, srv, list, asOther...), "[]")
	if got := manage(t, srv, ".cancel query 'KE.RunQuery;1'", asOther...); !strings.HasPrefix(got, "400") {
		t.Error(got)
	}
	want(t, "what an operator sees", manage(t, srv, list, asOperator...), `[["KE.RunQuery;1","one","tests","InProgress"]]`)
	want(t, "cancel", manage(t, srv, ".cancel query 'KE.RunQuery;1' with (reason='enough') | project ClientActivityId", asOperator...), `[["KE.RunQuery;1"]]`)
	select {
	case r := <-ended:
		if r.status != http.StatusBadRequest || !strings.Contains(r.text, "RequestCanceled") || !strings.Contains(r.text, "enough") || !strings.Contains(r.text, `"KE.RunQuery;1"`) {
			t.Errorf("%d %s", r.status, r.text)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the query goes on")
	}
	want(t, "afterwards", manage(t, srv, ".show queries | project ClientActivityId, State", asOne...), `[["KE.RunQuery;1","Canceled"]]`)
}

// What was sent and not stored can be looked up.
func TestFailures(t *testing.T) {
	srv, _ := serve(t, limits())
	post(t, srv.URL+"/v1/ingest/Things_CL", "not json at all")
	want(t, "failures", manage(t, srv, ".show ingestion failures | project Table, IngestionSourcePath, FailureKind, ErrorCode"), `[["Things_CL","/v1/ingest/Things_CL","Permanent","BadRequest_InvalidBody"]]`)
}
