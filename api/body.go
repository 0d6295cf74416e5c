package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/calypso-kql/calypso/ingest"
)

// Who sends a byte a second must not have what others wait for: a connection, or a place.
// So bodies must come at a rate, and the first bytes of one with logs are read before its
// request takes a place: most are no longer.
const (
	firstBytes  = 64 << 10
	bytesPerSec = 16 << 10
	// grace is how long a body may take however short it is.
	grace = 10 * time.Second
)

// hurry makes the body of a request come at the rate, and by some time. It returns the
// body, nil if there is none.
func hurry(w http.ResponseWriter, r *http.Request, until time.Time) *hurried {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	h := &hurried{ReadCloser: r.Body, timer: http.NewResponseController(w), until: until, alone: r.ProtoMajor == 1}
	if h.alone {
		h.conn, _ = r.Context().Value(connectionKey{}).(*limitedConn)
	}
	r.Body = h
	// Of one that is not read the server reads some, too.
	_ = h.timer.SetReadDeadline(time.Now().Add(min(grace, time.Until(until))))
	return h
}

// begin reads the beginning of a body. Where it can't, it has sent the error.
func begin(w http.ResponseWriter, r *http.Request) (ok bool) {
	head, err := io.ReadAll(io.LimitReader(r.Body, firstBytes))
	if err != nil {
		cameNot(w, int64(len(head)), err)
		return false
	}
	b := &begunBody{Reader: bytes.NewReader(head), Closer: r.Body}
	if len(head) == firstBytes {
		b.Reader = io.MultiReader(b.Reader, r.Body)
	}
	r.Body = b
	return true
}

// cameNot says why a body could not be read to its end, but for n bytes.
func cameNot(w http.ResponseWriter, n int64, err error) {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, ingest.ErrTooLarge) {
		failed(w, err)
		return
	}
	// It ended before the end that its head or its last chunk says, or its connection did.
	fail(w, http.StatusBadRequest, "BadRequest_InvalidBody", fmt.Errorf("nothing is stored: the body ends early, after %d bytes", n))
}

// A begunBody is a body whose beginning has been read.
type begunBody struct {
	io.Reader
	io.Closer
}

// hurried is a body that must come at a rate.
type hurried struct {
	io.ReadCloser
	timer  *http.ResponseController
	until  time.Time
	alone  bool         // HTTP/1: no other request is on its connection
	conn   *limitedConn // nil if others don't wait for its place
	n      int64
	waited time.Duration
}

// Read implements io.Reader. Only waiting counts, not what is done with the bytes.
func (h *hurried) Read(p []byte) (int, error) {
	began := time.Now()
	deadline := began.Add(grace + time.Duration(h.n/bytesPerSec)*time.Second - h.waited)
	if h.until.Before(deadline) {
		deadline = h.until
	}
	// Where it can't be set, the time of the whole request is the limit.
	_ = h.timer.SetReadDeadline(deadline)
	h.conn.wait(true)
	n, err := h.ReadCloser.Read(p)
	h.conn.wait(false)
	h.n += int64(n)
	h.waited += time.Since(began)
	if errors.Is(err, io.EOF) {
		// The server goes on reading, to see whether the client is there still. After
		// another error it would wait for the rest.
		_ = h.timer.SetReadDeadline(h.until)
	}
	return n, err
}

// sized counts the bytes of a body, and says of one that is too large what package
// ingest says of one that is when it is unpacked.
type sized struct {
	r io.Reader
	n int64 // bytes read so far
}

func (s *sized) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = ingest.ErrTooLarge
	}
	return n, err
}
