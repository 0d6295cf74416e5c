package command

import (
	"context"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/store"
)

// RunAll runs commands one behind the other, each as Run does, and calls ran with what
// came of it, until that returns an error. Neighbours that make tables have them made at
// once, which waits for the disk as one of them would.
func (r *Runner) RunAll(ctx context.Context, all []*Statement, s *Session, ran func(i int, tables []kql.Table, err error) error) error {
	made := 0
	for i, st := range all {
		if i >= made {
			made = i + r.makeTables(all[i:], s)
		}
		tables, err := r.Run(ctx, st, s)
		if err := ran(i, tables, err); err != nil {
			return err
		}
	}
	return nil
}

// makeTables makes the tables of the commands that all begins with and that make tables
// only, and returns how many commands that are. What keeps one from being made is told
// when its command runs.
func (r *Runner) makeTables(all []*Statement, s *Session) (n int) {
	var tables []store.NewTable
	for ; n < len(all) && all[n].decl.Makes != nil; n++ {
		st := all[n]
		c := &call{Runner: r, st: st, args: &st.args, s: s}
		some, err := c.newTables(st.decl.Makes(c.args))
		if err != nil {
			break
		}
		tables = append(tables, some...)
	}
	if n > 1 {
		_ = r.o.Store.CreateAll(tables)
	}
	return n
}
