package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// rulesSwitchCommand is calypso rules enable, or disable.
func rulesSwitchCommand(on bool) *cobra.Command {
	var (
		from  databaseFlags
		rules []string
		why   string
	)
	verb, short, long := "disable", "Keep rules from running, whatever their files say", `Keep rules from running until calypso rules enable, whatever their files say: also
through restarts, and if the files change. A rule that is disabled is not evaluated,
and when it is enabled again, what it missed is not caught up on.`
	if on {
		verb, short, long = "enable", "Let rules run, whatever their files say", `Let rules run that calypso rules disable, or their files, keep from running. They
begin with their next window: what they missed is not caught up on.`
	}
	c := &cobra.Command{
		Use:   verb + " --store DIR [--rules PATH]… RULE…",
		Short: short,
		Long: long + `

RULE is a rule's ID. With --rules it may be its name, and a rule that has not run yet
can be named. A running calypso serve takes it up within seconds.`,
		Example: fmt.Sprintf("  calypso rules %s --store data --why 'noisy since the migration' dccb2dd9-6638-47dc-b552-e8eef13cfd3f", verb),
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			l, closeIt, err := from.ledger(true)
			if err != nil {
				return err
			}
			defer closeIt()
			return switchRules(l, args, rules, ledger.Switch{Enabled: on, Changed: time.Now(), Why: why})
		},
	}
	from.register(c)
	c.Flags().StringArrayVar(&rules, "rules", nil, "file or folder of rules, in which RULE is looked for; may be repeated")
	c.Flags().StringVar(&why, "why", "", "the reason, which calypso rules list tells")
	return c
}

func switchRules(l *ledger.Ledger, names, paths []string, s ledger.Switch) error {
	var read detect.Reading
	if len(paths) > 0 {
		read = detect.Read(paths)
	}
	ids := make([]string, len(names))
	for i, name := range names {
		r, err := findRule(read.Rules, name)
		if err != nil {
			return err
		}
		if r != nil {
			ids[i] = r.ID
			continue
		}
		known, err := l.Knows(name)
		switch {
		case err != nil:
			return failed(err)
		case !known && len(paths) > 0:
			return failed(fmt.Errorf("no rule in %s has the ID or the name %q", strings.Join(paths, ", "), name))
		case !known:
			return failed(fmt.Errorf("no rule with the ID %q has run with this store: say --rules PATH to name one by its name, or one that has not run yet", name))
		}
		ids[i] = name
	}
	word := map[bool]string{true: "enabled", false: "disabled"}[s.Enabled]
	for i, id := range ids {
		if err := l.SetSwitch(id, s); err != nil {
			return failed(err)
		}
		fmt.Printf("%s: %s\n", names[i], word)
	}
	return nil
}

// findRule returns the rule with an ID, or else a name; nil if there is none.
func findRule(rules []*detect.Rule, name string) (*detect.Rule, error) {
	var found []*detect.Rule
	for _, r := range rules {
		if r.ID == name {
			return r, nil
		}
		if strings.EqualFold(r.Name, name) {
			found = append(found, r)
		}
	}
	if len(found) > 1 {
		return nil, fmt.Errorf("%d rules are called %q: give the ID, such as %s", len(found), name, found[0].ID)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return found[0], nil
}

// stateOf says whether a rule runs, and who says so if it is not the file that lets it.
func stateOf(r *detect.Rule, switches map[string]ledger.Switch) (state string, special bool) {
	s, said := switches[r.ID]
	switch {
	case said && s.Enabled == r.Disabled:
		state = map[bool]string{true: "enabled", false: "disabled"}[s.Enabled] + " since " + stamp(s.Changed)
		if s.Why != "" {
			state += ": " + s.Why
		}
		return state, true
	case r.Disabled:
		return "disabled", true
	}
	return "enabled", false
}
