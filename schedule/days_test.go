package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/postgres"
	"github.com/calypso-kql/calypso/ledger"
	"github.com/calypso-kql/calypso/schedule"
)

// A planted event is one that rules are to find.
type planted struct {
	name               string
	generated, arrives time.Time
	// ahead says that the clock was, or was to be, ahead about when it happened.
	ahead bool
}

// days are simulated: what is true happens minute by minute, whatever the clock says
// that the process has.
type days struct {
	*tenant
	r    *rand.Rand
	true time.Time
	// offset is how far the clock is ahead, until a time.
	offset time.Duration
	wrong  time.Time
	shown  time.Time // the latest time that it was
	ended  time.Time // the end of the last window that was evaluated while it was ahead
	// down is until when the process is not there, away until when the database is not.
	down, away time.Time
	stop       func()
	start      func()
	stopping   sync.WaitGroup // has begun, and not ended

	mortal    *mortal
	scheduler *schedule.Scheduler
	all       []*planted
	waiting   []*planted
	kills     int
}

// dayRules find all events, each kind in its way.
func dayRules() []*detect.Rule {
	rule := func(id string, change func(*detect.Rule)) *detect.Rule {
		return newRule(func(r *detect.Rule) {
			r.ID, r.Name, r.Override.NameFormat = id, id, id+" {{Name_s}}"
			r.Incident = grouped().Incident
			change(r)
		})
	}
	return []*detect.Rule{
		rule("plain", func(*detect.Rule) {}),
		rule("arrival", func(r *detect.Rule) { r.ByArrival, r.Period, r.Query = true, 5*time.Minute, "Events_CL" }),
		rule("nrt", func(r *detect.Rule) {
			r.Kind, r.Frequency, r.Period, r.Query = detect.NRT, 0, 0, "Events_CL"
		}),
		rule("once", func(r *detect.Rule) {
			r.Once, r.Period, r.Frequency, r.Query = true, 24*time.Hour, 15*time.Minute, "Events_CL | project TimeGenerated, Name_s"
		}),
	}
}

// back lets the database be there again. A process does not begin without it.
func (d *days) back() {
	if d.stop != nil && !d.away.IsZero() {
		d.stopping.Wait()
		d.start()
		d.away = time.Time{}
	}
}

// live lets a process live that may die at one of its next steps.
func (d *days) live() {
	d.back()
	d.mortal = &mortal{x: d.tenant, incidents: d.openIncidents()}
	d.sink, d.incidents = d.mortal, d.mortal
	d.scheduler = d.tenant.scheduler()
}

// minute is one of what is true.
func (d *days) minute() {
	d.true = d.true.Add(time.Minute)
	for range d.r.IntN(4) / 3 { // few enough that no window has more than 30
		p := &planted{name: fmt.Sprintf("e%d", len(d.all)), generated: d.true.Add(-time.Duration(d.r.IntN(60_000)) * time.Millisecond), arrives: d.true}
		p.ahead = !p.generated.After(d.ended)
		switch n := d.r.IntN(20); {
		case n < 4:
			p.arrives = d.true.Add(time.Duration(1+d.r.IntN(3)) * time.Minute)
		case n < 7:
			p.arrives = d.true.Add(time.Duration(d.r.IntN(60)) * time.Minute)
		case n < 8:
			p.arrives = d.true.Add(time.Duration(d.r.IntN(240)) * time.Minute)
		}
		d.all, d.waiting = append(d.all, p), append(d.waiting, p)
	}
	if d.true.Before(d.down) {
		// If the clock is right when the process is back, nothing shows that it was not.
		for _, p := range d.all[max(0, len(d.all)-1):] {
			p.ahead = p.ahead || p.generated.Before(d.shown)
		}
		return
	}
	d.fate()
	d.set(d.true.Add(d.offset))
	if d.shown.Before(d.clock()) {
		d.shown = d.clock()
	}
	d.arrive()
	if d.r.IntN(10) == 0 {
		d.mortal.dies, d.mortal.after = d.mortal.steps+1+d.r.IntN(6), d.r.IntN(2) == 0
	}
	err := d.scheduler.Drain(context.Background())
	if err == nil {
		_, err = d.mortal.incidents.Deliver(context.Background(), d.mortal)
	}
	if err != nil && !errors.Is(err, errDead) && !errors.Is(err, database.ErrAway) {
		d.t.Fatal(err)
	}
	if d.mortal.dies > 0 && d.mortal.steps >= d.mortal.dies {
		d.kills++
		d.live()
	}
}

// fate lets the clock, the process and the database go wrong, and right again.
func (d *days) fate() {
	switch {
	case d.offset != 0 && !d.true.Before(d.wrong):
		d.t.Logf("%s: the clock is right", d.true.Format(time.TimeOnly))
		d.offset = 0
	case d.offset == 0 && d.r.IntN(120) == 0:
		d.offset = time.Duration(d.r.IntN(140)-60) * time.Minute
		d.wrong = d.true.Add(time.Duration(1+d.r.IntN(20)) * time.Minute)
		d.t.Logf("%s: the clock is ahead by %s", d.true.Format(time.TimeOnly), d.offset)
	case d.r.IntN(150) == 0:
		d.down = d.true.Add(time.Duration(d.r.IntN(90)) * time.Minute)
		d.t.Logf("%s: the process is away until %s", d.true.Format(time.TimeOnly), d.down.Format(time.TimeOnly))
		d.mortal.dies = d.mortal.steps // whatever it was doing
		d.live()
	}
	if d.offset > 0 {
		// The window of now has not ended. If it raises an alert, it is not looked at again.
		d.ended = d.true.Truncate(5 * time.Minute).Add(5 * time.Minute)
		for _, p := range d.all[max(0, len(d.all)-30):] {
			p.ahead = p.ahead || d.true.Sub(p.generated) < 10*time.Minute
		}
	}
	if d.stop == nil {
		return
	}
	switch {
	case !d.away.IsZero() && !d.true.Before(d.away):
		d.back()
	case d.away.IsZero() && d.r.IntN(100) == 0:
		// In the midst of what the process does.
		d.away = d.true.Add(time.Duration(1+d.r.IntN(6)) * time.Minute)
		after := time.Duration(d.r.IntN(20)) * time.Millisecond
		d.stopping.Go(func() {
			time.Sleep(after)
			d.stop()
		})
	}
}

// arrive lets events arrive, some of them twice, those of a batch in no order.
func (d *days) arrive() {
	var still []*planted
	d.r.Shuffle(len(d.waiting), func(i, j int) { d.waiting[i], d.waiting[j] = d.waiting[j], d.waiting[i] })
	for _, p := range d.waiting {
		if p.arrives.After(d.true) {
			still = append(still, p)
			continue
		}
		line := fmt.Appendf(nil, `{"TimeGenerated":%q,"Name_s":%q}`, p.generated.Format(time.RFC3339Nano), p.name)
		for range 1 + d.r.IntN(2) {
			if err := d.intake.Deliver(context.Background(), p.name, "Events_CL", [][]byte{line}); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	d.waiting = still
}

// run simulates hours, and then lets all that is right come to its end.
func (d *days) run(hours int) {
	d.true = noon
	d.live()
	d.set(noon)
	d.events(1_000_000, noon.Add(-30*24*time.Hour)) // the table is there
	if err := d.scheduler.Drain(context.Background()); err != nil {
		d.t.Fatal(err)
	}
	for range hours * 60 {
		d.minute()
	}
	d.offset = 0
	for i := range 7 {
		d.true = d.true.Add(6 * time.Minute)
		if i == 1 { // after a process that was away is back, who catches up on no more than 6 hours
			d.true = d.true.Add(5 * time.Hour) // past all that arrives, and any clock that was ahead
		}
		d.set(d.true)
		d.arrive()
		d.live()
		if err := d.scheduler.Drain(context.Background()); err != nil && !errors.Is(err, database.ErrAway) {
			d.t.Fatal(err)
		}
		if _, err := d.mortal.incidents.Deliver(context.Background(), d.mortal); err != nil && !errors.Is(err, database.ErrAway) {
			d.t.Fatal(err)
		}
	}
}

// check looks whether each event has raised its alerts, and whether each window is
// accounted for.
func (d *days) check() {
	t := d.t
	raised := map[string]int{}
	for _, line := range d.ask("SecurityAlert | summarize n = count(), ids = dcount(SystemAlertId) by AlertName | project AlertName, n, ids") {
		words := strings.Fields(line)
		n, err := strconv.Atoi(words[len(words)-2])
		if err != nil || words[len(words)-1] != words[len(words)-2] {
			t.Errorf("alerts of one name: %s", line)
		}
		raised[strings.Join(words[:len(words)-2], " ")] = n
	}
	for _, p := range d.all {
		for _, rule := range dayRules() {
			n := raised[rule.ID+" "+p.name]
			must := rule.ID != "plain" || p.arrives.Sub(p.generated) <= 4*time.Minute && !p.ahead
			if n > 1 || must && n == 0 {
				t.Errorf("%s: %s, generated at %s and there at %s, has raised %d alerts", rule.ID, p.name, p.generated.Format(time.TimeOnly), p.arrives.Format(time.TimeOnly), n)
			}
		}
	}
	for _, rule := range dayRules() {
		runs, err := d.ledger.Runs(ledger.Filter{Rule: rule.ID})
		if err != nil {
			t.Fatal(err)
		}
		every, _ := rule.Timing()
		for i, r := range runs {
			if r.State != ledger.Done {
				t.Errorf("%s: the window that ends at %s is %s: %s", rule.ID, r.To, r.State, r.Error)
			}
			if i > 0 && !r.To.Add(every).Equal(runs[i-1].To) {
				t.Errorf("%s: no window ends after %s and before %s", rule.ID, r.To, runs[i-1].To)
			}
		}
	}
	// Each alert is in one incident, and the last row of each says so.
	got := d.ask(`let alerts = toscalar(SecurityAlert | summarize dcount(SystemAlertId, 4));
		SecurityIncident | summarize arg_max(LastModifiedTime, AlertIds) by IncidentNumber | mv-expand AlertIds to typeof(string) | summarize n = count(), ids = dcount(AlertIds, 4) | project n - alerts, ids - alerts`)
	want(t, "alerts of incidents", got, "0 0")
}

// TestDays simulates a day in which events are late, come twice and in no order, the
// clock jumps, the process dies and the database goes away: each event raises each of its
// alerts once, and each window is accounted for. CALYPSO_DAYS=SEED,SEEDS,HOURS simulates
// more. Under the race detector SQLite, which is C made Go, takes forty times as long:
// make test runs it without.
func TestDays(t *testing.T) {
	if raceDetector {
		t.Skip("too slow under the race detector")
	}
	seed, seeds, hours := uint64(1), 1, 24
	if text := os.Getenv("CALYPSO_DAYS"); text != "" {
		if _, err := fmt.Sscanf(text, "%d,%d,%d", &seed, &seeds, &hours); err != nil {
			t.Fatal(err)
		}
	}
	for n := range seeds {
		t.Run(fmt.Sprintf("SQLite %d", seed+uint64(n)), func(t *testing.T) {
			d := newDays(t, "", seed+uint64(n))
			d.run(hours)
			d.check()
			t.Logf("%d events, %d kills", len(d.all), d.kills)
		})
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgres.Start(t)
		for n := range (seeds + 1) / 2 {
			t.Run(fmt.Sprint(seed+uint64(n)), func(t *testing.T) {
				d := newDays(t, server.URL(), seed+uint64(n))
				d.stop, d.start = server.Stop, server.Resume
				d.run((hours + 1) / 2)
				d.check()
				t.Logf("%d events, %d kills", len(d.all), d.kills)
			})
		}
	})
}

func newDays(t *testing.T, source string, seed uint64) *days {
	dir := t.TempDir()
	if source == "" {
		source = filepath.Join(dir, "days.db")
	}
	x := open(t, dir, dayRules()...)
	db, err := database.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	x.db = db
	if x.ledger, err = ledger.New(db, ""); err != nil {
		t.Fatal(err)
	}
	d := &days{tenant: x, r: rand.New(rand.NewPCG(seed, 1)), true: noon}
	t.Cleanup(d.stopping.Wait)
	return d
}
