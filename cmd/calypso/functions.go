package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/kql"
)

func functionsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "functions [NAME…]",
		Short: "List the functions of KQL that run here, or describe some",
		RunE: func(_ *cobra.Command, args []string) error {
			engine, err := kql.New()
			if err != nil {
				return failed(err)
			}
			return printFunctions(os.Stdout, engine, args)
		},
	}
}

// printFunctions lists all functions, or describes those named.
func printFunctions(w io.Writer, e *kql.Engine, names []string) error {
	if len(names) == 0 {
		listFunctions(w, e)
		return nil
	}
	for _, name := range names {
		if !describeFunction(w, e, name) {
			return failed(fmt.Errorf("no function is called %s", name))
		}
	}
	return nil
}

func listFunctions(w io.Writer, e *kql.Engine) {
	for _, f := range e.Functions().Families() {
		fmt.Fprintf(w, "%s\n", f.Title)
		for i := range f.Scalars {
			if !f.Scalars[i].Hidden {
				fmt.Fprintf(w, "  %-32s %s\n", f.Scalars[i].Name(), f.Scalars[i].Doc)
			}
		}
		for i := range f.Aggregates {
			if !f.Aggregates[i].Hidden {
				fmt.Fprintf(w, "  %-32s %s\n", f.Aggregates[i].Name()+" (aggregate)", f.Aggregates[i].Doc)
			}
		}
	}
	fmt.Fprintln(w, "Functions of tables, columns and graphs; plugins")
	for _, s := range e.Specials() {
		name := s.Name
		if s.Plugin {
			name = "evaluate " + name
		}
		fmt.Fprintf(w, "  %-32s %s\n", name, s.Doc)
	}
}

// describeFunction prints all that is declared of a function, and reports
// whether there is one.
func describeFunction(w io.Writer, e *kql.Engine, name string) bool {
	found := false
	if f, ok := e.Functions().Scalar(name); ok {
		var sigs []string
		for _, o := range f.Overloads {
			sigs = append(sigs, o.Sig)
		}
		describe(w, f.Doc, sigs, f.Examples, f.Obsolete)
		found = true
	}
	if a, ok := e.Functions().Aggregate(name); ok {
		var sigs []string
		for _, o := range a.Overloads {
			sigs = append(sigs, o.Sig)
		}
		describe(w, a.Doc, sigs, a.Examples, a.Obsolete)
		found = true
	}
	for _, s := range e.Specials() {
		if s.Name == name {
			sig := s.Sig
			if s.Plugin {
				sig = "evaluate " + sig
			}
			describe(w, s.Doc, []string{sig}, nil, "")
			found = true
		}
	}
	return found
}

func describe(w io.Writer, doc string, sigs, examples []string, obsolete string) {
	fmt.Fprintf(w, "%s\n\n  %s\n", doc, strings.Join(sigs, "\n  "))
	if obsolete != "" {
		fmt.Fprintf(w, "\nObsolete: write %s instead.\n", obsolete)
	}
	if len(examples) > 0 {
		fmt.Fprintf(w, "\nExamples:\n  %s\n", strings.Join(examples, "\n  "))
	}
	fmt.Fprintln(w)
}
