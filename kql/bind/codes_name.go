package bind

import (
	"github.com/calypso-kql/calypso/kql/syntax"
)

// Findings about names.
