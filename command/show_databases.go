package command

import (
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

func showDatabases() []Declaration {
	const of = "show (database | [cluster] databases [<databases>]) "
	return []Declaration{
		{Syntax: of + "[with <properties>]", Role: config.Reader, Run: showDatabase,
			Columns: "(DatabaseName: string, PersistentStorage: string, Version: string, IsCurrent: bool, DatabaseAccessMode: string, PrettyName: string, ReservedSlot1: bool, DatabaseId: guid, InTransitionTo: string, SuspensionState: string)",
			Doc:     "Lists the databases: there is one."},
		{Syntax: of + "(details | verbose) [with <properties>]", Role: config.Reader, Run: showDatabaseDetails,
			Columns: "(DatabaseName: string, PersistentStorage: string, Version: string, IsCurrent: bool, DatabaseAccessMode: string, PrettyName: string, AuthorizedPrincipals: string, RetentionPolicy: string, MergePolicy: string, ReservedSlot1: string, CachingPolicy: string, ShardingPolicy: string, StreamingIngestionPolicy: string, IngestionBatchingPolicy: string, TotalSize: real, DatabaseId: guid, InTransitionTo: string, SuspensionState: string)",
			Doc:     "Says what the database takes."},
		{Syntax: of + "identity [with <properties>]", Role: config.Reader, Run: showDatabaseIdentity,
			Columns: "(DatabaseName: string, PersistentStorage: string, Version: string, IsCurrent: bool, DatabaseAccessMode: string, PrettyName: string, CurrentUserIsUnrestrictedViewer: bool, DatabaseId: guid, InTransitionTo: string)",
			Doc:     "Lists the databases, and whether the caller sees all of their tables."},
		{Syntax: of + "policies [with <properties>]", Role: config.Reader, Run: showDatabasePolicies,
			Columns: "(DatabaseName: string, PersistentStorage: string, Version: string, IsCurrent: bool, DatabaseAccessMode: string, PrettyName: string, DatabaseId: guid, AuthorizedPrincipals: string, RetentionPolicy: string, MergePolicy: string, CachingPolicy: string, ShardingPolicy: string, StreamingIngestionPolicy: string, IngestionBatchingPolicy: string)",
			Doc:     "Says the policies of the database: it has none, its tables may."},
		{Syntax: of + "datastats [with <properties>]", Role: config.Reader, Run: showDatabaseStats,
			Columns: "(DatabaseName: string, PersistentStorage: string, Version: string, IsCurrent: bool, DatabaseAccessMode: string, PrettyName: string, DatabaseId: guid, OriginalSize: real, ExtentSize: real, CompressedSize: real, IndexSize: real, RowCount: long, HotOriginalSize: real, HotExtentSize: real, HotCompressedSize: real, HotIndexSize: real, HotRowCount: long, TotalExtents: long, HotExtents: long)",
			Doc:     "Says what the database takes."},
		{Syntax: "show databases entities [with <properties>]", Role: config.Reader, Run: showEntities,
			Columns: "(DatabaseName: string, EntityType: string, EntityName: string, DocString: string, Folder: string, CslInputSchema: string, Content: string, CslOutputSchema: string, Properties: dynamic)",
			Doc:     "Lists tables and functions."},
	}
}

// databaseID is the id of the one database: of table 0, which there is not.
func databaseID() types.GUID128 { return idOf(0, 1) }

func showDatabase(_ ctx, c *call) error {
	if c.isHere() {
		c.out.add(Database, "", databaseVersion, true, "ReadWrite", "", nil, databaseID(), "", "")
	}
	return nil
}

// sizes returns what the tables that the caller may see take, and what of it is in
// memory.
func (c *call) sizes() (total, hot sums) {
	snap := c.o.Store.Snapshot()
	for _, name := range snap.Names() {
		if !c.s.may(name) {
			continue
		}
		for _, e := range snap.Extents(name) {
			total.add(e)
			if e.Number == 0 {
				hot.add(e)
			}
		}
	}
	return total, hot
}

func showDatabaseDetails(_ ctx, c *call) error {
	if c.isHere() {
		total, _ := c.sizes()
		c.out.add(Database, "", databaseVersion, true, "ReadWrite", "", "[]", "null", "null", nil, "null", "null", "null", "null", float64(total.bytes), databaseID(), "", "")
	}
	return nil
}

func showDatabaseIdentity(_ ctx, c *call) error {
	if c.isHere() {
		c.out.add(Database, "", databaseVersion, true, "ReadWrite", "", c.s.May == nil, databaseID(), "")
	}
	return nil
}

func showDatabasePolicies(_ ctx, c *call) error {
	if c.isHere() {
		c.out.add(Database, "", databaseVersion, true, "ReadWrite", "", databaseID(), "[]", "null", "null", "null", "null", "null", "null")
	}
	return nil
}

func showDatabaseStats(_ ctx, c *call) error {
	if c.isHere() {
		total, hot := c.sizes()
		c.out.add(Database, "", databaseVersion, true, "ReadWrite", "", databaseID(),
			nil, float64(total.bytes), float64(total.bytes), nil, total.rows, nil, float64(hot.bytes), float64(hot.bytes), nil, hot.rows, total.n, hot.n)
	}
	return nil
}

func showEntities(_ ctx, c *call) error {
	names, err := c.named()
	if err != nil {
		return err
	}
	none, _ := dynamic.ParseJSON("{}")
	for _, name := range names {
		s, ok := c.o.Store.Schema(name)
		if ok {
			c.out.add(Database, "Table", name, c.note(name, noteDoc), c.note(name, noteFolder), "", "", cslSchema(s), none)
		}
	}
	saved, err := SavedFunctions(c.o.Store)
	if err != nil {
		return err
	}
	for _, f := range saved {
		c.out.add(Database, "Function", f.Name, f.DocString, f.Folder, f.Params, "{"+f.Body+"}", "", none)
	}
	return nil
}
