package incident

import (
	"context"
	"time"
)

// forgotten is how many incidents or alerts one transaction forgets at most.
const forgotten = 100

// Forget forgets closed incidents that have last changed before a time, with their
// alerts, and alerts without an incident that were raised before it. It returns how
// many incidents it was. Their rows in tables stay.
func (s *Store) Forget(ctx context.Context, before time.Time) (incidents int, err error) {
	for ctx.Err() == nil {
		n, err := s.forget(before)
		if err != nil {
			return incidents, err
		}
		incidents += n
		if n < forgotten {
			break
		}
	}
	for ctx.Err() == nil {
		res, err := s.db.Exec(`DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE incident = 0 AND generated < ? LIMIT ?)`, micros(before), forgotten)
		if err != nil {
			return incidents, err
		}
		if n, err := res.RowsAffected(); err != nil || n < forgotten {
			return incidents, err
		}
	}
	return incidents, ctx.Err()
}

func (s *Store) forget(before time.Time) (n int, err error) {
	err = s.within(func(t *transaction) error {
		numbers, err := t.numbers("SELECT number FROM incidents WHERE status = ? AND modified < ? ORDER BY number LIMIT ?", Closed, micros(before), forgotten)
		if err != nil {
			return err
		}
		for _, number := range numbers {
			for _, from := range []string{"alerts WHERE incident", "incident_changes WHERE incident", "incident_entities WHERE incident", "incidents WHERE number"} {
				if _, err := t.Exec("DELETE FROM "+from+" = ?", number); err != nil {
					return err
				}
			}
		}
		n = len(numbers)
		return nil
	})
	return n, err
}

// numbers returns the numbers that a query answers with.
func (t *transaction) numbers(query string, args ...any) (out []int64, err error) {
	rows, err := t.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// A Count is how many incidents there are of a status and a severity.
type Count struct {
	Status, Severity string
	Incidents        int
}

// Count returns how many incidents there are, by status and severity.
func (s *Store) Count() ([]Count, error) {
	rows, err := s.db.Query("SELECT status, severity, count(*) FROM incidents GROUP BY status, severity ORDER BY status, severity")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Count
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Status, &c.Severity, &c.Incidents); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}
