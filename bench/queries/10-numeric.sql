SELECT ResultType, count(*) AS Rows, sum(DurationMs)::BIGINT AS Total, avg(DurationMs) AS Mean, min(DurationMs) AS Least, max(DurationMs) AS Most
FROM AADNonInteractiveUserSignInLogs GROUP BY ResultType
