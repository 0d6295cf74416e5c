package notify

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"net/mail"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/calypso-kql/calypso/config"
)

// A mailbox is a mail server's: it takes what ada sends with her password.
type mailbox struct {
	mu      sync.Mutex
	letters []string
	open    bool // nobody is asked for a password
}

// NewSession implements smtp.Backend.
func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &mailSession{box: m, known: m.open}, nil
}

type mailSession struct {
	box   *mailbox
	known bool
}

// AuthMechanisms implements smtp.AuthSession.
func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "ada" || password != "secret" {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (s *mailSession) Mail(string, *smtp.MailOptions) error {
	if !s.known {
		return smtp.ErrAuthRequired
	}
	return nil
}

// Rcpt implements smtp.Session.
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "nobody"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	case strings.HasPrefix(to, "busy"):
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "try again"}
	}
	return nil
}

// Data implements smtp.Session.
func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.letters = append(s.box.letters, string(text))
	return err
}

// Reset implements smtp.Session.
func (s *mailSession) Reset() {}

// Logout implements smtp.Session.
func (s *mailSession) Logout() error { return nil }

// mailServer starts a server. Its TLS is what its clients may ask for, or all that
// it speaks.
func mailServer(t *testing.T, box *mailbox, t0 *tls.Config, all bool) string {
	t.Helper()
	s := smtp.NewServer(box)
	s.Domain, s.TLSConfig = "localhost", t0
	s.ErrorLog = log.New(io.Discard, "", 0) // of clients that leave
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if all {
		l = tls.NewListener(l, t0)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return address
}

func TestEmail(t *testing.T) {
	srv := httptest.NewTLSServer(nil) // for its certificate
	defer srv.Close()
	ca := config.ChannelTLS{CA: certificateFile(t, srv.Certificate().Raw)}
	keys := &tls.Config{Certificates: srv.TLS.Certificates}
	t.Setenv("MAIL_PASSWORD", "secret")
	t.Setenv("WRONG_PASSWORD", "wrong!")
	for _, c := range []struct {
		name     string
		security string
		to       string
		password string
		server   *tls.Config
		all      bool
		tls      config.ChannelTLS
		want     string
		final    bool
	}{
		{"STARTTLS", "", "soc@example.org", "MAIL_PASSWORD", keys, false, ca, "", false},
		{"TLS", "tls", "soc@example.org", "MAIL_PASSWORD", keys, true, ca, "", false},
		{"a server without TLS", "", "soc@example.org", "MAIL_PASSWORD", nil, false, ca, "STARTTLS", false},
		{"a server of nobody", "", "soc@example.org", "MAIL_PASSWORD", keys, false, config.ChannelTLS{}, "certificate", false},
		{"another password", "", "soc@example.org", "WRONG_PASSWORD", keys, false, ca, "535", false},
		{"nobody", "", "nobody@example.org", "MAIL_PASSWORD", keys, false, ca, "550", true},
		{"a busy server", "", "busy@example.org", "MAIL_PASSWORD", keys, false, ca, "451", false},
	} {
		box := &mailbox{}
		ch := channelOf(t, config.Channel{TLS: c.tls, Email: config.Email{
			Server: mailServer(t, box, c.server, c.all), From: "Calypso <calypso@example.org>", To: []string{"other@example.org", c.to},
			Security: c.security, User: "ada", PasswordEnv: c.password,
		}})
		m := sample(t, "incident.created")
		m.Event.Title = "Injected\r\nBcc: all@example.org"
		err := ch.sender.send(t.Context(), m)
		var r *refusal
		final := errors.As(err, &r) && r.final
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) || final != c.final {
			t.Errorf("%s: error is %v (final %v), want %q", c.name, err, final, c.want)
		}
		if err != nil && strings.Contains(err.Error(), os.Getenv(c.password)) {
			t.Errorf("%s: the error tells the password: %v", c.name, err)
		}
		if c.want != "" {
			if len(box.letters) > 0 {
				t.Errorf("%s: a mail was sent", c.name)
			}
			continue
		}
		letter, err := mail.ReadMessage(bytes.NewReader([]byte(box.letters[0])))
		if err != nil {
			t.Fatal(err)
		}
		if h := letter.Header; h.Get("Message-ID") != "<"+m.ID+"@example.org>" || h.Get("Bcc") != "" || h.Get("Subject") != "[High] New incident 7: Injected Bcc: all@example.org" {
			t.Errorf("%s: header is %v", c.name, h)
		}
	}
}
