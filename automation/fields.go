package automation

// ruleFields are the properties of an automation rule in Sentinel's REST API. Any
// other is a mistake.
type ruleFields struct {
	AutomationRuleID string         `yaml:"automationRuleId"`
	DisplayName      string         `yaml:"displayName"`
	Order            *int           `yaml:"order"`
	TriggeringLogic  *logicFields   `yaml:"triggeringLogic"`
	Actions          []actionFields `yaml:"actions"`

	// Calypso is what only Calypso knows.
	Calypso calypsoFields `yaml:"calypso"`

	// These are written by Sentinel.
	CreatedTimeUtc      any `yaml:"createdTimeUtc"`
	CreatedBy           any `yaml:"createdBy"`
	LastModifiedTimeUtc any `yaml:"lastModifiedTimeUtc"`
	LastModifiedBy      any `yaml:"lastModifiedBy"`
}

type calypsoFields struct {
	Tests []testFields `yaml:"tests"`
}

// testFields are a test of a rule. Incidents and alerts are in the JSON form of the API.
type testFields struct {
	Name     string `yaml:"name"`
	Before   any    `yaml:"before"`
	Incident any    `yaml:"incident"`
	Alert    any    `yaml:"alert"`
	By       string `yaml:"by"`
	// Expect is none, or what the incident is then.
	Expect any `yaml:"expect"`
}

type logicFields struct {
	IsEnabled         *bool             `yaml:"isEnabled"`
	ExpirationTimeUtc string            `yaml:"expirationTimeUtc"`
	TriggersOn        string            `yaml:"triggersOn"`
	TriggersWhen      string            `yaml:"triggersWhen"`
	Conditions        []conditionFields `yaml:"conditions"`
}

type conditionFields struct {
	ConditionType       string         `yaml:"conditionType"`
	ConditionProperties propertyFields `yaml:"conditionProperties"`
}

// propertyFields are those of all types of conditions.
type propertyFields struct {
	PropertyName       string            `yaml:"propertyName"`
	Operator           string            `yaml:"operator"`
	PropertyValues     []string          `yaml:"propertyValues"`
	ChangeType         string            `yaml:"changeType"`
	ArrayType          string            `yaml:"arrayType"`
	ArrayConditionType string            `yaml:"arrayConditionType"`
	ItemConditions     []conditionFields `yaml:"itemConditions"`
	InnerConditions    []conditionFields `yaml:"innerConditions"`
}

type actionFields struct {
	Order               *int         `yaml:"order"`
	ActionType          string       `yaml:"actionType"`
	ActionConfiguration configFields `yaml:"actionConfiguration"`
}

// configFields are those of all types of actions.
type configFields struct {
	Status                string        `yaml:"status"`
	Severity              string        `yaml:"severity"`
	Classification        string        `yaml:"classification"`
	ClassificationReason  string        `yaml:"classificationReason"`
	ClassificationComment string        `yaml:"classificationComment"`
	Owner                 *ownerFields  `yaml:"owner"`
	Labels                []labelFields `yaml:"labels"`
	// Of tasks.
	Title       string `yaml:"title"`
	Description string `yaml:"description"`
	// Channel is one of the configuration, for Notify.
	Channel string `yaml:"channel"`
	// Of playbooks.
	TenantID           string `yaml:"tenantId"`
	LogicAppResourceID string `yaml:"logicAppResourceId"`
}

type ownerFields struct {
	ObjectID          string `yaml:"objectId"`
	Email             string `yaml:"email"`
	AssignedTo        string `yaml:"assignedTo"`
	UserPrincipalName string `yaml:"userPrincipalName"`
	OwnerType         string `yaml:"ownerType"`
}

type labelFields struct {
	LabelName string `yaml:"labelName"`
	LabelType string `yaml:"labelType"`
}
