package reference

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/command"
)

// commandsPage returns the page of the management commands, from their
// declarations.
func commandsPage() string {
	var run, refused strings.Builder
	for _, d := range command.Declarations() {
		text := "." + strings.ReplaceAll(d.Syntax, "|", `\|`)
		if d.Instead != "" {
			fmt.Fprintf(&refused, "| `%s` | %s |\n", text, d.Instead)
			continue
		}
		switch d.Input {
		case "query":
			text += ` <\| query`
		case "data":
			if !strings.Contains(text, "bracketed") {
				text += ` <\| data`
			}
		}
		fmt.Fprintf(&run, "| `%s` | %s | %s | %s |\n", text, d.Role, d.Doc, strings.Trim(d.Columns, "()"))
	}
	return `# Management commands

<!-- Written by go test ./internal/reference -update from the declarations. -->

They are sent to ` + "`POST /v1/rest/mgmt`" + `, or run by ` + "`calypso query --store DIR '.show tables'`" + ` and at the prompt. Operators may follow a command and read its
result: ` + "`.show tables | where DocString has \"sign-in\"`" + `. What a token's role allows is said beside each; an admin may do everything, an operator
everything that shows something, but for the rows of tables. A token for some tables is for these in commands as well. The one database is called ` + "`" + command.Database + "`" + `.

| command | role | | columns |
|---|---|---|---|
` + run.String() + `
## Not supported

| command | instead |
|---|---|
` + refused.String()
}
