package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/store"
)

// An admin of all tables is given a backup, which is a store with all that was acknowledged; nobody
// else is, and no name leads out of the folder for them.
func TestBackup(t *testing.T) {
	token := func(name string, role config.Role) config.Token {
		sum := sha256.Sum256([]byte(name))
		return config.Token{Name: name, SHA256: hex.EncodeToString(sum[:]), Roles: []config.Role{role}}
	}
	some := token("some", config.Admin)
	some.Tables = []string{"Things_CL"}
	srv, _ := serve(t, limits(), token("admin", config.Admin), token("operator", config.Operator), some)
	admin := []string{"Authorization", "Bearer admin"}
	if status, text := post(t, srv.URL+"/v1/ingest/Things_CL", `{"n":1}`, admin...); status != http.StatusOK {
		t.Fatal(status, text)
	}
	for _, other := range []string{"operator", "some"} {
		if status, text := post(t, srv.URL+"/v1/backup", "", "Authorization", "Bearer "+other); status != http.StatusForbidden {
			t.Error(other, status, text)
		}
	}
	if status, text := post(t, srv.URL+"/v1/backup?name=../x", "", admin...); status != http.StatusBadRequest {
		t.Error(status, text)
	}
	status, text := post(t, srv.URL+"/v1/backup?name=one", "", admin...)
	var b store.Backup
	if err := json.Unmarshal([]byte(text), &b); status != http.StatusOK || err != nil {
		t.Fatal(status, text, err)
	}
	s, err := store.Open(b.Folder, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if x := s.Snapshot().Stats(); len(s.Damage()) > 0 || len(x) != 1 || x[0].HotRows != 1 {
		t.Errorf("the backup has %+v, damaged is %v", x, s.Damage())
	}
	if status, text := post(t, srv.URL+"/v1/backup?name=one", "", admin...); status != http.StatusConflict {
		t.Error(status, text)
	}
}
