package command

import "github.com/calypso-kql/calypso/config"

// maintenance are commands for operators. The first is Kusto's, the others are not.
func maintenance() []Declaration {
	return []Declaration{
		{Syntax: "show ingestion failures", Role: config.Operator, Run: showFailures,
			Columns: "(OperationId: guid, Database: string, Table: string, FailedOn: datetime, IngestionSourcePath: string, Details: string, FailureKind: string, RootActivityId: guid, OperationKind: string, OriginatesFromUpdatePolicy: bool, ErrorCode: string, Principal: string, ShouldRetry: bool, User: string, IngestionProperties: string)",
			Doc:     "Lists the last that was sent and not stored, since the server has started."},
		{Syntax: "compact table <table>", Role: config.Operator, Columns: detailsColumns, Run: compactTable,
			Doc: "Writes what is in memory to segments, and puts small segments together. Calypso's own; the store does it by itself as well."},
		{Syntax: "apply table <table> policy retention", Role: config.Operator, Columns: detailsColumns, Run: applyRetention,
			Doc: "Deletes what is older than the table's retention policy keeps. Calypso's own; the store does it by itself as well."},
	}
}

func compactTable(ctx ctx, c *call) error {
	table := c.args.text("table")
	if _, err := c.exists(table); err != nil {
		return err
	}
	if err := c.o.Store.Seal(); err != nil {
		return err
	}
	if err := c.o.Store.Compact(table); err != nil {
		return err
	}
	return showDetails(ctx, c)
}

func applyRetention(ctx ctx, c *call) error {
	table := c.args.text("table")
	if _, err := c.exists(table); err != nil {
		return err
	}
	if err := c.o.Store.Expire(table); err != nil {
		return err
	}
	return showDetails(ctx, c)
}
