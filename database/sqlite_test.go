package database

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A machine that is too busy is a reason to try again, which callers know by ErrAway.
func TestSQLiteThatIsBusy(t *testing.T) {
	d := &DB{name: "state.db", dialect: dialect{explain: explainSQLite}}
	err := d.explained(fmt.Errorf("commit: %w", context.DeadlineExceeded))
	if !errors.Is(err, ErrAway) || !strings.Contains(err.Error(), "it has not answered in time: the machine or its disk has too much to do") {
		t.Error(err)
	}
}
