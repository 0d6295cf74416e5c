package incident

import (
	"crypto/rand"
	"crypto/sha256"

	"github.com/calypso-kql/calypso/detect"
)

// Create opens an incident by hand, which no alerts join: with what e says, of which a
// title is needed. The severity is Medium if e has none.
func (s *Store) Create(e Edit, by Actor) (*Incident, error) {
	if e.Title == nil {
		return nil, &Invalid{"title", "is missing"}
	}
	if e.Severity == nil {
		medium := detect.Medium
		e.Severity = &medium
	}
	var opened *Incident
	err := s.within(func(t *transaction) error {
		number, err := t.next("incident", 1)
		if err != nil {
			return err
		}
		i := blank(number, guid(sha256.Sum256([]byte(rand.Text()))), t.now)
		what, err := e.apply(i, by, t.now)
		if err != nil {
			return err
		}
		if err := t.enter(i, nil, ""); err != nil {
			return err
		}
		opened, err = t.commit(nil, i, by, t.now, what)
		return err
	})
	return opened, err
}
