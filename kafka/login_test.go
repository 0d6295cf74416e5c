package kafka_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/calypso-kql/calypso/kafka"
)

func TestLogin(t *testing.T) {
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(mechanism, func(t *testing.T) {
			k := cluster(t, 1, kfake.EnableSASL(), kfake.Superuser(mechanism, "$ConnectionString", "secret-word"))
			password := "wrong-word"
			var mu sync.Mutex
			c := consume(t, t.TempDir(), k.ListenAddrs(), func(o *kafka.Options) {
				o.Login = &kafka.Login{Mechanism: strings.ToLower(mechanism), User: "$ConnectionString", Password: func() (string, error) {
					mu.Lock()
					defer mu.Unlock()
					return password, nil
				}}
			})
			c.wantLog("no broker answers")
			mu.Lock()
			password = "secret-word"
			mu.Unlock()
			c.wantMember(k)
			if log := c.log.String(); strings.Contains(log, "-word") {
				t.Errorf("the log has a password: %s", log)
			}
		})
	}
}

func TestTLS(t *testing.T) {
	// Any server of net/http/httptest has a certificate for 127.0.0.1.
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	k := cluster(t, 1, kfake.TLS(&tls.Config{Certificates: srv.TLS.Certificates}))
	trusted := x509.NewCertPool()
	trusted.AddCert(srv.Certificate())
	c := consume(t, t.TempDir(), k.ListenAddrs(), func(o *kafka.Options) { o.TLS = &tls.Config{RootCAs: trusted} })
	c.wantMember(k)
	other := consume(t, t.TempDir(), k.ListenAddrs(), func(o *kafka.Options) { o.TLS, o.Group = &tls.Config{}, "another" })
	other.wantLog("certificate")
}

func TestEventHubs(t *testing.T) {
	text := "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=abc=;EntityPath=hub"
	broker, login, hub, err := kafka.EventHubs(func() (string, error) { return text, nil })
	if err != nil || broker != "ns.servicebus.windows.net:9093" || hub != "hub" || login.User != "$ConnectionString" || login.Mechanism != "plain" {
		t.Errorf("%s %s %+v %v", broker, hub, login, err)
	}
	if _, _, _, err := kafka.EventHubs(func() (string, error) { return "SharedAccessKey=abc", nil }); err == nil || strings.Contains(err.Error(), "abc") {
		t.Errorf("%v", err)
	}
}
