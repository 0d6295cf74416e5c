package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql"
)

// command runs a management command. What it needs is said by the command itself,
// so that the token is held against it here.
func (s *server) command(ctx context.Context, st *command.Statement, a *asked, by caller) ([]kql.Table, error) {
	if err := permitted(st, by); err != nil {
		return nil, err
	}
	if readOnly, _ := a.request.Properties["request_readonly"].(bool); readOnly && st.Role() != config.Reader {
		return nil, &refusal{http.StatusBadRequest, "General_BadRequest", "the request says request_readonly, and ." + st.Name() + " changes something"}
	}
	session := &command.Session{
		Admin: by.is(config.Admin), Operator: by.is(config.Operator), Catalog: s.catalog(by), Run: a.options, Request: a.request, Activity: a.activity,
	}
	if len(by.tables) > 0 {
		session.May = by.may
	}
	if !by.is(config.Reader) {
		// Operators look after the store, and read none of its rows.
		session.Catalog = kql.Tables{}
	}
	ctx, ran := s.o.Observer.Phase(ctx, "command "+st.Name())
	out, err := s.o.Commands.Run(ctx, st, session)
	ran(err)
	return out, err
}

// permitted says why a token is not good for a command.
func permitted(st *command.Statement, by caller) error {
	may := by.is(st.Role()) || st.Role() == config.Reader && by.is(config.Operator)
	switch {
	case !may:
		return &refusal{http.StatusForbidden, "Forbidden", fmt.Sprintf("the token %s does not have the role %s, which .%s needs", by.name, st.Role(), st.Name())}
	case st.Reads() && !by.is(config.Reader):
		return &refusal{http.StatusForbidden, "Forbidden", fmt.Sprintf("the token %s does not have the role reader, which .%s needs for its query", by.name, st.Name())}
	}
	return nil
}

// mgmt answers a management command.
func (s *server) mgmt(w http.ResponseWriter, r *http.Request, by caller) {
	s.ask(w, r, by, func(a *asked) error {
		if !command.IsCommand(a.text) {
			return errors.New("this address is for management commands, which begin with a dot: send queries to /v1/rest/query")
		}
		return nil
	}, protocol{s.readAsked, writeV1})
}
