package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/incident"
)

// editCommand returns a command that changes incidents, of which the numbers are the
// first argument. edit says what is to be changed, by the others.
func editCommand(c *cobra.Command, edit func(args []string) (incident.Edit, error)) *cobra.Command {
	var (
		from   incidentFlags
		format string
	)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		asJSON, err := isJSON(format, "text")
		if err != nil {
			return err
		}
		numbers, err := parseNumbers(args[0])
		if err != nil {
			return err
		}
		e, err := edit(args[1:])
		if err != nil {
			return err
		}
		return from.change(cmd.Context(), func(s incidents, by incident.Actor) error {
			all, err := editAll(s, numbers, e, by)
			if asJSON {
				return errors.Join(printJSON(all), err)
			}
			for _, i := range all {
				fmt.Println(i.Line())
			}
			return err
		})
	}
	from.registerChange(c)
	c.Flags().StringVarP(&format, "output", "o", "text", "text for people, json for machines")
	return c
}

// editAll edits incidents, all that can be, and returns them as they are then.
func editAll(s incidents, numbers []int64, e incident.Edit, by incident.Actor) (all []*incident.Incident, err error) {
	for _, n := range numbers {
		i, wrong := s.Update(n, e, by)
		var invalid *incident.Invalid
		switch {
		case errors.As(wrong, &invalid):
			err = errors.Join(err, wrong)
		case wrong != nil:
			err = errors.Join(err, failed(wrong))
		default:
			all = append(all, i)
		}
		if invalid != nil {
			break // it is so for all of them
		}
	}
	return all, err
}

func assignCommand() *cobra.Command {
	var name string
	c := editCommand(&cobra.Command{
		Use:     "assign --store DIR NUMBERS WHO",
		Short:   "Say who works on incidents: an address or a name; none is nobody",
		Example: "  calypso incidents assign --store data 7 ada@contoso.com --name 'Ada Lovelace'",
		Args:    cobra.ExactArgs(2),
	}, func(args []string) (incident.Edit, error) {
		o := incident.Owner{AssignedTo: args[0]}
		if strings.Contains(args[0], "@") {
			o = incident.Owner{Email: args[0], UserPrincipalName: args[0], AssignedTo: args[0]}
		}
		if name != "" {
			o.AssignedTo = name
		}
		if strings.EqualFold(args[0], incident.NoOwner) {
			o = incident.Owner{}
		}
		return incident.Edit{Owner: &o}, nil
	})
	c.Flags().StringVar(&name, "name", "", "what people call the owner; WHO if not given")
	return c
}

func commentCommand() *cobra.Command {
	return editCommand(&cobra.Command{
		Use:   "comment --store DIR NUMBERS TEXT",
		Short: "Write a comment on incidents",
		Args:  cobra.ExactArgs(2),
	}, func(args []string) (incident.Edit, error) {
		if strings.TrimSpace(args[0]) == "" {
			return incident.Edit{}, errors.New("the comment is empty")
		}
		return incident.Edit{Comment: args[0]}, nil
	})
}

func closeCommand() *cobra.Command {
	var class, reason, comment string
	c := editCommand(&cobra.Command{
		Use:   "close --store DIR --classification C [--reason R] [--comment TEXT] NUMBERS",
		Short: "Close incidents, and say what they were",
		Long: `Close incidents, and say what they were. Classifications, with their reasons:
TruePositive (SuspiciousActivity), BenignPositive (SuspiciousButExpected),
FalsePositive (IncorrectAlertLogic, InaccurateData), Undetermined. A reason need not be
given where there is only one. What is closed already gets another classification.`,
		Example: "  calypso incidents close --store data 7,12-15 --classification FalsePositive --reason InaccurateData --comment 'the proxy moved'",
		Args:    cobra.ExactArgs(1),
	}, func([]string) (incident.Edit, error) {
		status := incident.Closed
		e := incident.Edit{Status: &status}
		if class != "" {
			v, err := incident.ParseClassification(class)
			if err != nil {
				return e, err
			}
			e.Classification = &v
		}
		if reason != "" {
			v, err := incident.ParseReason(reason)
			if err != nil {
				return e, err
			}
			e.ClassificationReason = &v
		}
		if comment != "" {
			e.ClassificationComment = &comment
		}
		return e, nil
	})
	c.Flags().StringVar(&class, "classification", "", "TruePositive, BenignPositive, FalsePositive or Undetermined")
	c.Flags().StringVar(&reason, "reason", "", "why it is that")
	c.Flags().StringVar(&comment, "comment", "", "more about why")
	return c
}

func reopenCommand() *cobra.Command {
	var status string
	c := editCommand(&cobra.Command{
		Use:   "reopen --store DIR NUMBERS",
		Short: "Open closed incidents again; their classification is taken away",
		Args:  cobra.ExactArgs(1),
	}, func([]string) (incident.Edit, error) {
		v, err := incident.ParseStatus(status)
		if err == nil && v == incident.Closed {
			err = errors.New("--status: want New or Active")
		}
		return incident.Edit{Status: &v}, err
	})
	c.Flags().StringVar(&status, "status", string(incident.Active), "New or Active")
	return c
}

func labelCommand() *cobra.Command {
	var remove bool
	c := editCommand(&cobra.Command{
		Use:   "label --store DIR [--remove] NUMBERS LABEL…",
		Short: "Give incidents labels, or take them away",
		Args:  cobra.MinimumNArgs(2),
	}, func(args []string) (incident.Edit, error) {
		if remove {
			return incident.Edit{RemoveLabels: args}, nil
		}
		return incident.Edit{AddLabels: args}, nil
	})
	c.Flags().BoolVar(&remove, "remove", false, "take the labels away")
	return c
}

func setCommand() *cobra.Command {
	var status, severity, title, description string
	c := editCommand(&cobra.Command{
		Use:   "set --store DIR [--status S] [--severity S] [--title T] [--description T] NUMBERS",
		Short: "Change the status, the severity or the texts of incidents",
		Args:  cobra.ExactArgs(1),
	}, func([]string) (e incident.Edit, err error) {
		if status != "" {
			v, err := incident.ParseStatus(status)
			if err != nil {
				return e, err
			}
			e.Status = &v
		}
		if severity != "" {
			v, err := incident.ParseSeverity(severity)
			if err != nil {
				return e, err
			}
			e.Severity = &v
		}
		if title != "" {
			e.Title = &title
		}
		if description != "" {
			e.Description = &description
		}
		if status+severity+title+description == "" {
			err = errors.New("want --status, --severity, --title or --description")
		}
		return e, err
	})
	c.Flags().StringVar(&status, "status", "", "New or Active; calypso incidents close is for Closed")
	c.Flags().StringVar(&severity, "severity", "", "High, Medium, Low or Informational; alerts change it no longer")
	c.Flags().StringVar(&title, "title", "", "the title")
	c.Flags().StringVar(&description, "description", "", "the description")
	return c
}

func taskCommand() *cobra.Command {
	var add, done, undone string
	c := editCommand(&cobra.Command{
		Use:   "task --store DIR (--add TITLE | --done ID | --undone ID) NUMBERS",
		Short: "Add a task to incidents, or say that one is done",
		Args:  cobra.ExactArgs(1),
	}, func([]string) (e incident.Edit, err error) {
		switch {
		case add != "":
			e.AddTasks = []incident.NewTask{{Title: add}}
		case done != "":
			e.Tasks = map[string]incident.TaskStatus{done: incident.TaskCompleted}
		case undone != "":
			e.Tasks = map[string]incident.TaskStatus{undone: incident.TaskNew}
		default:
			err = errors.New("want --add TITLE, --done ID or --undone ID; calypso incidents show tells the IDs")
		}
		return e, err
	})
	c.Flags().StringVar(&add, "add", "", "title of a new task")
	c.Flags().StringVar(&done, "done", "", "ID of a task that is done")
	c.Flags().StringVar(&undone, "undone", "", "ID of a task that is not done after all")
	c.MarkFlagsMutuallyExclusive("add", "done", "undone")
	return c
}

func createCommand() *cobra.Command {
	var (
		from                                 incidentFlags
		title, description, severity, format string
	)
	c := &cobra.Command{
		Use:   "create --store DIR --title T [--severity S] [--description T]",
		Short: "Open an incident by hand, which no alerts join",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			asJSON, err := isJSON(format, "text")
			if err != nil {
				return err
			}
			v, err := incident.ParseSeverity(severity)
			if err != nil {
				return err
			}
			return from.change(cmd.Context(), func(s incidents, by incident.Actor) error {
				i, err := s.Create(incident.Edit{Title: &title, Description: &description, Severity: &v}, by)
				var invalid *incident.Invalid
				switch {
				case errors.As(err, &invalid):
					return err
				case err != nil:
					return failed(err)
				case asJSON:
					return printJSON(i)
				}
				fmt.Println(i.Line())
				return nil
			})
		},
	}
	from.registerChange(c)
	c.Flags().StringVar(&title, "title", "", "the title")
	c.Flags().StringVar(&description, "description", "", "the description")
	c.Flags().StringVar(&severity, "severity", "Medium", "High, Medium, Low or Informational")
	c.Flags().StringVarP(&format, "output", "o", "text", "text for people, json for machines")
	return c
}
