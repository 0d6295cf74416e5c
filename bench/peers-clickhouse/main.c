// peers-clickhouse loads diagnostic envelopes into a MergeTree of ClickHouse and
// prints what it measured as a line of JSON. It takes three arguments: the
// library (libchdb.so), the NDJSON file, and the folder of the database, which is
// to be new.
//
// The table's columns are declared, as those of DuckDB's ingest; nested values
// stay JSON text. Rows are synced before the insert ends, and merged once more
// before the size on disk is asked for.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct chdb_connection_ *chdb_connection;
typedef struct chdb_result_ chdb_result;

static chdb_connection *(*chdb_connect)(int, char **);
static chdb_result *(*chdb_query)(chdb_connection, const char *, const char *);
static const char *(*chdb_result_error)(chdb_result *);
static char *(*chdb_result_buffer)(chdb_result *);
static size_t (*chdb_result_length)(chdb_result *);
static void (*chdb_destroy_query_result)(chdb_result *);
static void (*chdb_close_conn)(chdb_connection *);

static void *symbol(void *lib, const char *name) {
	void *p = dlsym(lib, name);
	if (!p) {
		fprintf(stderr, "peers-clickhouse: %s\n", dlerror());
		exit(1);
	}
	return p;
}

// query runs a statement and copies its answer, which it expects to be short.
static void query(chdb_connection c, const char *text, char *answer, size_t room) {
	chdb_result *r = chdb_query(c, text, "TSV");
	const char *err = chdb_result_error(r);
	if (err) {
		fprintf(stderr, "peers-clickhouse: %s\n", err);
		exit(1);
	}
	if (answer) {
		size_t n = chdb_result_length(r);
		if (n >= room) n = room - 1;
		memcpy(answer, chdb_result_buffer(r), n);
		answer[n] = 0;
		answer[strcspn(answer, "\n")] = 0;
	}
	chdb_destroy_query_result(r);
}

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static double cpu(void) {
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

static long peak_kb(void) {
	char line[256];
	long kb = 0;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f)) sscanf(line, "VmHWM: %ld", &kb);
	if (f) fclose(f);
	return kb;
}

// columns of an envelope and, by the name of their member, of its properties.
static const char *const outer[][2] = {
	{"String", "operationName operationVersion category resultType resultSignature resultDescription callerIpAddress identity"},
	{"Int64", "durationMs Level"},
	{"DateTime64(7)", "time _TimeReceived"},
};
static const char *const inner[][2] = {
	{"String", "id userDisplayName userPrincipalName userId appId appDisplayName ipAddress clientAppUsed userAgent correlationId originalRequestId "
		"sessionId uniqueTokenIdentifier tokenIssuerName tokenIssuerType conditionalAccessStatus clientCredentialType riskDetail riskLevelAggregated "
		"riskLevelDuringSignIn riskState authenticationRequirement incomingTokenType authenticationProtocol originalTransferMethod "
		"signInTokenProtectionStatus resourceDisplayName resourceId resourceServicePrincipalId resourceTenantId homeTenantId tenantId appOwnerTenantId "
		"resourceOwnerTenantId servicePrincipalId userType crossTenantAccessType globalSecureAccessIpAddress ssoExtensionVersion alternateSignInName "
		"signInIdentifierType status deviceDetail location mfaDetail appliedConditionalAccessPolicies authenticationContextClassReferences "
		"authenticationProcessingDetails networkLocationDetails riskEventTypes riskEventTypes_v2 authenticationDetails authenticationRequirementPolicies "
		"sessionLifetimePolicies tokenProtectionStatusDetails privateLinkDetails appliedEventListeners agent"},
	{"Int64", "processingTimeInMilliseconds autonomousSystemNumber"},
	{"DateTime64(7)", "createdDateTime"},
	{"Bool", "isInteractive flaggedForReview isTenantRestricted isThroughGlobalSecureAccess"},
};

// declare appends "name Nullable(type)" for each name, with a prefix.
static void declare(char *to, const char *type, const char *names, const char *prefix) {
	char copy[4096], *rest = copy;
	snprintf(copy, sizeof copy, "%s", names);
	for (char *n; (n = strsep(&rest, " "));)
		if (*n) sprintf(to + strlen(to), "%s\"%s%s\" Nullable(%s)", *to ? ", " : "", prefix, n, type);
}

int main(int argc, char **argv) {
	if (argc != 4) {
		fprintf(stderr, "usage: peers-clickhouse LIBCHDB FILE FOLDER\n");
		return 2;
	}
	void *lib = dlopen(argv[1], RTLD_NOW);
	if (!lib) {
		fprintf(stderr, "peers-clickhouse: %s\n", dlerror());
		return 1;
	}
	chdb_connect = symbol(lib, "chdb_connect");
	chdb_query = symbol(lib, "chdb_query");
	chdb_result_error = symbol(lib, "chdb_result_error");
	chdb_result_buffer = symbol(lib, "chdb_result_buffer");
	chdb_result_length = symbol(lib, "chdb_result_length");
	chdb_destroy_query_result = symbol(lib, "chdb_destroy_query_result");
	chdb_close_conn = symbol(lib, "chdb_close_conn");

	char path[4096];
	snprintf(path, sizeof path, "--path=%s", argv[3]);
	char *args[] = {"clickhouse", path};
	chdb_connection *conn = chdb_connect(2, args);
	if (!conn) {
		fprintf(stderr, "peers-clickhouse: no connection\n");
		return 1;
	}
	static char columns[1 << 14], properties[1 << 14], text[1 << 17];
	for (size_t i = 0; i < sizeof outer / sizeof *outer; i++) declare(columns, outer[i][0], outer[i][1], "");
	for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) declare(properties, inner[i][0], inner[i][1], "");

	query(*conn, "CREATE DATABASE bench ENGINE = Atomic", NULL, 0);
	// A tuple is stored column by column, under names such as properties.id.
	snprintf(text, sizeof text, "CREATE TABLE bench.signins (%s, properties Tuple(%s)) ENGINE = MergeTree ORDER BY tuple() "
		"SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1, default_compression_codec = 'ZSTD(1)'", columns, properties);
	query(*conn, text, NULL, 0);

	double begin = now(), begin_cpu = cpu();
	snprintf(text, sizeof text, "INSERT INTO bench.signins SELECT * FROM file('%s', JSONEachRow, '%s, properties Tuple(%s)') "
		"SETTINGS max_threads = 2, max_insert_threads = 2, max_parsing_threads = 2, input_format_skip_unknown_fields = 1, "
		"input_format_json_read_objects_as_strings = 1, input_format_json_read_arrays_as_strings = 1, date_time_input_format = 'best_effort', "
		"input_format_json_ignore_unknown_keys_in_named_tuple = 1, input_format_json_defaults_for_missing_elements_in_named_tuple = 1",
		argv[2], columns, properties);
	query(*conn, text, NULL, 0);
	double ms = now() - begin, cpu_ms = cpu() - begin_cpu;

	char rows[64], bytes[64];
	query(*conn, "SELECT count() FROM bench.signins", rows, sizeof rows);
	query(*conn, "OPTIMIZE TABLE bench.signins FINAL", NULL, 0);
	query(*conn, "SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'bench' AND active", bytes, sizeof bytes);
	printf("{\"engine\":\"ClickHouse\",\"ms\":[%.1f],\"cpu_ms\":[%.1f],\"rows\":%s,\"disk_bytes\":%s,\"peak_kb\":%ld}\n", ms, cpu_ms, rows, bytes, peak_kb());
	chdb_close_conn(conn);
	return 0;
}
