package command

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

const purgeColumns = "(OperationId: guid, DatabaseName: string, TableName: string, ScheduledTime: datetime, Duration: timespan, LastUpdatedOn: datetime, EngineOperationId: guid, State: string, StateDetails: string, EngineStartTime: datetime, EngineDuration: timespan, Retries: int, ClientRequestId: string, Principal: string)"

func deleteCommands() []Declaration {
	const records = "purge table <table> records [in database <database>]"
	const all = "purge table <table> [in database <database>] allrecords"
	return []Declaration{
		{Syntax: "delete table <table> records [with <properties>]", Input: "query", Role: config.Admin, Run: deleteRecords,
			Columns: "(TableName: string, RecordsMatchPredicate: long, Deleted: bool)",
			Doc:     "Deletes the rows for which the query, as T | where …, is true, for good; with (whatif=true) it only counts them."},
		{Syntax: records, Input: "query", Role: config.Admin, Run: purgeFirst,
			Columns: "(NumRecordsToPurge: long, EstimatedPurgeExecutionTime: timespan, VerificationToken: string)",
			Doc:     "Counts the rows for which where … is true, and answers with the token that purges them. The time is not estimated, and null."},
		{Syntax: records + " with <properties>", Input: "query", Role: config.Admin, Columns: purgeColumns, Run: purgeRecords,
			Doc: "Purges the rows for which where … is true, given (verificationtoken='…') or (noregrets='true'): from segments, memory and log, for good, before it answers."},
		{Syntax: all, Role: config.Admin, Columns: "(VerificationToken: string)", Run: purgeAllFirst,
			Doc: "Answers with the token that purges a whole table."},
		{Syntax: all + " with <properties>", Role: config.Admin, Columns: tablesColumns, Run: purgeAll,
			Doc: "Drops a table with all its rows, given (verificationtoken='…') or (noregrets='true')."},
		{Syntax: "show purges [<guid>] [in database <database>]", Role: config.Admin, Columns: purgeColumns, Run: showPurges,
			Doc: "Lists what was purged."},
		{Syntax: "clear table <table> data", Role: config.Admin, Columns: "(Status: string)", Run: clearTable,
			Doc: "Deletes all rows of a table, which stays."},
	}
}

// predicate returns the condition of a query that is where … alone, or T | where …
// for the table T; several conditions count together.
func (c *call) predicate(ctx context.Context, table string, named bool) (string, error) {
	text := c.inputQuery()
	if !named {
		// The command's own words leave room for the table's name.
		head := bracketed(table) + "|"
		if c.st.input < len(head) {
			return "", c.mistake("the command is not understood")
		}
		text = text[:c.st.input-len(head)] + head + c.inputText()
	}
	whole, err := c.inputPlan(ctx, text)
	if err != nil {
		return "", err
	}
	q := whole.Tree()
	if len(q.Statements) == 1 {
		if s, ok := q.Statements[0].(*syntax.ExprStmt); ok {
			if p, ok := s.X.(*syntax.PipeExpr); ok {
				if id, ok := p.Source.(*syntax.Ident); ok && id.Name == table {
					return c.conditions(text, p.Ops)
				}
			}
		}
	}
	return "", mistake(c.st.text, c.st.input, len(c.st.text), "want a condition on the table: "+bracketed(table)+" | where …")
}

func (c *call) conditions(text string, ops []syntax.Operator) (string, error) {
	var parts []string
	for _, op := range ops {
		w, ok := op.(*syntax.WhereOp)
		if !ok {
			return "", mistake(c.st.text, op.Pos(), op.End(), "only where can stand here: put what the condition needs into it")
		}
		parts = append(parts, text[w.Cond.Pos():w.Cond.End()])
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return "(" + strings.Join(parts, ") and (") + ")", nil
}

// matching returns what finds the rows of a table for which a predicate is true.
func (c *call) matching(ctx context.Context, table, predicate string) (store.Match, error) {
	s, err := c.exists(table)
	if err != nil {
		return nil, err
	}
	f, diags := c.o.Engine.Filter(predicate, s)
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return nil, &Error{Text: predicate, Diagnostics: diags}
		}
	}
	run := c.s.Run
	run.MaxRows, run.MaxBytes = 0, 0
	return func(have types.Schema, b *column.Batch) ([]uint32, error) {
		if !have.Equal(s) {
			// The table has got another column meanwhile: places have moved.
			if f, diags = c.o.Engine.Filter(predicate, have); len(diags) > 0 {
				return nil, &Error{Text: predicate, Diagnostics: diags}
			}
			s = have
		}
		return f.Rows(ctx, b, run)
	}, nil
}

// count returns for how many rows a predicate is true.
func (c *call) count(ctx context.Context, table, predicate string) (int64, error) {
	q, err := c.query(ctx, bracketed(table)+" | where (\n"+predicate+"\n) | count", c.s, nil)
	if err != nil {
		return 0, err
	}
	tables, err := q.Run(ctx, c.s.Run)
	if err != nil {
		return 0, err
	}
	return firstLong(tables)
}

// firstLong returns the only value of an answer.
func firstLong(tables []kql.Table) (int64, error) {
	if len(tables) == 0 || len(tables[0].Batches) == 0 {
		return 0, nil
	}
	col, err := tables[0].Batches[0].Column(0)
	if err != nil {
		return 0, err
	}
	v := column.ViewOf[int64](col)
	return v.At(0), nil
}

func deleteRecords(ctx ctx, c *call) error {
	table := c.args.text("table")
	predicate, err := c.predicate(ctx, table, true)
	if err != nil {
		return err
	}
	whatIf := false
	for key, p := range c.args.props("properties") {
		if key != "whatif" {
			return c.mistake("the property %s is not known: there is whatif", quoted(p.name))
		}
		whatIf = strings.EqualFold(p.value, "true")
	}
	match, err := c.matching(ctx, table, predicate)
	if err != nil {
		return err
	}
	if whatIf {
		n, err := c.count(ctx, table, predicate)
		c.out.add(table, n, false)
		return err
	}
	record, err := c.o.Store.Purge(ctx, table, predicate, c.s.Run.Session.User, match)
	c.out.add(table, record.Rows, true)
	return err
}

// token is what confirms a purge: whoever has it has seen what would go.
func (c *call) token(table, predicate string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s", c.o.Store.Snapshot().ID(table), table, predicate))
	return hex.EncodeToString(sum[:])
}

// confirmed reports whether the properties confirm a purge.
func (c *call) confirmed(table, predicate string) error {
	props := c.args.props("properties")
	for key, p := range props {
		switch key {
		case "noregrets":
			if yes, _ := strconv.ParseBool(p.value); yes {
				return nil
			}
		case "verificationtoken":
			if subtle.ConstantTimeCompare([]byte(p.value), []byte(c.token(table, predicate))) == 1 {
				return nil
			}
			return c.mistake("the verification token is not that of this purge: run the command without it first")
		default:
			return c.mistake("the property %s is not known: there are noregrets and verificationtoken", quoted(p.name))
		}
	}
	return c.mistake("a purge needs (noregrets='true') or (verificationtoken='…'), which the command without them answers with")
}

func purgeFirst(ctx ctx, c *call) error {
	table := c.args.text("table")
	predicate, err := c.predicate(ctx, table, false)
	if err != nil {
		return err
	}
	if _, err := c.matching(ctx, table, predicate); err != nil {
		return err
	}
	n, err := c.count(ctx, table, predicate)
	if err != nil {
		return err
	}
	c.out.add(n, nil, c.token(table, predicate))
	return nil
}

func purgeRecords(ctx ctx, c *call) error {
	table := c.args.text("table")
	predicate, err := c.predicate(ctx, table, false)
	if err != nil {
		return err
	}
	if err := c.confirmed(table, predicate); err != nil {
		return err
	}
	match, err := c.matching(ctx, table, predicate)
	if err != nil {
		return err
	}
	record, err := c.o.Store.Purge(ctx, table, predicate, c.s.Run.Session.User, match)
	if err != nil {
		return err
	}
	c.purgeRow(record)
	return nil
}

// purgeID is the id of a purge: no table has the number that its first half is.
func purgeID(number int) types.GUID128 {
	var g types.GUID128
	copy(g[:], "\xff\xff\xff\xffpurg")
	binary.BigEndian.PutUint64(g[8:], uint64(number))
	return g
}

func (c *call) purgeRow(r store.PurgeRecord) {
	state, details := "Completed", fmt.Sprintf("%d rows were purged", r.Rows)
	switch {
	case r.Error != "":
		state, details = "Failed", r.Error
	case r.Ended.IsZero():
		state, details = "InProgress", "or a crash has ended it: purge again"
	}
	var took any
	if !r.Ended.IsZero() {
		took = int64(r.Ended.Sub(r.Begun) / 100)
	}
	updated := r.Ended
	if updated.IsZero() {
		updated = r.Begun
	}
	id := purgeID(r.Number)
	c.out.add(id, Database, r.Table, ticksOf(r.Begun), took, ticksOf(updated), id, state, details, ticksOf(r.Begun), took, 0, "", r.By)
}

func showPurges(_ ctx, c *call) error {
	all, err := c.o.Store.Purges()
	if err != nil {
		return err
	}
	for _, r := range all {
		if id, ok := c.args.values["guid"].(types.GUID128); ok && id != purgeID(r.Number) || !c.s.may(r.Table) {
			continue
		}
		c.purgeRow(r)
	}
	return nil
}

func purgeAllFirst(_ ctx, c *call) error {
	table := c.args.text("table")
	if _, err := c.exists(table); err != nil {
		return err
	}
	c.out.add(c.token(table, ""))
	return nil
}

func purgeAll(ctx ctx, c *call) error {
	table := c.args.text("table")
	if _, err := c.exists(table); err != nil {
		return err
	}
	if err := c.confirmed(table, ""); err != nil {
		return err
	}
	match := func(_ types.Schema, b *column.Batch) ([]uint32, error) {
		all := make([]uint32, b.Len())
		for i := range all {
			all[i] = uint32(i)
		}
		return all, nil
	}
	// Its rows leave the log as well before the table goes.
	if _, err := c.o.Store.Purge(ctx, table, "true", c.s.Run.Session.User, match); err != nil {
		return err
	}
	if err := c.o.Store.Drop(table); err != nil {
		return err
	}
	return showTableNames(ctx, &call{Runner: c.Runner, st: c.st, args: &args{}, s: c.s, out: c.out})
}

func clearTable(_ ctx, c *call) error {
	table := c.args.text("table")
	if _, err := c.exists(table); err != nil {
		return err
	}
	if err := c.o.Store.Refill(table, store.Refilling{}); err != nil {
		return err
	}
	c.out.add("Completed")
	return nil
}
