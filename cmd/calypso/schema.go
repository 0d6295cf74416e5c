package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/workspace"
)

func schemaCommand() *cobra.Command {
	var data dataFlags
	c := &cobra.Command{
		Use:   "schema [-d PATH…] [TABLE…]",
		Short: "List tables, or the columns of tables",
		Long: `Without a table: the tables of the files given with -d and their numbers of rows,
or, without files, all tables of the catalog. With tables: their columns and types.
Hidden columns are marked with a '~'.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ws, set, err := data.open(cmd.Context())
			if err != nil {
				return err
			}
			defer set.Close()
			if len(args) > 0 {
				return printColumns(os.Stdout, ws, args)
			}
			return printTables(os.Stdout, ws, set, data.given())
		},
	}
	data.register(c)
	return c
}

// printTables lists the tables of files with their numbers of rows, or, if none
// were opened, those of the catalog.
func printTables(w io.Writer, ws *workspace.Workspace, set *opened, opened bool) error {
	names := set.Names()
	if !opened {
		names = ws.TableNames()
	}
	for _, name := range names {
		t, _ := ws.Table(name)
		line := name
		if s, ok := t.(plan.Sizer); ok && opened {
			line += fmt.Sprintf("\t%d rows", s.Rows())
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return failed(err)
		}
	}
	return nil
}

func printColumns(w io.Writer, ws *workspace.Workspace, tables []string) error {
	for _, name := range tables {
		t, ok := ws.Table(name)
		if !ok {
			return failed(fmt.Errorf("no table is called %s%s", name, suggestion(ws, name)))
		}
		fmt.Fprintln(w, name)
		for _, c := range t.Schema().Columns {
			mark := " "
			if c.Hidden {
				mark = "~"
			}
			fmt.Fprintf(w, " %s%s: %s\n", mark, c.Name, c.Type)
		}
	}
	return nil
}

// suggestion names tables that differ from name in case only.
func suggestion(ws *workspace.Workspace, name string) string {
	i := slices.IndexFunc(ws.TableNames(), func(n string) bool { return strings.EqualFold(n, name) })
	if i < 0 {
		return ""
	}
	return "; did you mean " + ws.TableNames()[i] + "?"
}
