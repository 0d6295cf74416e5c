package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/calypso-kql/calypso/incident"
)

// alerts answers a page of alerts, the latest first.
func (s *server) alerts(w http.ResponseWriter, r *http.Request, _ caller) {
	q, err := parseQuestion(r, "status", "severity", "rule", "incident", "since", "after", "limit")
	f := incident.AlertFilter{Rule: q.text("rule"), Incident: q.number("incident"), Generated: q.time("since"), After: q.text("after"), Limit: q.limit()}
	f.Statuses, f.Severities = many(q, "status", incident.ParseAlertStatus), many(q, "severity", incident.ParseSeverity)
	if err = errors.Join(err, q.wrong); err != nil {
		fail(w, http.StatusBadRequest, "BadRequest_InvalidRequest", err)
		return
	}
	all, next, err := s.o.Incidents.Alerts(f)
	if err != nil {
		unkept(w, err)
		return
	}
	out := list[*incident.Alert]{Value: all}
	if next != "" {
		out.NextLink = nextLink(r, "after", next)
	}
	answer(w, http.StatusOK, out)
}

// alertsOfIncident answers all alerts of an incident.
func (s *server) alertsOfIncident(w http.ResponseWriter, r *http.Request, _ caller) {
	i, ok := s.incidentOf(w, r)
	if !ok {
		return
	}
	all, _, err := s.o.Incidents.Alerts(incident.AlertFilter{Incident: i.Number})
	if err != nil {
		unkept(w, err)
		return
	}
	answer(w, http.StatusOK, list[*incident.Alert]{Value: all})
}

// wholeAlert is an alert with its row of SecurityAlert.
type wholeAlert struct {
	*incident.Alert
	Row json.RawMessage `json:"row"`
}

func (s *server) alert(w http.ResponseWriter, r *http.Request, _ caller) {
	a, err := s.o.Incidents.Alert(r.PathValue("id"))
	if err != nil {
		unkept(w, err)
		return
	}
	answer(w, http.StatusOK, wholeAlert{a, a.Row})
}

// editAlert says how far work on an alert has come.
func (s *server) editAlert(w http.ResponseWriter, r *http.Request, _ caller) {
	body, ok := bodyOf(w, r)
	if !ok {
		return
	}
	var e struct {
		Status incident.AlertStatus `json:"status"`
	}
	if err := readForm(body, &e, `want {"status": STATUS}`); err != nil {
		fail(w, http.StatusBadRequest, "BadRequest_InvalidBody", err)
		return
	}
	a, err := s.o.Incidents.SetStatus(r.PathValue("id"), e.Status)
	if err != nil {
		unkept(w, err)
		return
	}
	answer(w, http.StatusOK, wholeAlert{a, a.Row})
}
