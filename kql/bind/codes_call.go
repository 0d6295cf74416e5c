package bind

import (
	"github.com/calypso-kql/calypso/kql/syntax"
)

// Findings about calls and where they stand.
