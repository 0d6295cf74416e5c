package command

// refused are commands of Kusto's that do not run here, with what to do instead.
func refused() []Declaration {
	no := func(syntax, instead string) Declaration { return Declaration{Syntax: syntax, Instead: instead} }
	const (
		tokens   = "who may do what is said in tokens of the configuration (docs/serve.md)"
		inPlace  = "commands run to their end before they answer: leave async out"
		schedule = "run the query on its own schedule and store its result with .set-or-append"
	)
	return []Declaration{
		no("(set | append | set-or-append | set-or-replace) async <rest>", inPlace),
		no("(delete | clear | ingest) async <rest>", inPlace),
		no("ingest into <rest>", "files are read by calypso ingest, or sent to POST /v1/ingest"),
		no("rename (column | columns) <rest>", "segments keep the names that columns had: .set-or-replace Other <| T | project-rename new = old writes them again"),
		no("undo drop <rest>", "what is dropped is gone: restore a backup (docs/operate.md)"),
		no("(show | alter | alter-merge | delete) database [<name>] policy retention [<rest>]", "the database has no policy of its own: .alter table T policy retention sets that of a table"),
		no("(show | alter | alter-merge | delete) (database | cluster | materialized-view | column | graph_model) [<name>] policy <name> [<rest>]", "there is retention of tables, and no other policy"),
		no("(alter | alter-merge) table (<table> | *) policy retention [<rest>]", "want .alter-merge table T policy retention softdelete = 30d, or .alter table T policy retention with the policy as JSON in a string"),
		no("(show | alter | alter-merge | delete) table (<table> | *) policy <name> [<rest>]", "there is retention, and no other policy: caching, merging, batching and sharding are the store's own business"),
		no("(add | set | drop) (database | table | function | cluster | external | materialized-view) [<rest>] (admins | users | viewers | ingestors | monitors | unrestrictedviewers) [<rest>]", tokens),
		no("show (principal | cluster principal | cluster principals) [<rest>]", tokens),
		no("show (database [<database>] | table <table> | function <name>) (principals | principal) [<rest>]", tokens),
		no("add (database | table | cluster | function) <rest>", tokens),
		no("(show | create | create-or-alter | alter | drop | enable | disable) (materialized-view | materialized-views) <rest>", schedule),
		no("(create | create-or-alter | alter | drop | show | enable | disable) (continuous-export | continuous-exports) [<rest>]", schedule+", and calypso store export writes files"),
		no("(show | create | create-or-alter | alter | alter-merge | drop) (external | entity_group | entity_groups | graph_model | graph_models | graph_snapshot | graph_snapshots) [<rest>]", "there are tables and functions: calypso ingest reads files into tables"),
		no("export <rest>", "calypso store export writes Parquet and NDJSON, calypso query -o csv any result"),
		no("(create | attach | detach | drop | alter) database <rest>", "a store is one database: run another server on another folder"),
		no("execute (database | cluster) script <rest>", "send the commands one by one"),
		no("show (operations | operation) [<rest>]", "commands run to their end before they answer: .show commands lists them"),
		no("cancel (operation | purge | all) [<rest>]", "commands run to their end before they answer: .cancel query ends a request by its id"),
		no("show (diagnostics | capacity | cache | stored_query_results | plugins | workload_groups | workload_group) [<rest>]", "/readyz and /metrics have what the server knows of itself (docs/operate.md)"),
		no("show [database [<database>]] journal", ".show commands lists the last commands"),
		no("show cluster journal", ".show commands lists the last commands"),
		no("show (table <table> | database [<database>] | data) (data | operations | statistics) [<rest>]", ".show table T details says what a table takes"),
		no("show queryplan <rest>", "calypso explain --analyze shows how a query runs"),
		no("(move | replace | drop | merge | alter) (extents | extent) [<rest>]", "segments are the store's own business: .compact table T puts small ones together, .delete table T records deletes rows"),
		no("merge <rest>", ".compact table T puts small segments together"),
		no("update table <rest>", ".delete table T records and .append do it in two steps"),
		no("(enable | disable) <rest>", "there is nothing to switch"),
		no("get <rest>", "there is no queued ingestion: clients ingest through POST /v1/ingest or /v1/rest/ingest"),
		no("(set | show | drop) (stored_query_result | stored_query_results) [<rest>]", ".set-or-replace keeps the result of a query in a table"),
		no("clear (database | cluster | materialized-view) <rest>", "results and schemas are not cached: .clear table T data deletes the rows of a table"),
	}
}
