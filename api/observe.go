package api

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// An Observer is told what the server does. Its methods may be called concurrently.
type Observer interface {
	// Request begins a request. What it returns is the context that the request is
	// worked on in, and what is to be called when it has been answered: with the
	// pattern of its route, empty for none, and the status.
	Request(r *http.Request) (context.Context, func(pattern string, status int))
	// Phase begins a part of a request, and returns what ends it.
	Phase(ctx context.Context, name string) (context.Context, func(error))
	// Waiting and Working say how many more requests of a kind, "query" or "body",
	// wait for a place or have one; -1 is one fewer.
	Waiting(kind string, more int)
	Working(kind string, more int)
}

// nobody is told nothing.
type nobody struct{}

func (nobody) Request(r *http.Request) (context.Context, func(string, int)) {
	return r.Context(), func(string, int) {}
}
func (nobody) Phase(ctx context.Context, _ string) (context.Context, func(error)) {
	return ctx, func(error) {}
}
func (nobody) Waiting(string, int) {}
func (nobody) Working(string, int) {}

// places are how many requests of a kind are worked on at once.
type places struct {
	kind string
	free chan struct{}
	who  Observer
}

func newPlaces(kind string, n int, who Observer) *places {
	return &places{kind: kind, free: make(chan struct{}, n), who: who}
}

// inTurn lets h work when there is a place. Who waits for too long is told to
// come again.
func (p *places) inTurn(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, by caller) {
		if !begin(w, r) {
			return
		}
		leave, err := p.enter(r.Context())
		if err != nil {
			failed(w, err)
			return
		}
		defer leave()
		h(w, r, by)
	}
}

// enter takes a place, which leave gives up, or says that there was none for too
// long.
func (p *places) enter(ctx context.Context) (leave func(), err error) {
	p.who.Waiting(p.kind, 1)
	defer p.who.Waiting(p.kind, -1)
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case p.free <- struct{}{}:
		p.who.Working(p.kind, 1)
		return func() {
			<-p.free
			p.who.Working(p.kind, -1)
		}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-late.C:
		return nil, fmt.Errorf("%d such requests are being worked on: %w", cap(p.free), errBusy)
	}
}
