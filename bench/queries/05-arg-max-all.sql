WITH last AS (
	SELECT arg_max(file_row_number, TimeGenerated) AS r FROM AADNonInteractiveUserSignInLogs GROUP BY UserPrincipalName)
SELECT * EXCLUDE (file_row_number, _TimeReceived, _ItemId, _IsBillable, _BilledSize)
FROM AADNonInteractiveUserSignInLogs WHERE file_row_number IN (SELECT r FROM last)
