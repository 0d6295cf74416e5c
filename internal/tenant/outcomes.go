package tenant

// newOutcomes lists what a sign-in can come to. Codes and words are those of
// the Entra error reference (learn.microsoft.com, reference-error-codes).
func newOutcomes() []outcome {
	all := []outcome{
		{"0", "", "", outcomePass, 938, ""},
		{"50173", "The provided grant has expired due to it being revoked, a fresh auth token is needed.", "", outcomeNone, 14, ""},
		{"70043", "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.", "", outcomeNone, 12, ""},
		{"50074", "Strong Authentication is required.", "MFA required in Azure AD", outcomeBlock, 9, ""},
		{"65001", "The user or administrator has not consented to use the application with ID '{identifier}'.", "", outcomeNone, 8, ""},
		{"53003", "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.", "", outcomeBlock, 7, ""},
		{"50097", "Device authentication is required.", "", outcomeBlock, 5, ""},
		{"53000", "Device is not in required device state: {state}.", "", outcomeBlock, 3, ""},
		{"700082", "The refresh token has expired due to inactivity.", "", outcomeNone, 2, ""},
		{"50126", "Error validating credentials due to invalid username or password.", "", outcomeNone, 1, ""},
		{"50053", "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.", "", outcomeNone, 1, ""},
	}
	for i := range all {
		all[i].status = all[i].json()
	}
	return all
}

// json is the properties.status of the outcome.
func (o *outcome) json() string {
	if o.code == "0" {
		return `{"errorCode":0}`
	}
	b := field(nil, `{"errorCode":`, o.code)
	b = append(b, `,"failureReason":`...)
	b = appendQuoted(b, o.reason)
	if o.details != "" {
		b = append(b, `,"additionalDetails":`...)
		b = appendQuoted(b, o.details)
	}
	return string(append(b, '}'))
}

var risks = [...]signInRisk{
	{"[]", "none", "none", "none", 9960},
	{`["unfamiliarFeatures"]`, "low", "atRisk", "none", 18},
	{`["anonymizedIPAddress"]`, "medium", "atRisk", "none", 9},
	{`["unfamiliarFeatures"]`, "none", "dismissed", "aiConfirmedSigninSafe", 8},
	{`["anomalousToken","unfamiliarFeatures"]`, "high", "atRisk", "none", 5},
}

var methods = [...]string{"Previously satisfied", "Mobile app notification", "Passkey (device-bound)", "Windows Hello for Business",
	"Text message", "Temporary Access Pass", "OATH verification code"}

// processing lists values of authenticationProcessingDetails.
var processing = [...]string{
	`[{"key":"Legacy TLS (TLS 1.0, 1.1, 3DES)","value":"False"},{"key":"Is CAE Token","value":"False"}]`,
	`[{"key":"Legacy TLS (TLS 1.0, 1.1, 3DES)","value":"False"},{"key":"Oauth Scope Info","value":"[\"email\",\"openid\",\"profile\",\"User.Read\"]"},{"key":"Is CAE Token","value":"False"}]`,
	`[{"key":"Legacy TLS (TLS 1.0, 1.1, 3DES)","value":"False"},{"key":"Oauth Scope Info","value":"[\"Files.ReadWrite.All\",\"Sites.Read.All\"]"},{"key":"Is CAE Token","value":"True"}]`,
	`[{"key":"Root Key Type","value":"Unknown"},{"key":"Legacy TLS (TLS 1.0, 1.1, 3DES)","value":"False"},{"key":"Oauth Scope Info","value":"[\"user_impersonation\"]"},{"key":"Is CAE Token","value":"False"}]`,
	`[{"key":"Legacy TLS (TLS 1.0, 1.1, 3DES)","value":"False"},{"key":"Oauth Scope Info","value":"[\"Mail.ReadWrite\",\"Calendars.ReadWrite\",\"offline_access\"]"},{"key":"Is CAE Token","value":"True"}]`,
	`[{"key":"Domain Hint Present","value":"True"},{"key":"Login Hint Present","value":"True"},{"key":"Is CAE Token","value":"False"}]`,
	`[]`,
}

func (t *Tenant) pickOutcome(r *rng) *outcome {
	n := r.below(1000)
	for i := range t.outcomes {
		if n -= t.outcomes[i].share; n < 0 {
			return &t.outcomes[i]
		}
	}
	return &t.outcomes[0]
}

func pickRisk(r *rng) *signInRisk {
	n := r.below(10000)
	for i := range risks {
		if n -= risks[i].share; n < 0 {
			return &risks[i]
		}
	}
	return &risks[0]
}
