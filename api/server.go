package api

import (
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// headerTime is how long the head of a request may take.
const headerTime = 10 * time.Second

// maxHeaderBytes bounds the head of a request.
const maxHeaderBytes = 64 << 10

// NewServer returns a server of all routes, with limits for whoever is slow or sends
// much: a request must be sent, and an answer taken, in the time that the limits say.
func NewServer(o Options) *http.Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &http.Server{
		Handler:           New(o),
		ReadHeaderTimeout: min(headerTime, o.Limits.RequestTime), ReadTimeout: o.Limits.RequestTime,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}
	if o.Limits.QueryTime > 0 {
		s.WriteTimeout = 2*o.Limits.RequestTime + o.Limits.QueryTime
	}
	return s
}

// Limit returns a listener with no more than n connections at once; those that come
// then wait until others end.
func Limit(l net.Listener, n int) net.Listener {
	return &limitedListener{Listener: l, free: make(chan struct{}, n), done: make(chan struct{})}
}

type limitedListener struct {
	net.Listener
	free chan struct{}
	done chan struct{}
	once sync.Once
}

// Accept implements net.Listener.
func (l *limitedListener) Accept() (net.Conn, error) {
	select {
	case l.free <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.free
		return nil, err
	}
	return &limitedConn{Conn: c, leave: sync.OnceFunc(func() { <-l.free })}, nil
}

// Close implements net.Listener.
func (l *limitedListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

type limitedConn struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (c *limitedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
