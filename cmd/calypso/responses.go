package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/automation"
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/notify"
	"github.com/calypso-kql/calypso/schedule"
	"github.com/calypso-kql/calypso/telemetry"
)

// responses are what happens by itself when there are alerts and incidents.
type responses struct {
	queue  *notify.Queue
	rules  *automation.Set
	engine *automation.Engine
	log    *slog.Logger
	now    func() time.Time
}

// openResponses opens the channels and reads the automation rules of a
// configuration. metrics may be nil.
func openResponses(c config.Config, db *database.DB, now func() time.Time, log *slog.Logger, metrics *telemetry.Metrics) (*responses, error) {
	o := notify.Options{DB: db, Config: c.Notifications, Version: version(), Now: time.Now, Log: log}
	if metrics != nil {
		o.Observer = metrics
	}
	queue, err := notify.New(o)
	if err != nil {
		return nil, err
	}
	set := automation.NewSet(automationPaths(c), queue.HasChannel, log)
	engine := &automation.Engine{Rules: set.Rules, Notifier: notify.Incidents{Queue: queue}, Now: now, Log: log}
	if metrics != nil {
		metrics.WatchQueue(queue)
		engine.Applied = func(r *automation.Rule) { metrics.Automated(r.Name) }
	}
	return &responses{queue, set, engine, log, now}, nil
}

// run sends messages, and reads automation rules that change, until ctx ends.
func (r *responses) run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { r.rules.Watch(ctx) })
	r.queue.Run(ctx)
	wg.Wait()
}

// automationPaths are where automation rules are: in the folders of other rules, and
// where the configuration says.
func automationPaths(c config.Config) []string {
	return append(foldersOf(c.Rules), c.Automation...)
}

// incidentOptions returns how incidents are kept, so that r happens.
func (r *responses) incidentOptions(c config.Config, node string) incident.Options {
	tell := notify.Incidents{Queue: r.queue}
	return incident.Options{
		Now: r.now, Node: node, URL: c.Incidents.URL, Keep: c.Incidents.Keep,
		Automators:     []incident.Automator{r.engine, tell},
		AlertObservers: []incident.AlertObserver{r.engine, tell},
	}
}

// troubled tells of trouble with a rule: that it fails once a day while it says the
// same, and of windows that are given up once an hour.
func (r *responses) troubled(t schedule.Trouble) {
	now := r.now().UTC()
	e := notify.Event{
		Time: now, Subject: "rule:" + t.Rule, Title: t.Name, Rules: []notify.Rule{{ID: t.Rule, Name: t.Name}},
		Window: &notify.Window{From: t.From, To: t.To, Attempt: t.Attempt, Error: t.Error},
	}
	day := now.Format("2006-01-02")
	switch t.Kind {
	case schedule.Failing:
		e.Type, e.ID = config.RuleFailing, fmt.Sprintf("failing:%q:%s:%s", t.Rule, t.Version, day)
	case schedule.GivenUp:
		e.Type, e.ID = config.WindowsGivenUp, fmt.Sprintf("given up:%q:%s", t.Rule, now.Format("2006-01-02T15"))
	case schedule.Kept:
		e.Type, e.ID = config.RuleKept, fmt.Sprintf("kept:%q:%x:%s", t.Path, sha256.Sum256([]byte(t.Error)), day)
		e.Subject, e.Title, e.Rules = "rules:"+t.Path, t.Kept[0].Name, nil
		for _, r := range t.Kept {
			e.Rules = append(e.Rules, notify.Rule(r))
		}
		if len(t.Kept) > 1 {
			e.Title = fmt.Sprintf("%d rules of %s", len(t.Kept), t.Path)
		}
	}
	if err := r.queue.TellNow(e); err != nil {
		r.log.Error("notifications", "rule", t.Name, "path", t.Path, "error", err)
	}
}
