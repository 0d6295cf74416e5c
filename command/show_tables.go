package command

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

const (
	detailsColumns = "(TableName: string, DatabaseName: string, Folder: string, DocString: string, TotalExtents: long, TotalExtentSize: real, TotalOriginalSize: real, TotalRowCount: long, HotExtents: long, HotExtentSize: real, HotOriginalSize: real, HotRowCount: long, AuthorizedPrincipals: string, RetentionPolicy: string, CachingPolicy: string, ShardingPolicy: string, MergePolicy: string, StreamingIngestionPolicy: string, IngestionBatchingPolicy: string, MinExtentsCreationTime: datetime, MaxExtentsCreationTime: datetime, RowOrderPolicy: string, TableId: guid)"
	extentsColumns = "(ExtentId: guid, DatabaseName: string, TableName: string, MaxCreatedOn: datetime, OriginalSize: real, ExtentSize: real, CompressedSize: real, IndexSize: real, Blocks: long, Segments: long, ExtentContainerId: string, RowCount: long, MinCreatedOn: datetime, Tags: string, Kind: string, DeletedRowCount: long)"
)

func showTables() []Declaration {
	return []Declaration{
		{Syntax: "show tables [<tables>]", Role: config.Reader, Columns: tablesColumns, Run: showTableNames,
			Doc: "Lists tables."},
		{Syntax: "show tables [<tables>] details", Role: config.Reader, Columns: detailsColumns, Run: showDetails,
			Doc: "Says what tables take, and how long their rows are kept. What is in memory, and in no segment yet, is hot."},
		{Syntax: "show table <table> details", Role: config.Reader, Columns: detailsColumns, Run: showDetails,
			Doc: "Says what a table takes, and how long its rows are kept."},
		{Syntax: "show table <table>", Role: config.Reader, Run: showColumns,
			Columns: "(AttributeName: string, AttributeType: string, ExtentSize: long, CompressionRatio: real, IndexSize: long, IndexSizePercent: real, OriginalSize: long, AttributeId: guid, SharedIndexSize: long, StorageEngineVersion: string)",
			Doc:     "Lists the columns of a table. What single columns take is not known, and null."},
		{Syntax: "show (table <table> | tables <tables>) extents", Role: config.Reader, Columns: extentsColumns, Run: showExtents,
			Doc: "Lists the segments of tables, and what is in memory (its Kind is RowStore)."},
		{Syntax: "show (cluster | database [<database>]) extents", Role: config.Reader, Columns: extentsColumns, Run: showExtents,
			Doc: "Lists the segments of all tables."},
	}
}

// named returns the tables that a command names, or all that the caller may see.
func (c *call) named() ([]string, error) {
	names := slices.Clone(c.args.list("tables"))
	if one := c.args.text("table"); one != "" {
		names = append(names, one)
	}
	for _, name := range names {
		if _, err := c.exists(name); err != nil {
			return nil, err
		}
	}
	if names != nil {
		slices.Sort(names)
		return slices.Compact(names), nil
	}
	for _, name := range c.o.Store.Snapshot().Names() {
		if c.s.may(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

func (c *call) tableRow(name string) {
	c.out.add(name, Database, c.note(name, noteFolder), c.note(name, noteDoc))
}

func showTableNames(_ ctx, c *call) error {
	names, err := c.named()
	if err != nil {
		return err
	}
	for _, name := range names {
		c.tableRow(name)
	}
	return nil
}

func showDetails(_ ctx, c *call) error {
	names, err := c.named()
	if err != nil {
		return err
	}
	snap := c.o.Store.Snapshot()
	for _, st := range snap.Stats() {
		if !slices.Contains(names, st.Table) {
			continue
		}
		var total, hot sums
		for _, e := range snap.Extents(st.Table) {
			total.add(e)
			if e.Number == 0 {
				hot.add(e)
			}
		}
		c.out.add(st.Table, Database, c.note(st.Table, noteFolder), c.note(st.Table, noteDoc),
			total.n, float64(total.bytes), nil, total.rows, hot.n, float64(hot.bytes), nil, hot.rows,
			"[]", retentionText(st.Retention), nil, nil, nil, nil, nil, total.min, total.max, nil, idOf(snap.ID(st.Table), 0))
	}
	return nil
}

// sums are what extents take together.
type sums struct {
	n, rows, bytes int64
	min, max       any // ticks
}

func (s *sums) add(e store.Extent) {
	s.n, s.rows, s.bytes = s.n+1, s.rows+e.Rows, s.bytes+e.Bytes
	if span, ok := e.Times["_TimeReceived"]; ok {
		if least, ok := s.min.(int64); !ok || span.Min < least {
			s.min = span.Min
		}
		if most, ok := s.max.(int64); !ok || span.Max > most {
			s.max = span.Max
		}
	}
}

// idOf returns the id that a table, or one of its segments, has in answers.
func idOf(table, segment uint64) types.GUID128 {
	var g types.GUID128
	binary.BigEndian.PutUint64(g[:8], table)
	binary.BigEndian.PutUint64(g[8:], segment)
	return g
}

func showColumns(_ ctx, c *call) error {
	s, err := c.exists(c.args.text("table"))
	if err != nil {
		return err
	}
	for _, col := range s.Visible().Columns {
		c.out.add(col.Name, systemType(col.Type))
	}
	return nil
}

func showExtents(_ ctx, c *call) error {
	names, err := c.named()
	if err != nil {
		return err
	}
	snap := c.o.Store.Snapshot()
	for _, name := range names {
		for _, e := range snap.Extents(name) {
			var from, to any
			if span, ok := e.Times["_TimeReceived"]; ok {
				from, to = span.Min, span.Max
			}
			kind := ""
			if e.Number == 0 {
				kind = "RowStore"
			}
			size := float64(e.Bytes)
			c.out.add(idOf(e.Table, e.Number), Database, name, to, nil, size, size, nil, nil, nil, "", e.Rows, from, "", kind, int64(0))
		}
	}
	return nil
}

// ticksOf returns a time in ticks, nil for the zero time.
func ticksOf(t time.Time) any {
	if ticks, ok := types.TicksOf(t); ok && !t.IsZero() {
		return ticks
	}
	return nil
}
