package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/calypso-kql/calypso/demo"
)

// demoDir is where a demo that is kept goes by default.
const demoDir = "demo-data"

func demoCommand() *cobra.Command {
	o := demo.Defaults()
	var keep bool
	c := &cobra.Command{
		Use:   "demo [--keep | --dir DIR]",
		Short: "Write a tenant's logs and run the detection over them",
		Long: `Write two days of logs of an invented tenant, as Entra and Sentinel deliver them,
and run the detection of suspicious API traffic at every 5 minutes of their last
3 hours. Every alert is shown once, and all are held against what was planted: the
exit code is 1 if one is missing, wrong or one too many.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			remove := func() error { return nil }
			switch {
			case o.Dir != "":
				keep = true
			case keep:
				o.Dir = demoDir
			default:
				dir, err := os.MkdirTemp("", "calypso-demo-")
				if err != nil {
					return failed(err)
				}
				o.Dir, remove = dir, func() error { return os.RemoveAll(dir) }
			}
			err := runDemo(cmd.Context(), os.Stdout, o)
			if err == nil && keep {
				fmt.Printf("\nThe logs are in %s. Ask them yourself:\n  calypso query -d %s 'AADUserRiskEvents | summarize count() by RiskEventType'\n", o.Dir, o.Dir)
			}
			return failed(errors.Join(err, remove()))
		},
	}
	c.Flags().StringVar(&o.Dir, "dir", "", "write the logs into this folder and keep them")
	c.Flags().BoolVar(&keep, "keep", false, "keep the logs in the folder "+demoDir)
	c.Flags().Uint64Var(&o.Seed, "seed", o.Seed, "another seed, other people and other logs")
	c.Flags().IntVar(&o.Users, "users", o.Users, "number of people")
	c.Flags().Int64Var(&o.SignIns, "sign-ins", o.SignIns, "number of sign-ins; 5 KB each on disk")
	c.Flags().DurationVar(&o.Delay, "delay", o.Delay, "how long after its time a run happens; with 0s, what arrives late is missed")
	return c
}

// errMismatch ends a demo that did not find what was planted, or found more.
var errMismatch = errors.New("what fired is not what was planted")

func runDemo(ctx context.Context, w io.Writer, o demo.Options) error {
	d, err := demo.New(o)
	if err != nil {
		return err
	}
	defer d.Close()
	begin := time.Now()
	written, err := d.Write()
	if err != nil {
		return err
	}
	d.TellWritten(w, written, time.Since(begin))
	begin = time.Now()
	if err := loadDemo(ctx, d); err != nil {
		return err
	}
	d.TellLoaded(w, written, time.Since(begin))

	verdict := d.NewVerdict()
	err = d.Replay(ctx, func(r demo.Run) error {
		for _, f := range verdict.Add(r) {
			if err := demo.TellFired(w, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	verdict.Judge()
	if err := d.TellVerdict(w, verdict, textOptions()); err != nil {
		return err
	}
	if len(verdict.Wrong) > 0 {
		return errMismatch
	}
	return nil
}

// loadDemo loads the logs, with a progress bar on a terminal.
func loadDemo(ctx context.Context, d *demo.Demo) error {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return d.Load(ctx, nil)
	}
	bar := &progressBar{w: os.Stderr}
	defer bar.clear()
	return d.Load(ctx, bar.add)
}
