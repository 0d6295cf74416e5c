package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
)

// The tables that a token must be for, to see alerts and incidents.
const (
	incidentTable = "SecurityIncident"
	alertTable    = "SecurityAlert"
)

// maxEdit bounds the body of a change, in bytes.
const maxEdit = 1 << 20

// incidentRoutes are those of alerts and incidents. Readers see them; to change them
// one must be an operator, too.
func (s *server) incidentRoutes(mux *http.ServeMux) {
	sees := func(table string, h handler) http.HandlerFunc { return s.allow(config.Reader, forTable(table, h)) }
	changes := func(table string, h handler) http.HandlerFunc {
		return s.allow(config.Operator, forTable(table, alsoReader(h)))
	}
	mux.HandleFunc("GET /v1/incidents", sees(incidentTable, s.incidents))
	mux.HandleFunc("POST /v1/incidents", changes(incidentTable, s.openIncident))
	mux.HandleFunc("GET /v1/incidents/{number}", sees(incidentTable, s.incident))
	mux.HandleFunc("PATCH /v1/incidents/{number}", changes(incidentTable, s.editIncident))
	mux.HandleFunc("GET /v1/incidents/{number}/comments", sees(incidentTable, s.comments))
	mux.HandleFunc("POST /v1/incidents/{number}/comments", changes(incidentTable, s.addComment))
	mux.HandleFunc("GET /v1/incidents/{number}/timeline", sees(incidentTable, s.timeline))
	mux.HandleFunc("GET /v1/incidents/{number}/similar", sees(incidentTable, s.similar))
	mux.HandleFunc("GET /v1/incidents/{number}/alerts", sees(alertTable, s.alertsOfIncident))
	mux.HandleFunc("GET /v1/alerts", sees(alertTable, s.alerts))
	mux.HandleFunc("GET /v1/alerts/{id}", sees(alertTable, s.alert))
	mux.HandleFunc("PATCH /v1/alerts/{id}", changes(alertTable, s.editAlert))
}

// forTable refuses tokens that are not for a table.
func forTable(table string, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, by caller) {
		if !by.may(table) {
			fail(w, http.StatusForbidden, "Forbidden", fmt.Errorf("the token %s is not for table %s", by.name, table))
			return
		}
		h(w, r, by)
	}
}

// alsoReader refuses those who may not read rows: what is changed is answered with.
func alsoReader(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, by caller) {
		if !by.is(config.Reader) {
			fail(w, http.StatusForbidden, "Forbidden", fmt.Errorf("the token %s does not have the role %s", by.name, config.Reader))
			return
		}
		h(w, r, by)
	}
}

// A list is one page of an answer. NextLink is where the next page is; it is absent
// if there is none.
type list[T any] struct {
	Value    []T    `json:"value"`
	NextLink string `json:"nextLink,omitempty"`
}

// incidents answers a page of incidents, the latest first.
func (s *server) incidents(w http.ResponseWriter, r *http.Request, _ caller) {
	q, err := parseQuestion(r, "status", "severity", "owner", "label", "rule", "entity", "createdSince", "modifiedSince", "before", "limit")
	f := incident.Filter{Owner: q.text("owner"), Label: q.text("label"), Rule: q.text("rule"), Entity: q.text("entity"), Limit: q.limit()}
	f.Created, f.Modified, f.Before = q.time("createdSince"), q.time("modifiedSince"), q.number("before")
	f.Statuses, f.Severities = many(q, "status", incident.ParseStatus), many(q, "severity", incident.ParseSeverity)
	if err = errors.Join(err, q.wrong); err != nil {
		fail(w, http.StatusBadRequest, "BadRequest_InvalidRequest", err)
		return
	}
	f.Limit++ // to see whether there are more
	all, err := s.o.Incidents.Incidents(f)
	if err != nil {
		unkept(w, err)
		return
	}
	out := list[*incident.Incident]{Value: all}
	if len(all) == f.Limit {
		out.Value = all[:f.Limit-1]
		out.NextLink = nextLink(r, "before", strconv.FormatInt(out.Value[f.Limit-2].Number, 10))
	}
	answer(w, http.StatusOK, out)
}

// nextLink is the address of a request with another value of a parameter.
func nextLink(r *http.Request, name, value string) string {
	q := r.URL.Query()
	q.Set(name, value)
	return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
}

func (s *server) incident(w http.ResponseWriter, r *http.Request, _ caller) {
	i, ok := s.incidentOf(w, r)
	if ok {
		answerIncident(w, http.StatusOK, i, i)
	}
}

// incidentOf returns the incident that a request is about. Where it can't, it has sent
// the error.
func (s *server) incidentOf(w http.ResponseWriter, r *http.Request) (*incident.Incident, bool) {
	n, ok := numberOf(w, r)
	if !ok {
		return nil, false
	}
	i, err := s.o.Incidents.Incident(n)
	if err != nil {
		unkept(w, err)
	}
	return i, err == nil
}

func numberOf(w http.ResponseWriter, r *http.Request) (int64, bool) {
	text := r.PathValue("number")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		fail(w, http.StatusNotFound, "NotFound", fmt.Errorf("there is no incident %q: want its number", text))
		return 0, false
	}
	return n, true
}

// answerIncident sends v, of an incident whose version is the ETag.
func answerIncident(w http.ResponseWriter, status int, i *incident.Incident, v any) {
	w.Header().Set("ETag", etag(i))
	answer(w, status, v)
}

func etag(i *incident.Incident) string { return strconv.Quote(strconv.FormatInt(i.Version, 10)) }

// editOf reads what a request wants changed; after false it has answered.
func editOf(w http.ResponseWriter, r *http.Request) (incident.Edit, bool) {
	body, ok := bodyOf(w, r)
	if !ok {
		return incident.Edit{}, false
	}
	e, err := incident.ParseEdit(body)
	if err != nil {
		unkept(w, err)
		return incident.Edit{}, false
	}
	return e, true
}

// openIncident opens an incident by hand.
func (s *server) openIncident(w http.ResponseWriter, r *http.Request, by caller) {
	e, ok := editOf(w, r)
	if !ok {
		return
	}
	i, err := s.o.Incidents.Create(e, incident.User(by.name))
	if err != nil {
		unkept(w, err)
		return
	}
	w.Header().Set("Location", fmt.Sprintf("/v1/incidents/%d", i.Number))
	answerIncident(w, http.StatusCreated, i, i)
}

// editIncident changes an incident; with If-Match only the version of that ETag.
func (s *server) editIncident(w http.ResponseWriter, r *http.Request, by caller) {
	e, ok := editOf(w, r)
	if !ok {
		return
	}
	if i, ok := s.update(w, r, e, by); ok {
		answerIncident(w, http.StatusOK, i, i)
	}
}

func (s *server) update(w http.ResponseWriter, r *http.Request, e incident.Edit, by caller) (*incident.Incident, bool) {
	n, ok := numberOf(w, r)
	if !ok {
		return nil, false
	}
	var err error
	if e.Version, err = ifMatch(r.Header.Get("If-Match")); err != nil {
		fail(w, http.StatusBadRequest, "BadRequest_InvalidRequest", err)
		return nil, false
	}
	i, err := s.o.Incidents.Update(n, e, incident.User(by.name))
	if err != nil {
		unkept(w, err)
	}
	return i, err == nil
}

// ifMatch returns the version that a request is for, 0 for any.
func ifMatch(text string) (int64, error) {
	if text == "" || text == "*" {
		return 0, nil
	}
	v, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(text, "W/"), `"`), 10, 64)
	if err != nil || v < 1 {
		return 0, fmt.Errorf("If-Match: %s: want the ETag of an answer, as \"3\"", text)
	}
	return v, nil
}

func bodyOf(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEdit))
	if err != nil {
		failed(w, err)
	}
	return body, err == nil
}

// readForm reads a body that is one JSON object with no fields but those of v. form says
// what is wanted instead of another.
func readForm(body []byte, v any, form string) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, more := d.Token(); errors.Is(more, io.EOF) {
			return nil
		}
		return errors.New(form)
	}
	if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return fmt.Errorf("there is no field %s: %s", name, form)
	}
	return errors.New(form)
}

func (s *server) comments(w http.ResponseWriter, r *http.Request, _ caller) {
	if i, ok := s.incidentOf(w, r); ok {
		answerIncident(w, http.StatusOK, i, list[incident.Comment]{Value: i.Comments})
	}
}

// addComment adds a comment, and answers with it.
func (s *server) addComment(w http.ResponseWriter, r *http.Request, by caller) {
	body, ok := bodyOf(w, r)
	if !ok {
		return
	}
	var c struct {
		Message string `json:"message"`
	}
	const form = `want {"message": TEXT}`
	err := readForm(body, &c, form)
	if err == nil && strings.TrimSpace(c.Message) == "" {
		err = errors.New(form)
	}
	if err != nil {
		fail(w, http.StatusBadRequest, "BadRequest_InvalidBody", err)
		return
	}
	if i, ok := s.update(w, r, incident.Edit{Comment: c.Message}, by); ok {
		answerIncident(w, http.StatusCreated, i, i.Comments[len(i.Comments)-1])
	}
}

func (s *server) timeline(w http.ResponseWriter, r *http.Request, _ caller) {
	n, ok := numberOf(w, r)
	if !ok {
		return
	}
	changes, err := s.o.Incidents.Timeline(n)
	if err != nil {
		unkept(w, err)
		return
	}
	answer(w, http.StatusOK, list[incident.Change]{Value: changes})
}

// mostSimilar is how many similar incidents are answered with.
const mostSimilar = 20

func (s *server) similar(w http.ResponseWriter, r *http.Request, _ caller) {
	n, ok := numberOf(w, r)
	if !ok {
		return
	}
	all, err := s.o.Incidents.Similar(n, mostSimilar)
	if err != nil {
		unkept(w, err)
		return
	}
	answer(w, http.StatusOK, list[incident.Similar]{Value: all})
}

// unkept sends an error of what alerts and incidents are kept in.
func unkept(w http.ResponseWriter, err error) {
	var (
		none     *incident.NotFound
		conflict *incident.Conflict
		invalid  *incident.Invalid
	)
	switch {
	case errors.As(err, &none):
		fail(w, http.StatusNotFound, "NotFound", err)
	case errors.As(err, &conflict):
		fail(w, http.StatusPreconditionFailed, "PreconditionFailed", fmt.Errorf("%w: get it again", err))
	case errors.As(err, &invalid):
		fail(w, http.StatusBadRequest, "BadRequest_InvalidValue", err)
	case errors.Is(err, database.ErrAway):
		w.Header().Set("Retry-After", "2")
		fail(w, http.StatusServiceUnavailable, "ServiceUnavailable", err)
	default:
		failed(w, err)
	}
}
