package notify

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
)

// A request is one that a server has had.
type request struct {
	header http.Header
	body   []byte
}

// server is an HTTPS server that answers with f, and keeps what it was sent. ca is
// the file of its certificate.
func server(t *testing.T, f http.HandlerFunc) (s *httptest.Server, ca string, requests func() []request) {
	t.Helper()
	var mu sync.Mutex
	var all []request
	s = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		all = append(all, request{r.Header.Clone(), body})
		mu.Unlock()
		f(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that don't trust it
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, certificateFile(t, s.Certificate().Raw), func() []request {
		mu.Lock()
		defer mu.Unlock()
		return append([]request{}, all...)
	}
}

func certificateFile(t *testing.T, der []byte) string {
	t.Helper()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return ca
}

// verify does what a receiver is told to do in docs/notify.md.
func verify(secret string, r request) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return err
	}
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%s.%s", r.header.Get("webhook-id"), r.header.Get("webhook-timestamp"), r.body)
	want := "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
	for _, have := range strings.Fields(r.header.Get("webhook-signature")) {
		if hmac.Equal([]byte(have), []byte(want)) {
			return nil
		}
	}
	return errors.New("no signature fits")
}

func TestWebhook(t *testing.T) {
	s, ca, requests := server(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	old, key := "whsec_"+base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("o"), 32)), "whsec_"+base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), 32))
	t.Setenv("HOOK_SECRET", old+"\n"+key)
	t.Setenv("HOOK_TOKEN", "bearer")
	hook := config.Channel{
		Webhook: config.Webhook{URL: s.URL + "/hook", SecretEnv: "HOOK_SECRET", TokenEnv: "HOOK_TOKEN"}, TLS: config.ChannelTLS{CA: ca},
	}
	ch := channelOf(t, hook)
	m := sample(t, "incident.created")
	for m.Attempt = range 2 {
		if err := ch.sender.send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	all := requests()
	for _, r := range all {
		for _, secret := range []string{old, key} {
			if err := verify(secret, r); err != nil {
				t.Error(err)
			}
		}
		if r.header.Get("webhook-id") != m.ID || r.header.Get("Authorization") != "Bearer bearer" {
			t.Errorf("headers are %v", r.header)
		}
	}
	var got struct {
		Type string
		Data Event
	}
	if err := json.Unmarshal(all[0].body, &got); err != nil || got.Type != "incident.created" || got.Data.Incident.Number != 7 || got.Data.Title != m.Event.Title {
		t.Errorf("the body is %s, %v", all[0].body, err)
	}
	// A changed byte is found.
	changed := all[0]
	changed.body = bytes.Replace(changed.body, []byte("High"), []byte("Low!"), 1)
	if verify(key, changed) == nil {
		t.Error("a changed body is taken for a signed one")
	}
	t.Setenv("HOOK_SECRET", "secret")
	if err := ch.sender.send(t.Context(), m); err == nil || !strings.Contains(err.Error(), "want whsec_") || strings.Contains(err.Error(), "bearer") {
		t.Errorf("error is %v", err)
	}
	t.Setenv("HOOK_SECRET", key)
	hook.TLS.CA = ""
	if err := channelOf(t, hook).sender.send(t.Context(), m); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody: error is %v", err)
	}
	if n := len(requests()); n != 2 {
		t.Errorf("%d requests came, want 2", n)
	}
}

// What answers mean for the next attempt, and that no error has the address, which
// is a secret, in it.
func TestAnswers(t *testing.T) {
	other, _, atOther := server(t, func(http.ResponseWriter, *http.Request) {})
	for _, c := range []struct {
		name  string
		f     http.HandlerFunc
		want  string
		final bool
		after time.Duration
	}{
		{"wait", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			http.Error(w, "slow down", http.StatusTooManyRequests)
		}, "429 Too Many Requests: slow down", false, 7 * time.Second},
		{"wait until", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", "Mon, 02 Mar 2026 09:10:00 GMT")
			w.Header().Set("Retry-After", "Mon, 02 Mar 2026 09:12:00 GMT")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, "503", false, 2 * time.Minute},
		{"never", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, "410 Gone", true, 0},
		{"wrong", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "invalid_blocks", http.StatusBadRequest) }, "invalid_blocks", true, 0},
		{"who", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "401", false, 0},
		{"it repeats the address", func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "https://"+r.Host+r.URL.Path, http.StatusInternalServerError)
		}, "500 Internal Server Error: https://", false, 0},
		{"it repeats the path", func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "there is no "+r.RequestURI, http.StatusNotFound)
		}, "404 Not Found: there is no …", false, 0},
		{"it repeats a part", func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "the hook "+strings.TrimPrefix(r.URL.Path, "/T0/")+" and the key "+r.URL.Query().Get("key")+" are wrong", http.StatusForbidden)
		}, "403 Forbidden: the hook … and the key … are wrong", false, 0},
		{"elsewhere", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", other.URL+"/hook")
			w.WriteHeader(http.StatusPermanentRedirect)
		}, "give the address at " + strings.TrimPrefix(other.URL, "https://"), false, 0},
		{"nobody", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF", false, 0},
	} {
		s, ca, _ := server(t, c.f)
		t.Setenv("SLACK", s.URL+"/T0/SECRETS0?key=SECRETKEY")
		err := channelOf(t, config.Channel{Slack: config.Endpoint{URLEnv: "SLACK"}, TLS: config.ChannelTLS{CA: ca}}).sender.send(t.Context(), sample(t, "alert.raised"))
		var r *refusal
		if !errors.As(err, &r) {
			r = &refusal{}
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || r.final != c.final || r.after != c.after {
			t.Errorf("%s: error is %v (%+v), want %q", c.name, err, r, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: the error tells a secret: %v", c.name, err)
		}
	}
	s, ca, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "not with "+r.Header.Get("Authorization"), http.StatusUnauthorized)
	})
	t.Setenv("HOOK_TOKEN", "SECRET")
	err := channelOf(t, config.Channel{Webhook: config.Webhook{URL: s.URL, TokenEnv: "HOOK_TOKEN"}, TLS: config.ChannelTLS{CA: ca}}).sender.send(t.Context(), sample(t, "alert.raised"))
	if err == nil || !strings.HasSuffix(err.Error(), "401 Unauthorized: not with Bearer …") {
		t.Errorf("it repeats the token: error is %v", err)
	}
	if n := len(atOther()); n != 0 {
		t.Errorf("%d requests followed the redirect", n)
	}
	t.Setenv("SLACK", "http://hooks.example.org/SECRET")
	err = channelOf(t, config.Channel{Slack: config.Endpoint{URLEnv: "SLACK"}}).sender.send(t.Context(), sample(t, "alert.raised"))
	if err == nil || !strings.Contains(err.Error(), "want https") || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("an address without TLS: error is %v", err)
	}
}

func TestSyslog(t *testing.T) {
	srv := httptest.NewTLSServer(nil) // for its certificate
	defer srv.Close()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	secure, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: srv.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	datagrams, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 3)
	frame := func(l net.Listener) {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		var n int
		r := bufio.NewReader(conn)
		if _, err := fmt.Fscanf(r, "%d ", &n); err != nil {
			got <- err.Error()
			return
		}
		line := make([]byte, n)
		if _, err := io.ReadFull(r, line); err != nil {
			got <- err.Error()
			return
		}
		rest, _ := io.ReadAll(r)
		got <- string(line) + string(rest)
	}
	defer plain.Close()
	defer secure.Close()
	defer datagrams.Close()
	go frame(plain)
	go frame(secure)
	go func() {
		b := make([]byte, 64<<10)
		n, _, err := datagrams.ReadFrom(b)
		if err == nil {
			got <- string(b[:n])
		}
	}()
	ca := certificateFile(t, srv.Certificate().Raw)
	for network, address := range map[string]string{"udp": datagrams.LocalAddr().String(), "tcp": plain.Addr().String(), "tls": secure.Addr().String()} {
		ch := channelOf(t, config.Channel{Syslog: config.Syslog{Network: network, Address: address, Facility: "auth"}, TLS: config.ChannelTLS{CA: ca}})
		m := sample(t, "alert.raised")
		want, err := ch.sender.(*syslog).line(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := ch.sender.send(t.Context(), m); err != nil {
			t.Errorf("%s: %v", network, err)
		}
		select {
		case line := <-got:
			if line != string(want) || !strings.HasPrefix(line, "<34>1 2026-03-02T09:10:00.000000Z ") {
				t.Errorf("%s: got %q\nwant %q", network, line, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: nothing came", network)
		}
	}
	plain.Close()
	ch := channelOf(t, config.Channel{Syslog: config.Syslog{Network: "tcp", Address: plain.Addr().String()}})
	if err := ch.sender.send(t.Context(), sample(t, "alert.raised")); err == nil {
		t.Error("sent to nobody")
	}
	// One that takes the connection and does not read ends with the time given.
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	ch = channelOf(t, config.Channel{Syslog: config.Syslog{Network: "tls", Address: silent.Addr().String()}})
	if err := ch.sender.send(ctx, sample(t, "alert.raised")); err == nil {
		t.Error("sent to one that does not answer")
	}
}

// No field can be written from within a value, and a datagram is bounded.
func TestCEFIsEscaped(t *testing.T) {
	m := &Message{ID: "msg", Event: &Event{Type: config.AlertRaised, Title: "a|b\\c\nCEF:0|", Time: time.Unix(0, 0), Entities: []Entity{
		{"Account", map[string]string{"Name": "x src=10.0.0.1\r\nsuser=root\u2028y\\"}}, {"IP", map[string]string{"Address": "not an address"}}, {"IP", map[string]string{"Address": "::ffff:192.0.2.1"}},
	}}}
	got := cef(m, m.Event.Headline(), strings.Repeat("=", 5000), "1", 4000)
	want := `CEF:0|Calypso|Calypso|1|alert.raised|Alert: a\|b\\c CEF:0\||5|rt=0 cs1Label=notificationId cs1=msg suser=x src\=10.0.0.1\nsuser\=root y\\ src=192.0.2.1 msg=`
	if !strings.HasPrefix(got, want) || len(got) > 4000 {
		t.Errorf("got  %s\nwant %s…", got, want)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.ndjson")
	ch := channelOf(t, config.Channel{File: config.FileChannel{Path: path}})
	send := func() {
		t.Helper()
		if err := ch.sender.send(t.Context(), sample(t, "alert.raised")); err != nil {
			t.Fatal(err)
		}
	}
	send()
	if err := os.Rename(path, path+".1"); err != nil { // as logrotate does
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(`{"half":`), 0o600); err != nil { // as a full disk leaves it
		t.Fatal(err)
	}
	send()
	send()
	for name, lines := range map[string]int{path + ".1": 1, path: 3} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		var got fileLine
		if err := json.Unmarshal([]byte(all[len(all)-1]), &got); err != nil || len(all) != lines || got.Notification == "" || got.Event.Title == "" {
			t.Errorf("%s: %d lines, want %d: %v, %s", name, len(all), lines, err, text)
		}
	}
}

// A secret that is not there is told before a message needs it.
func TestSecretsAreChecked(t *testing.T) {
	t.Setenv("HOOK_SECRET", "whsec_short")
	err := channelOf(t, config.Channel{Webhook: config.Webhook{URLFile: "none", SecretEnv: "HOOK_SECRET", TokenEnv: "HOOK_NONE"}}).checkSecrets()
	for _, want := range []string{"open none", "want whsec_", "HOOK_NONE is not set"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
}
