package command

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

const policyColumns = "(PolicyName: string, EntityName: string, Policy: string, ChildEntities: string, EntityType: string)"

func policyCommands() []Declaration {
	return []Declaration{
		{Syntax: "show table (<table> | *) policy retention", Role: config.Reader, Columns: policyColumns, Run: showRetention,
			Doc: "Says for how long the rows of a table, or of all, are kept; null is for ever."},
		{Syntax: "alter table <table> policy retention <string:texts>", Role: config.Admin, Columns: policyColumns, Run: alterRetention,
			Doc: `Says for how long the rows of a table are kept: {"SoftDeletePeriod": "90.00:00:00"}. What is older is deleted, and can't be recovered. Bytes, in the same object, bounds the size of its segments: the oldest go first, the newest stays.`},
		{Syntax: "alter-merge table <table> policy retention <string:texts>", Role: config.Admin, Columns: policyColumns, Run: alterRetention,
			Doc: "Changes what is given of a retention policy."},
		{Syntax: "alter-merge table <table> policy retention softdelete = <timespan> [recoverability = (enabled | disabled)]", Role: config.Admin, Columns: policyColumns, Run: alterRetention,
			Doc: "Says for how long the rows of a table are kept."},
		{Syntax: "delete table <table> policy retention", Role: config.Admin, Columns: policyColumns, Run: alterRetention,
			Doc: "Keeps the rows of a table for ever."},
	}
}

// retentionPolicy is Kusto's policy object; Bytes is not Kusto's.
type retentionPolicy struct {
	SoftDeletePeriod string `json:"SoftDeletePeriod,omitempty"`
	Recoverability   string `json:"Recoverability,omitempty"`
	Bytes            *int64 `json:"Bytes,omitempty"`
}

// forEver is what Kusto has for no limit: 1,000 years.
const forEver = "365000.00:00:00"

// retentionText returns the policy object of a table, null if it has none.
func retentionText(r store.Retention) string {
	if r == (store.Retention{}) {
		return "null"
	}
	p := retentionPolicy{SoftDeletePeriod: forEver, Recoverability: "Disabled"}
	if r.Age > 0 {
		p.SoftDeletePeriod = string(types.AppendTimeSpan(nil, int64(r.Age/100)))
	}
	if r.Bytes > 0 {
		p.Bytes = &r.Bytes
	}
	return jsonText(p)
}

func (c *call) retention(table string) store.Retention {
	for _, st := range c.o.Store.Snapshot().Stats() {
		if st.Table == table {
			return st.Retention
		}
	}
	return store.Retention{}
}

func (c *call) retentionRow(table string) {
	c.out.add("RetentionPolicy", entity(table), retentionText(c.retention(table)), "", "Table")
}

func showRetention(_ ctx, c *call) error {
	names, err := c.named()
	if err != nil {
		return err
	}
	for _, name := range names {
		c.retentionRow(name)
	}
	return nil
}

func alterRetention(_ ctx, c *call) error {
	table := c.args.text("table")
	if _, err := c.exists(table); err != nil {
		return err
	}
	var r store.Retention
	if c.args.has("alter-merge") {
		r = c.retention(table)
	}
	switch {
	case c.args.has("softdelete"):
		age, err := c.ageOf(c.args.values["timespan"].(int64))
		if err != nil {
			return err
		}
		r.Age = age
	case c.args.has("delete"):
	default:
		var err error
		if r, err = c.policyOf(r, c.args.text("string")); err != nil {
			return err
		}
	}
	if err := c.o.Store.SetRetention(table, r); err != nil {
		return err
	}
	c.retentionRow(table)
	return nil
}

// ageOf returns a soft-delete period as the store has it, 0 for as good as for ever.
func (c *call) ageOf(ticks int64) (time.Duration, error) {
	switch {
	case ticks <= 0:
		return 0, c.mistake("a soft-delete period must be longer than nothing: .clear table T data empties a table")
	case ticks > math.MaxInt64/100:
		return 0, nil
	}
	return time.Duration(ticks * 100), nil
}

// policyOf returns r with what a policy object says.
func (c *call) policyOf(r store.Retention, text string) (store.Retention, error) {
	var p retentionPolicy
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return r, c.mistake(`the policy is not understood: %v; want {"SoftDeletePeriod": "90.00:00:00"}`, err)
	}
	if p.SoftDeletePeriod != "" {
		ticks, ok := types.ParseTimeSpan(p.SoftDeletePeriod)
		if !ok {
			return r, c.mistake("SoftDeletePeriod is no timespan: %s; want days.hours:minutes:seconds, as 90.00:00:00", quoted(p.SoftDeletePeriod))
		}
		age, err := c.ageOf(ticks)
		if err != nil {
			return r, err
		}
		r.Age = age
	}
	if p.Bytes != nil {
		if *p.Bytes < 0 {
			return r, c.mistake("Bytes must not be negative; 0 is no limit")
		}
		r.Bytes = *p.Bytes
	}
	return r, nil
}
