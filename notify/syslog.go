package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/config"
)

// A syslog sends events as CEF in messages of RFC 5424: over UDP (RFC 5426), TCP
// (RFC 6587, with the length in front) or TLS (RFC 5425).
type syslog struct {
	network, address string
	facility         int
	tls              *tls.Config
	texts            texts
	host, version    string
}

func newSyslog(c config.Channel, t *tls.Config, version string) (*syslog, error) {
	s := &syslog{network: c.Syslog.Network, address: c.Syslog.Address, tls: t, version: version, facility: 16}
	if c.Syslog.Facility != "" {
		s.facility = slices.Index(config.Facilities(), c.Syslog.Facility)
	}
	s.host = syslogWord(hostname(), 255)
	var err error
	s.texts, err = newTexts(c.Templates, nil)
	return s, err
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// syslogWord makes a header's field of a text: printable characters of ASCII, or -.
func syslogWord(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f {
			return -1
		}
		return r
	}, s)
	if s == "" {
		return "-"
	}
	return s[:min(len(s), n)]
}

// syslogMost bounds a message. Over UDP it is what an Ethernet frame and fragments
// of it carry without trouble; receivers must take 2,048 bytes and mostly take 8,192.
const (
	syslogMost    = 32 << 10
	syslogMostUDP = 8 << 10
)

// send implements sender. A datagram may be lost without anybody knowing; over TCP
// and TLS the other side has read all when it ends the connection.
func (s *syslog) send(ctx context.Context, m *Message) error {
	line, err := s.line(m)
	if err != nil {
		return err
	}
	conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if s.network == "udp" {
		_, err := conn.Write(line)
		return err
	}
	if _, err := conn.Write(append([]byte(strconv.Itoa(len(line))+" "), line...)); err != nil {
		return err
	}
	return drained(conn)
}

func (s *syslog) dial(ctx context.Context) (net.Conn, error) {
	if s.network == "tls" {
		return (&tls.Dialer{Config: s.tls}).DialContext(ctx, "tcp", s.address)
	}
	return (&net.Dialer{}).DialContext(ctx, s.network, s.address)
}

// drainTime is how long is waited for the other side to end a connection; there
// are some that don't.
const drainTime = 2 * time.Second

// drained says that there is no more, and waits for the other side to have read it.
func drained(conn net.Conn) error {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok {
		return nil
	}
	if err := half.CloseWrite(); err != nil {
		return err
	}
	if err := conn.SetReadDeadline(time.Now().Add(drainTime)); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, conn)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return nil
	}
	return err
}

// line writes a message.
func (s *syslog) line(m *Message) ([]byte, error) {
	title, text, err := s.texts.render(m.Event)
	if err != nil {
		return nil, err
	}
	most := syslogMost
	if s.network == "udp" {
		most = syslogMostUDP
	}
	e := m.Event
	out := fmt.Sprintf("<%d>1 %s %s calypso %d %s - %s", s.facility*8+syslogSeverity(e.Severity), e.Time.UTC().Format("2006-01-02T15:04:05.000000Z07:00"),
		s.host, os.Getpid(), syslogWord(string(e.Type), 32), cef(m, title, text, s.version, most-512))
	return []byte(out), nil
}

// syslogSeverity is syslog's number of a severity: critical to informational.
func syslogSeverity(severity string) int {
	switch severity {
	case "High":
		return 2
	case "Low":
		return 5
	case "Informational":
		return 6
	}
	return 4
}
