package ledger

import (
	"bytes"
	"time"

	"github.com/calypso-kql/calypso/database"
)

// A Switch says whether a rule runs, whatever its file says.
type Switch struct {
	Enabled bool
	Changed time.Time
	// Why is what the person who changed it said.
	Why string
}

// SetSwitch enables or disables a rule.
func (l *Ledger) SetSwitch(rule string, s Switch) error {
	enabled := 0
	if s.Enabled {
		enabled = 1
	}
	_, err := l.db.Exec(`INSERT INTO switches (rule, enabled, changed, why) VALUES (?, ?, ?, ?)
		ON CONFLICT (rule) DO UPDATE SET enabled = excluded.enabled, changed = excluded.changed, why = excluded.why`, rule, enabled, micros(s.Changed), s.Why)
	return err
}

// Switches returns the rules that were enabled or disabled, by ID.
func (l *Ledger) Switches() (map[string]Switch, error) {
	rows, err := l.db.Query("SELECT rule, enabled, changed, why FROM switches")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]Switch{}
	for rows.Next() {
		var rule string
		var enabled, changed int64
		var s Switch
		if err := rows.Scan(&rule, &enabled, &changed, &s.Why); err != nil {
			return nil, err
		}
		s.Enabled, s.Changed = enabled != 0, timeOf(changed)
		out[rule] = s
	}
	return out, rows.Err()
}

// Knows tells whether a rule with an ID has been scheduled.
func (l *Ledger) Knows(rule string) (bool, error) {
	_, ok, err := l.Cursor(rule)
	return ok, err
}

// KeepFiles keeps the texts of this node's files of rules, by path. What is kept of
// others is forgotten, but for those that keep says, whose last text stays.
func (l *Ledger) KeepFiles(texts map[string][]byte, keep func(path string) bool) error {
	return l.db.Within(func(tx *database.Tx) error {
		have, err := l.files(tx)
		if err != nil {
			return err
		}
		for path := range have {
			if _, there := texts[path]; there || keep(path) {
				continue
			}
			if _, err := tx.Exec("DELETE FROM rule_files WHERE node = ? AND path = ?", l.node, path); err != nil {
				return err
			}
		}
		for path, text := range texts {
			if old, there := have[path]; there && bytes.Equal(old, text) {
				continue
			}
			_, err := tx.Exec(`INSERT INTO rule_files (node, path, content) VALUES (?, ?, ?)
				ON CONFLICT (node, path) DO UPDATE SET content = excluded.content`, l.node, path, text)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Files returns the texts that are kept of this node's files of rules, by path.
func (l *Ledger) Files() (map[string][]byte, error) { return l.files(l.db) }

func (l *Ledger) files(q interface {
	Query(query string, args ...any) (*database.Rows, error)
}) (map[string][]byte, error) {
	rows, err := q.Query("SELECT path, content FROM rule_files WHERE node = ?", l.node)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]byte{}
	for rows.Next() {
		var path string
		var content []byte
		if err := rows.Scan(&path, &content); err != nil {
			return nil, err
		}
		out[path] = content
	}
	return out, rows.Err()
}
