package ingest

import (
	"context"
	"sync"
)

// decoder returns a decoder that nobody uses.
func (l *Loader) decoder() *decoder {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.idle); n > 0 {
		d := l.idle[n-1]
		l.idle = l.idle[:n-1]
		return d
	}
	d := newDecoder(l.opt.Tables, l.opt.Sink == nil)
	d.grows, d.name = l.opt.Grows, l.opt.Name
	return d
}

func (l *Loader) release(d *decoder) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = append(l.idle, d)
}

// A pipeline decodes pieces side by side and adds them in their order.
type pipeline struct {
	todo    chan job
	inOrder chan job
	workers sync.WaitGroup
	failed  chan error
}

type job struct {
	p    *piece
	done chan struct{}
}

// start starts a pipeline for an input from the line given on.
func (l *Loader) start(in Input, line int) *pipeline {
	pipe := &pipeline{todo: make(chan job), inOrder: make(chan job, l.opt.Workers), failed: make(chan error, 1)}
	for range l.opt.Workers {
		pipe.workers.Go(func() {
			d := l.decoder()
			defer l.release(d)
			for j := range pipe.todo {
				l.decodeLines(d, in, j.p)
				close(j.done)
			}
		})
	}
	go func() {
		var err error
		for j := range pipe.inOrder {
			<-j.done
			line = j.p.beginAt(line)
			if err == nil {
				err = l.add(in, j.p)
			}
		}
		pipe.failed <- err
	}()
	return pipe
}

func (pipe *pipeline) put(ctx context.Context, p *piece) error {
	j := job{p, make(chan struct{})}
	select {
	case pipe.todo <- j:
		pipe.inOrder <- j
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait waits until everything has been added, and returns why it was not.
func (pipe *pipeline) wait() error {
	close(pipe.todo)
	close(pipe.inOrder)
	pipe.workers.Wait()
	return <-pipe.failed
}
