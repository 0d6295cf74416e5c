SELECT * FROM (
	SELECT CorrelationId, row_number() OVER (ORDER BY CorrelationId) AS Place FROM AADNonInteractiveUserSignInLogs)
WHERE Place % 10000 = 0
