package demo

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/internal/tenant"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/output"
)

// TellWritten says what the tenant is and what was written.
func (d *Demo) TellWritten(w io.Writer, x Written, took time.Duration) {
	t := d.tenant
	fmt.Fprintf(w, "%s, an invented tenant of %s people, %s to %s UTC\n", t.Name(), grouped(int64(d.options.Users)),
		stamp(end().Add(-48*time.Hour)), stamp(end()))
	fmt.Fprintf(w, "wrote   %s sign-ins, %s risk detections, %s alert rows: %d MB in %d files, %s\n",
		grouped(t.SignIns()), grouped(int64(len(t.RiskEvents()))), grouped(int64(len(t.Alerts()))), x.Bytes>>20, x.Files, round(took))
}

// TellLoaded says what was loaded.
func (d *Demo) TellLoaded(w io.Writer, x Written, took time.Duration) {
	speed := float64(x.Bytes) / 1e6 / max(took.Seconds(), 1e-9)
	fmt.Fprintf(w, "loaded  %s rows into %s, %s, %.0f MB/s\n", grouped(d.Rows()), strings.Join(d.set.Names(), ", "), round(took), speed)
	fmt.Fprintf(w, "rule    %s: every %s over the last %s; each run sees what had arrived %s after its time\n\n",
		d.rule.Name, short(d.rule.Frequency), short(d.rule.Period), short(d.options.Delay))
}

// TellFired draws an alert and says what had been planted.
func TellFired(w io.Writer, f Fired) error {
	about := "not planted"
	if f.Case != nil {
		about = f.Case.Name + ": " + f.Case.About
	}
	fmt.Fprintf(w, "%s  %s\n", clock(f.At), about)
	if err := f.Alert.WriteCard(w); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}

// TellVerdict prints the table of all alerts, the timings, and whether all is as
// it must be.
func (d *Demo) TellVerdict(w io.Writer, v *Verdict, o output.Options) error {
	if err := output.Write(w, output.Text, []kql.Table{v.table()}, o); err != nil {
		return err
	}
	least, median, most := spread(v.runs)
	fmt.Fprintf(w, "\n%d runs, one every %s from %s to %s, each over the %s rows: least %s, median %s, most %s\n\n", len(v.runs),
		short(tenant.Tick), clock(v.from), clock(v.to), grouped(d.Rows()), round(least), round(median), round(most))
	must, earlier, never := v.split()
	fmt.Fprintf(w, "Planted were %d detections to be reported in these hours, %d that had been reported before, and %d look-alikes:\n", len(must), len(earlier), len(never))
	for _, c := range slices.Concat(earlier, never) {
		fmt.Fprintf(w, "  %-15s %s\n", c.Name, c.About)
	}
	if len(v.Wrong) == 0 {
		_, err := fmt.Fprintf(w, "All %d were reported, each once, in its window and with the values planted. Nothing else was:\nthe %d others stayed silent, and so did %s more risk detections of other kinds.\n",
			len(must), len(earlier)+len(never), grouped(int64(d.others())))
		return err
	}
	fmt.Fprintln(w, "Not as it must be:")
	for _, s := range v.Wrong {
		fmt.Fprintf(w, "  %s\n", s)
	}
	return nil
}

// others counts the detections that were not planted.
func (d *Demo) others() int {
	seen := map[string]bool{}
	for i := range d.tenant.RiskEvents() {
		seen[d.tenant.RiskEvents()[i].ID] = true
	}
	for _, c := range d.tenant.Cases() {
		delete(seen, c.ID)
	}
	return len(seen)
}

// table is all alerts, a row each.
func (v *Verdict) table() kql.Table {
	names := []string{"At", "User", "RiskState", "AlertStatus", "SignInFrom", "Planted"}
	cells := make([][]string, len(names))
	for _, f := range v.Fired {
		planted := "-"
		if f.Case != nil {
			planted = f.Case.Name
		}
		for i, s := range []string{clock(f.At), f.user, f.riskState, f.alertStatus, f.address, planted} {
			cells[i] = append(cells[i], s)
		}
	}
	t := kql.Table{}
	var cols []column.Column
	for i, name := range names {
		t.Schema.Columns = append(t.Schema.Columns, types.Column{Name: name, Type: types.String})
		cols = append(cols, column.NewVec(types.String, cells[i], nil))
	}
	t.Batches = []*column.Batch{column.NewBatch(len(v.Fired), cols)}
	return t
}

func spread(d []time.Duration) (least, median, most time.Duration) {
	if len(d) == 0 {
		return 0, 0, 0
	}
	d = slices.Sorted(slices.Values(d))
	return d[0], d[len(d)/2], d[len(d)-1]
}

// round keeps what people read of a duration.
func round(d time.Duration) time.Duration {
	if d < 100*time.Millisecond {
		return d.Round(100 * time.Microsecond)
	}
	return d.Round(10 * time.Millisecond)
}

// short writes 5m0s as 5m and 48h0m0s as 48h.
func short(d time.Duration) string {
	s := strings.TrimSuffix(d.String(), "m0s")
	if s == d.String() {
		return s
	}
	if h := strings.TrimSuffix(s, "h0"); h != s {
		return h + "h"
	}
	return s + "m"
}

// grouped writes a number with commas.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
