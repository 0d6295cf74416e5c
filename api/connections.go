package api

import (
	linked "container/list"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// quietTime is how long a connection may do nothing while others wait for its place.
const quietTime = time.Second

// Limit returns a listener for a server with no more than n connections at once. Those
// that come then take the place of the one that has done nothing for longest: no byte of
// a body has come that is waited for, no whole head of a request, or none since the last
// answer. Where all are being worked on, they wait.
func Limit(s *http.Server, l net.Listener, n int) net.Listener {
	limited := &limitedListener{Listener: l, n: n, changed: make(chan struct{}, 1), done: make(chan struct{})}
	s.ConnState = func(c net.Conn, state http.ConnState) {
		switch state {
		case http.StateActive:
			within(c).wait(false)
		case http.StateIdle:
			within(c).wait(true)
		}
	}
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, connectionKey{}, within(c))
	}
	return limited
}

// connectionKey is the key of a request's context that its connection is found by.
type connectionKey struct{}

// within returns the connection that the server has wrapped, or nil.
func within(c net.Conn) *limitedConn {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	own, _ := c.(*limitedConn)
	return own
}

type limitedListener struct {
	net.Listener
	n    int
	once sync.Once
	done chan struct{}
	// changed tells Accept that a connection has ended or become quiet.
	changed chan struct{}

	mu   sync.Mutex
	open int
	// quiet are those that do nothing, the longest first.
	quiet linked.List
}

type limitedConn struct {
	net.Conn
	of *limitedListener
	// gone says that it has no place any more.
	gone bool
	// since is since when it has done nothing, place where it is in quiet; nil for not.
	since time.Time
	place *linked.Element
}

// Accept implements net.Listener.
func (l *limitedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	for {
		own, wait := l.enter(c)
		if own != nil {
			return own, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-l.changed:
		case <-timer.C:
		case <-l.done:
			c.Close()
			return nil, net.ErrClosed
		}
		timer.Stop()
	}
}

// enter gives a connection a place, if there is one or can be, or says when to ask again.
func (l *limitedListener) enter(c net.Conn) (own *limitedConn, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.n {
		longest := l.quiet.Front()
		if longest == nil {
			return nil, time.Minute
		}
		old := longest.Value.(*limitedConn)
		if wait := quietTime - time.Since(old.since); wait > 0 {
			return nil, wait
		}
		l.leave(old)
		old.Conn.Close() // the server sees it when it reads
	}
	own = &limitedConn{Conn: c, of: l}
	l.open++
	l.still(own)
	return own, 0
}

// wait says whether the connection does nothing from now on. A nil one is not limited.
func (c *limitedConn) wait(quiet bool) {
	if c == nil {
		return
	}
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	switch {
	case c.gone:
	case quiet:
		c.of.still(c)
	case c.place != nil:
		c.of.quiet.Remove(c.place)
		c.place = nil
	}
}

// still notes that a connection does nothing from now on. mu is held.
func (l *limitedListener) still(c *limitedConn) {
	if c.place != nil {
		l.quiet.Remove(c.place)
	}
	c.since, c.place = time.Now(), l.quiet.PushBack(c)
	l.tell()
}

// leave gives the place of a connection up. mu is held.
func (l *limitedListener) leave(c *limitedConn) {
	if c.gone {
		return
	}
	c.gone = true
	l.open--
	if c.place != nil {
		l.quiet.Remove(c.place)
		c.place = nil
	}
	l.tell()
}

func (l *limitedListener) tell() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// Close implements net.Listener.
func (l *limitedListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

// Close implements net.Conn.
func (c *limitedConn) Close() error {
	c.of.mu.Lock()
	c.of.leave(c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}
