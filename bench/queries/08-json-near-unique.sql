SELECT coalesce(json_extract_string(AuthenticationDetails, '$[1].authenticationMethod'), '') AS Method, count(*) AS Rows
FROM AADNonInteractiveUserSignInLogs GROUP BY ALL
