package syntax

// Severity is how much a diagnostic matters.
type Severity uint8

// The severities. Only errors make a text invalid.
const (
	Error Severity = iota
	Warning
	Suggestion
)

// String is the severity as Kusto's tools name it.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "suggestion"
}

// Diagnostic is a finding about a place in a query's text.
type Diagnostic struct {
	Code     string // Microsoft's, such as KS006
	Severity Severity
	Pos, End int    // byte offsets; equal where something is missing
	Message  string // lower case; says what to write instead
	// Refused says of a warning that the query can't be run: Microsoft's analyzer takes
	// what the engine refuses.
	Refused bool
}

// mistake is an error at a place.
func mistake(code string, pos, end int, message string) Diagnostic {
	return Diagnostic{Code: code, Severity: Error, Pos: pos, End: end, Message: message}
}
