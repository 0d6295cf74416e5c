-- split_part finds the first of each mark; the rows that lack one are empty, as in KQL.
SELECT split_part(split_part(AuthenticationDetails, '"authenticationMethod":"', 2), '","succeeded":', 1) AS Method,
	split_part(split_part(split_part(AuthenticationDetails, '"authenticationMethod":"', 2), '","succeeded":', 2), ',"', 1) AS Succeeded, count(*) AS Rows
FROM AADNonInteractiveUserSignInLogs GROUP BY ALL
