package notify

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"

	mail "github.com/wneessen/go-mail"

	"github.com/calypso-kql/calypso/config"
)

// An email sends mail over SMTP.
type email struct {
	c        config.Email
	tls      *tls.Config
	password secret // nil to send without
	texts    texts
	html     *htmltemplate.Template
	// domain is that of IDs.
	domain  string
	timeout time.Duration
	now     func() time.Time
}

// defaultHTML is the mail's other form. html/template escapes what is filled in.
const defaultHTML = `<h2 style="font-family:sans-serif">{{.Title}}</h2>
<p style="font-family:sans-serif;white-space:pre-wrap">{{.Text}}</p>
<table style="font-family:sans-serif;border-collapse:collapse">{{range .Facts}}
<tr><td style="padding:2px 12px 2px 0;vertical-align:top"><b>{{.Name}}</b></td><td style="padding:2px 0">{{.Value}}</td></tr>{{end}}
</table>{{with .Link}}
<p style="font-family:sans-serif"><a href="{{.}}">Open</a></p>{{end}}
<p style="font-family:sans-serif;color:#777">{{.Message}}</p>
`

// htmlData is what the default's HTML is of.
type htmlData struct {
	Title, Text, Link, Message string
	Facts                      []fact
}

func newEmail(c config.Channel, t *tls.Config) (*email, error) {
	m := &email{c: c.Email, tls: t, password: secretOf(c.Email.PasswordFile, c.Email.PasswordEnv), timeout: orElse(c.Timeout, defaultTimeout), now: time.Now}
	host, _, err := net.SplitHostPort(c.Email.Server)
	if err != nil {
		return nil, err
	}
	m.tls.ServerName = host
	from, err := netmail.ParseAddress(c.Email.From)
	if err != nil {
		return nil, err
	}
	_, m.domain, _ = strings.Cut(from.Address, "@")
	if m.texts, err = newTexts(c.Templates, nil); err != nil || c.Templates.HTML == "" {
		return m, err
	}
	m.html, err = htmltemplate.New("html").Funcs(htmltemplate.FuncMap(functions())).Parse(c.Templates.HTML)
	if err != nil {
		return nil, err
	}
	for _, e := range Samples() {
		if _, err := m.htmlOf(&Message{Event: &e}, "", ""); err != nil {
			return nil, fmt.Errorf("%w (for the event %s)", err, e.Type)
		}
	}
	return m, nil
}

// send implements sender.
func (m *email) send(ctx context.Context, msg *Message) error {
	letter, err := m.letter(msg)
	if err != nil {
		return &refusal{err: err, final: true}
	}
	client, err := m.client()
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, letter)
	if letter.IsDelivered() {
		return nil // what failed is the good-bye
	}
	return smtpError(err)
}

func (m *email) client() (*mail.Client, error) {
	host, port, err := net.SplitHostPort(m.c.Server)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	options := []mail.Option{mail.WithPort(n), mail.WithTLSConfig(m.tls.Clone()), mail.WithTimeout(m.timeout), mail.WithoutNoop()}
	switch m.c.Security {
	case "tls":
		options = append(options, mail.WithSSL())
	case "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if m.password != nil {
		password, err := m.password()
		if err != nil {
			return nil, err
		}
		options = append(options, mail.WithUsername(m.c.User), mail.WithPassword(password), mail.WithSMTPAuth(m.auth()))
	}
	return mail.NewClient(host, options...)
}

// auth lets the strongest way be found that both sides know; where the
// configuration allows plain text, that includes a password in the open.
func (m *email) auth() mail.SMTPAuthType {
	if m.c.Security == "none" {
		return mail.SMTPAuthPlainNoEnc
	}
	return mail.SMTPAuthAutoDiscover
}

// letter writes a mail.
func (m *email) letter(msg *Message) (*mail.Msg, error) {
	e := msg.Event
	title, text, err := m.texts.render(e)
	if err != nil {
		return nil, err
	}
	html, err := m.htmlOf(msg, title, text)
	if err != nil {
		return nil, err
	}
	l := mail.NewMsg()
	if err := l.From(m.c.From); err != nil {
		return nil, err
	}
	if err := l.To(m.c.To...); err != nil {
		return nil, err
	}
	l.Subject(cut(title, 250))
	// The ID lets servers and readers drop a mail that comes twice; the thread's
	// puts all mails about an incident together.
	l.SetMessageIDWithValue(msg.ID + "@" + m.domain)
	if e.Incident != nil {
		sum := sha256.Sum256([]byte(e.Subject))
		thread := "<thread_" + hex.EncodeToString(sum[:12]) + "@" + m.domain + ">"
		l.SetGenHeaderPreformatted(mail.HeaderInReplyTo, thread)
		l.SetGenHeaderPreformatted(mail.HeaderReferences, thread)
	}
	l.SetGenHeader("Auto-Submitted", "auto-generated")
	l.SetGenHeader("X-Calypso-Notification", msg.ID)
	l.SetGenHeader("X-Calypso-Event", string(e.Type))
	l.SetDateWithValue(m.now())
	if e.Severity == "High" {
		l.SetImportance(mail.ImportanceHigh)
	}
	l.SetBodyString(mail.TypeTextPlain, plainMail(msg, text))
	l.AddAlternativeString(mail.TypeTextHTML, html)
	return l, nil
}

// plainMail writes the text of a mail.
func plainMail(msg *Message, text string) string {
	var b strings.Builder
	if text != "" {
		b.WriteString(text + "\n\n")
	}
	for _, f := range facts(msg.Event) {
		fmt.Fprintf(&b, "%-16s %s\n", f.Name, f.Value)
	}
	if msg.Event.Link != "" {
		b.WriteString("\n" + msg.Event.Link + "\n")
	}
	fmt.Fprintf(&b, "\n-- \n%s\n", footer(msg))
	return b.String()
}

func (m *email) htmlOf(msg *Message, title, text string) (string, error) {
	var b strings.Builder
	if m.html != nil {
		err := m.html.Execute(&bounded{&b, maxRendered}, msg.Event)
		return b.String(), err
	}
	t, err := htmltemplate.New("mail").Parse(defaultHTML)
	if err != nil {
		return "", err
	}
	err = t.Execute(&b, htmlData{Title: title, Text: text, Link: msg.Event.Link, Message: footer(msg), Facts: facts(msg.Event)})
	return b.String(), err
}

// smtpError tells a mail that the server refuses for good from a server that is not
// there, or busy. That it wants to know who asks may be mended by a new password.
func smtpError(err error) error {
	var s *mail.SendError
	if !errors.As(err, &s) {
		return err
	}
	code := s.ErrorCode()
	return &refusal{err: err, final: code >= 500 && code < 600 && code != 502 && code != 530 && code != 535}
}
