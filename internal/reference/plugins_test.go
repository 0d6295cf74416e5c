package reference

// reasonOf returns why a name is refused on purpose, empty for names that are
// here or that nobody wrote yet.
func reasonOf(name string) string {
	switch name {
	case "external_table", "stored_query_result", "graph", "entity_group":
		return "there is no server that stores them"
	}
	return ""
}

// pluginCalls returns a query with each plugin that the engine can check.
func pluginCalls() map[string]string {
	const visits = `datatable(user: string, at: datetime, page: string)["ada", datetime(2026-01-01), "in", "ada", datetime(2026-01-02), "out"]` + "\n| evaluate "
	const days = "datetime(2026-01-01), datetime(2026-01-05), 1d"
	const numbers = `datatable(t: datetime, v: long, sort_of: string)[datetime(2026-01-01), 1, "a", datetime(2026-01-02), 2, "b"]` + "\n| evaluate "
	const nets = `let nets = datatable(net: string, site: string)["10.0.0.0/8", "hq"]; datatable(ip: string)["10.1.2.3"]` + "\n| evaluate "
	const nets6 = `let nets = datatable(net: string, site: string)["fe80::/10", "hq"]; datatable(ip: string)["fe80::1"]` + "\n| evaluate "
	const areas = `let areas = datatable(shape: dynamic, name: string)[dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}), "p"];` +
		"\ndatatable(lon: real, lat: real)[0.5, 0.25]\n| evaluate "
	const lines = `let roads = datatable(shape: dynamic, name: string)[dynamic({"type":"LineString","coordinates":[[0,0],[1,1]]}), "p"];` +
		"\ndatatable(lon: real, lat: real)[0.5, 0.5]\n| evaluate "
	return map[string]string{
		"active_users_count":                    visits + "active_users_count(user, at, " + days + ", 3d, 1, 2d)",
		"activity_counts_metrics":               visits + "activity_counts_metrics(user, at, " + days + ")",
		"activity_engagement":                   visits + "activity_engagement(user, at, 1d, 7d)",
		"activity_metrics":                      visits + "activity_metrics(user, at, " + days + ")",
		"autocluster":                           numbers + "autocluster()",
		"bag_unpack":                            `print d = dynamic({"a": 1}) | evaluate bag_unpack(d): (a: long)`,
		"basket":                                numbers + "basket()",
		"dcount_intersect":                      "print x = 1 | summarize h = hll(x) | extend h2 = h | evaluate dcount_intersect(h, h2)",
		"diffpatterns":                          numbers + `diffpatterns(sort_of, "a", "b")`,
		"estimate_rows_count":                   numbers + "estimate_rows_count()",
		"funnel_sequence":                       visits + `funnel_sequence(user, at, datetime(2026-01-01), datetime(2026-01-05), 1d, 1d, page, dynamic(["in", "out"]))`,
		"funnel_sequence_completion":            visits + `funnel_sequence_completion(user, at, ` + days + `, page, dynamic(["in", "out"]), dynamic([1d]))`,
		"geo_line_lookup":                       lines + "geo_line_lookup(roads, shape, lon, lat, 100.0)",
		"geo_polygon_lookup":                    areas + "geo_polygon_lookup(areas, shape, lon, lat)",
		"http_request":                          `evaluate http_request("https://example.org")`,
		"http_request_post":                     `evaluate http_request_post("https://example.org")`,
		"identity":                              numbers + "identity()",
		"infer_storage_schema":                  "evaluate infer_storage_schema(dynamic({}))",
		"ipv4_lookup":                           nets + "ipv4_lookup(nets, ip, net)",
		"ipv6_lookup":                           nets6 + "ipv6_lookup(nets, ip, net)",
		"narrow":                                numbers + "narrow()",
		"new_activity_metrics":                  visits + "new_activity_metrics(user, at, " + days + ")",
		"pivot":                                 numbers + "pivot(sort_of, sum(v), t): (t: datetime, a: long, b: long)",
		"preview":                               numbers + "preview(1)",
		"python":                                numbers + `python(typeof(*), "result = df")`,
		"r":                                     numbers + `r(typeof(*), "result <- df")`,
		"rolling_percentile":                    numbers + "rolling_percentile(v, 50, t, 1d, 2)",
		"rows_near":                             numbers + `rows_near(sort_of == "a", 1)`,
		"sequence_detect":                       visits + `sequence_detect(at, 3d, 1d, entry = (page == "in"), exit = (page == "out"), user)`,
		"session_count":                         visits + "session_count(user, at, datetime(2026-01-01), datetime(2026-01-05), 1d, 2d)",
		"sliding_window_counts":                 visits + "sliding_window_counts(user, at, datetime(2026-01-01), datetime(2026-01-05), 3d, 1d)",
		"sql_request":                           `evaluate sql_request("server", "select 1")`,
		"mysql_request":                         `evaluate mysql_request("server", "select 1")`,
		"postgresql_request":                    `evaluate postgresql_request("server", "select 1")`,
		"cosmosdb_sql_request":                  `evaluate cosmosdb_sql_request("server", "select 1")`,
		"ai_chat_completion":                    `print p = dynamic([]) | evaluate ai_chat_completion(p, "model")`,
		"ai_chat_completion_prompt":             `print p = "a" | evaluate ai_chat_completion_prompt(p, "model")`,
		"ai_embed_text":                         `print t = "a" | evaluate ai_embed_text(t, "model")`,
		"ai_embeddings":                         `print t = "a" | evaluate ai_embeddings(t, "model")`,
		"csharp":                                numbers + `csharp(typeof(*), "…")`,
		"dax_request":                           `evaluate dax_request("server", "evaluate t")`,
		"execute_query":                         `evaluate execute_query("cluster", "T")`,
		"execute_show_command":                  `evaluate execute_show_command("cluster", ".show tables")`,
		"external_datatable":                    "evaluate external_datatable()",
		"identity_v3":                           numbers + `identity_v3("a", "b")`,
		"infer_storage_schema_with_suggestions": "evaluate infer_storage_schema_with_suggestions(dynamic({}))",
		"azure_digital_twins_query_request":     `evaluate azure_digital_twins_query_request("https://example.org", "select 1")`,
	}
}
