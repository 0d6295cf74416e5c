SELECT regexp_extract(AuthenticationDetails, '"authenticationStepDateTime":"\d{4}-\d\d-\d\dT\d\d:(\d\d):', 1) AS Minute, count(*) AS Rows
FROM AADNonInteractiveUserSignInLogs GROUP BY ALL
