package api

import (
	"fmt"
	"net/http"
)

// orUnknown answers what no route of mux takes as routes answer that fail: an unknown
// path, or a method that its path does not have, with those that it has in Allow.
func orUnknown(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		says := headers{header: http.Header{}, status: http.StatusOK}
		h.ServeHTTP(&says, r)
		switch allow := says.header.Get("Allow"); says.status {
		case http.StatusNotFound:
			fail(w, says.status, "NotFound", fmt.Errorf("there is nothing at %s: docs/serve.md has what there is", r.URL.Path))
		case http.StatusMethodNotAllowed:
			w.Header().Set("Allow", allow)
			fail(w, says.status, "MethodNotAllowed", fmt.Errorf("%s takes no %s: want %s", r.URL.Path, r.Method, allow))
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

// headers keeps what a handler says before the body.
type headers struct {
	header http.Header
	status int
}

// Header implements http.ResponseWriter.
func (h *headers) Header() http.Header { return h.header }

// Write implements http.ResponseWriter.
func (h *headers) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader implements http.ResponseWriter.
func (h *headers) WriteHeader(status int) { h.status = status }
