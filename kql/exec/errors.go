package exec

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// An ErrorKind says why a query ended without an answer.
type ErrorKind uint8

const (
	// Failed is an error of a source or of a function.
	Failed ErrorKind = iota
	// Cancelled is a query whose context was cancelled.
	Cancelled
	// Timeout is a query whose context's deadline has passed.
	Timeout
	// TooLarge is a result beyond the limit of rows or bytes.
	TooLarge
	// Memory is an operator that needed more memory than the query may have.
	Memory
	// Unsupported is a part of a plan that this package cannot run.
	Unsupported
	// Internal is a fault of the engine itself: a panic, which ends the query
	// and not the process.
	Internal
)

// Code returns the code that Kusto gives such an error, empty if it has none.
//
// Source: the Kusto documentation, "Query limits" and "Partial query failures".
func (k ErrorKind) Code() string {
	switch k {
	case Cancelled:
		return "E_QUERY_CANCELLED"
	case Timeout:
		return "E_QUERY_TIMED_OUT"
	case TooLarge:
		return "E_QUERY_RESULT_SET_TOO_LARGE"
	case Memory:
		return "E_RUNAWAY_QUERY"
	}
	return ""
}

// An Error is why a query failed.
type Error struct {
	Kind ErrorKind
	Err  error
}

// Error returns the message with Kusto's code at its end.
func (e *Error) Error() string {
	if c := e.Kind.Code(); c != "" {
		return e.Err.Error() + " (" + c + ")"
	}
	return e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Ended returns the error of a query whose context is done, nil where it is not: a
// query that ends before it runs ends like one that runs.
func Ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return asError(ctx, err)
	}
	return nil
}

// asError gives err its kind. Once the query's context is done that is the
// cause, whatever the operator that noticed it says.
func asError(ctx context.Context, err error) error {
	var typed *Error
	if errors.As(err, &typed) {
		return err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &Error{Kind: Timeout, Err: errors.New("request execution time has exceeded the execution timeout")}
	case errors.Is(err, context.Canceled) || ctx.Err() != nil:
		return &Error{Kind: Cancelled, Err: errors.New("query was cancelled")}
	}
	return &Error{Kind: Failed, Err: err}
}

// errClosed is what Next returns after Close.
var errClosed = errors.New("reader is closed")

// recovered, deferred by the functions that goroutines of a query run, turns a
// panic into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = &Error{Kind: Internal, Err: fmt.Errorf("internal error: %v\n%s", r, debug.Stack())}
	}
}
