package incident

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/spelling"
)

// A Classification is what a closed incident was.
type Classification string

// The classifications.
const (
	TruePositive   Classification = "TruePositive"
	BenignPositive Classification = "BenignPositive"
	FalsePositive  Classification = "FalsePositive"
	Undetermined   Classification = "Undetermined"
)

// A Reason says more about a Classification.
type Reason string

// The reasons.
const (
	SuspiciousActivity    Reason = "SuspiciousActivity"
	SuspiciousButExpected Reason = "SuspiciousButExpected"
	IncorrectAlertLogic   Reason = "IncorrectAlertLogic"
	InaccurateData        Reason = "InaccurateData"
)

// reasons returns the reasons that a classification may have; ok is false if it is
// none.
//
// Source: the choices of Microsoft's portal when an incident is closed.
func reasons(c Classification) (r []Reason, ok bool) {
	switch c {
	case TruePositive:
		return []Reason{SuspiciousActivity}, true
	case BenignPositive:
		return []Reason{SuspiciousButExpected}, true
	case FalsePositive:
		return []Reason{IncorrectAlertLogic, InaccurateData}, true
	case Undetermined:
		return nil, true
	}
	return nil, false
}

// Limits of what an incident holds, which are Sentinel's.
const (
	maxAlerts   = 150
	maxComments = 100
	maxTasks    = 40
)

// Limits of texts, in bytes.
const (
	maxTitle       = 1000
	maxDescription = 20000
	maxMessage     = 30000
	maxName        = 256 // of a label, an owner
)

// maxEntities bounds the entities that an incident lists.
const maxEntities = 1000

// rank orders severities; an unknown one is the lowest.
func rank(s detect.Severity) int {
	switch s {
	case detect.High:
		return 4
	case detect.Medium:
		return 3
	case detect.Low:
		return 2
	case detect.Informational:
		return 1
	}
	return 0
}

// ParseSeverity returns the severity of a name in any case.
func ParseSeverity(s string) (detect.Severity, error) {
	return oneOf("severity", s, detect.High, detect.Medium, detect.Low, detect.Informational)
}

// ParseStatus returns the status of a name in any case.
func ParseStatus(s string) (Status, error) { return oneOf("status", s, New, Active, Closed) }

// ParseAlertStatus returns the status of an alert of a name in any case.
func ParseAlertStatus(s string) (AlertStatus, error) {
	return oneOf("status", s, AlertNew, AlertInProgress, AlertResolved, AlertDismissed)
}

// ParseClassification returns the classification of a name in any case.
func ParseClassification(s string) (Classification, error) {
	return oneOf("classification", s, TruePositive, BenignPositive, FalsePositive, Undetermined)
}

// ParseReason returns the reason of a name in any case.
func ParseReason(s string) (Reason, error) {
	return oneOf("classificationReason", s, SuspiciousActivity, SuspiciousButExpected, IncorrectAlertLogic, InaccurateData)
}

// oneOf returns the one of known that s names in any case, or an *Invalid.
func oneOf[T ~string](field, s string, known ...T) (T, error) {
	var names []string
	for _, k := range known {
		if strings.EqualFold(string(k), s) {
			return k, nil
		}
		names = append(names, string(k))
	}
	return "", &Invalid{field, fmt.Sprintf("%q: want %s", s, spelling.Or(names))}
}
