package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"time"
)

// ingest loads sign-in envelopes into a table in memory or in a database file, or
// into a Parquet file.
// The columns are named, as anyone would who loads such logs every day: it
// spares DuckDB the sampling, and without it a key that few records have ends
// the load. Nested values stay JSON text, as in the Log Analytics table.
func ingest(ctx context.Context, db *sql.DB, o options, m *measurement) error {
	rows := "SELECT * EXCLUDE (properties), properties.* FROM read_json('" + o.ingest + "', format = 'newline_delimited', columns = {" + columnList() + "})"
	statement := "CREATE TABLE signins AS " + rows
	count := "SELECT count(*) FROM signins"
	if o.parquet != "" {
		statement = "COPY (" + rows + ") TO '" + o.parquet + "' (FORMAT parquet, COMPRESSION zstd)"
		count = "SELECT count(*) FROM '" + o.parquet + "'"
	}
	begin, cpu := time.Now(), cpuTime()
	if _, err := db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", o.ingest, err)
	}
	if o.store != "" {
		if _, err := db.ExecContext(ctx, "CHECKPOINT"); err != nil {
			return err
		}
		st, err := os.Stat(o.store)
		if err != nil {
			return err
		}
		m.DiskBytes = st.Size()
	}
	m.MS = append(m.MS, since(begin))
	m.CPU = append(m.CPU, cpuTime()-cpu)
	return db.QueryRowContext(ctx, count).Scan(&m.Rows)
}

// columnList declares the envelope and, as one struct, its properties.
func columnList() string {
	var b strings.Builder
	b.WriteString(`time: 'TIMESTAMP', _TimeReceived: 'TIMESTAMP', durationMs: 'BIGINT', Level: 'BIGINT'`)
	for _, n := range strings.Fields(`operationName operationVersion category resultType resultSignature resultDescription callerIpAddress identity`) {
		fmt.Fprintf(&b, ", %s: 'VARCHAR'", n)
	}
	var p []string
	declare := func(kind, names string) {
		for _, n := range strings.Fields(names) {
			p = append(p, n+" "+kind)
		}
	}
	declare("VARCHAR", `id userDisplayName userPrincipalName userId appId appDisplayName ipAddress clientAppUsed userAgent
		correlationId originalRequestId sessionId uniqueTokenIdentifier tokenIssuerName tokenIssuerType conditionalAccessStatus
		clientCredentialType riskDetail riskLevelAggregated riskLevelDuringSignIn riskState authenticationRequirement incomingTokenType
		authenticationProtocol originalTransferMethod signInTokenProtectionStatus resourceDisplayName resourceId
		resourceServicePrincipalId resourceTenantId homeTenantId tenantId appOwnerTenantId resourceOwnerTenantId servicePrincipalId
		userType crossTenantAccessType globalSecureAccessIpAddress ssoExtensionVersion alternateSignInName signInIdentifierType`)
	declare("JSON", `status deviceDetail location mfaDetail appliedConditionalAccessPolicies authenticationContextClassReferences
		authenticationProcessingDetails networkLocationDetails riskEventTypes riskEventTypes_v2 authenticationDetails
		authenticationRequirementPolicies sessionLifetimePolicies tokenProtectionStatusDetails privateLinkDetails
		appliedEventListeners agent`)
	declare("TIMESTAMP", "createdDateTime")
	declare("BIGINT", "processingTimeInMilliseconds autonomousSystemNumber")
	declare("BOOLEAN", "isInteractive flaggedForReview isTenantRestricted isThroughGlobalSecureAccess")
	fmt.Fprintf(&b, ", properties: 'STRUCT(%s)'", strings.Join(p, ", "))
	return b.String()
}
