package tenant

// The fields of a sign-in that follow from others. Envelope and table take
// them from here, so the two cannot disagree.

func (s *SignIn) clientApp() string {
	if s.app.client == browser {
		return "Browser"
	}
	return "Mobile Apps and Desktop clients"
}

func (s *SignIn) userAgent() string { return s.device.agents[s.app.client] }

func (s *SignIn) network() string {
	if s.trusted {
		return `[{"networkType":"trustedNamedLocation","networkNames":["Head offices"]}]`
	}
	return "[]"
}

func (s *SignIn) requirement() string {
	if s.policies.status == "success" {
		return "multiFactorAuthentication"
	}
	return "singleFactorAuthentication"
}

func (s *SignIn) requirementPolicies() string {
	if s.policies.status == "success" {
		return `[{"requirementProvider":"multiConditionalAccess","detail":"Conditional Access"}]`
	}
	return "[]"
}

func (s *SignIn) lifetime() string {
	if s.outcome.code == "70043" {
		return `[{"expirationRequirement":"signInFrequencyPeriodicReauthentication","detail":"The user was required to sign in again according to sign-in frequency policy"}]`
	}
	return "[]"
}

func (s *SignIn) protection() string {
	if s.device.trust == "" {
		return `{"signInSessionStatus":"unbound","signInSessionStatusCode":1008}`
	}
	return `{"signInSessionStatus":"unbound","signInSessionStatusCode":1002}`
}

func (s *SignIn) owner() string {
	if s.app.owner == "" {
		return s.tenant.id
	}
	return s.app.owner
}

func (s *SignIn) resourceOwner() string {
	if s.resource.id == s.app.id {
		return s.tenant.id
	}
	return microsoft
}

func (s *SignIn) userType() string {
	if s.user.guest {
		return "Guest"
	}
	return "Member"
}

func (s *SignIn) crossTenant() string {
	if s.user.guest {
		return "b2bCollaboration"
	}
	return "none"
}

func (s *SignIn) alternate() string {
	if s.user.guest {
		return ""
	}
	return s.user.upn
}
