package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/notify"
)

// notificationRoutes are those of messages about alerts and incidents: who may read
// these sees them, and operators have them sent again.
func (s *server) notificationRoutes(mux *http.ServeMux) {
	ofBoth := func(h handler) handler { return forTable(alertTable, forTable(incidentTable, h)) }
	mux.HandleFunc("GET /v1/notifications", s.allow(config.Reader, ofBoth(s.notifications)))
	mux.HandleFunc("POST /v1/notifications/retry", s.allow(config.Operator, ofBoth(s.retryNotifications)))
}

// notifications answers a page of messages, the latest first.
func (s *server) notifications(w http.ResponseWriter, r *http.Request, _ caller) {
	q, err := parseQuestion(r, "state", "channel", "before", "limit")
	f := notify.Filter{Channel: q.text("channel"), Before: q.number("before"), Limit: q.limit() + 1}
	f.States = many(q, "state", notify.ParseState)
	if err = errors.Join(err, q.wrong); err != nil {
		fail(w, http.StatusBadRequest, "BadRequest_InvalidRequest", err)
		return
	}
	all, err := notify.List(s.o.Database, f)
	if err != nil {
		unkept(w, err)
		return
	}
	out := list[notify.Entry]{Value: all}
	if all == nil {
		out.Value = []notify.Entry{}
	}
	if len(all) == f.Limit {
		out.Value = all[:f.Limit-1]
		out.NextLink = nextLink(r, "before", strconv.FormatInt(out.Value[f.Limit-2].Seq, 10))
	}
	answer(w, http.StatusOK, out)
}

// retryNotifications has messages sent again that are dead, and those that wait at once.
func (s *server) retryNotifications(w http.ResponseWriter, r *http.Request, _ caller) {
	body, ok := bodyOf(w, r)
	if !ok {
		return
	}
	var which struct {
		IDs     []string `json:"ids"`
		All     bool     `json:"all"`
		Channel string   `json:"channel"`
	}
	form := fmt.Sprintf(`want {"ids": [ID, …]}, up to %d, or {"all": true}, and "channel" for those of one`, maxPage)
	err := readForm(body, &which, form)
	if err == nil && ((len(which.IDs) > 0) == which.All || len(which.IDs) > maxPage) {
		err = errors.New(form)
	}
	if err != nil {
		fail(w, http.StatusBadRequest, "BadRequest_InvalidBody", err)
		return
	}
	n, err := notify.Retry(s.o.Database, notify.Filter{IDs: which.IDs, Channel: which.Channel}, s.o.Now())
	switch {
	case err != nil:
		unkept(w, err)
	case n == 0 && !which.All:
		fail(w, http.StatusNotFound, "NotFound", errors.New("none of the IDs is of a message that is dead or waits"))
	default:
		answer(w, http.StatusOK, map[string]int64{"messages": n})
	}
}
