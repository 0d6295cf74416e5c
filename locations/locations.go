// Package locations says where IP addresses are, from a database in MaxMind's
// format (.mmdb) that the user has: GeoLite2 City, which Kusto uses itself, or any
// other with the same fields.
package locations

import (
	"fmt"
	"net/netip"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/calypso-kql/calypso/kql/function"
)

// A Database is an open file. It is safe for concurrent use.
type Database struct{ reader *maxminddb.Reader }

// Open opens the database at path, which must stay as it is until Close: it is
// mapped into memory where the system can. A database of something else than
// places, such as networks' owners, is an error.
func Open(path string) (*Database, error) {
	r, err := maxminddb.Open(path)
	if err != nil {
		return nil, fmt.Errorf("database of locations %s: %w", path, err)
	}
	if !hasPlaces(r) {
		kind := r.Metadata.DatabaseType
		_ = r.Close() // it is only read
		return nil, fmt.Errorf("database of locations %s: it is a %s database, which has no cities or countries: GeoLite2-City.mmdb has", path, kind)
	}
	return &Database{r}, nil
}

// hasPlaces reports whether some of the first networks have a place.
func hasPlaces(r *maxminddb.Reader) bool {
	const enough = 1000
	n := 0
	for result := range r.Networks() {
		var p record
		if result.Decode(&p) == nil && (len(p.Country.Names) > 0 || p.Location.Latitude != nil) {
			return true
		}
		if n++; n == enough {
			return false
		}
	}
	return n == 0
}

// Close closes the file.
func (d *Database) Close() error { return d.reader.Close() }

// record is what is read of an entry.
type record struct {
	Country      named   `maxminddb:"country"`
	Subdivisions []named `maxminddb:"subdivisions"`
	City         named   `maxminddb:"city"`
	Location     struct {
		Latitude  *float64 `maxminddb:"latitude"`
		Longitude *float64 `maxminddb:"longitude"`
	} `maxminddb:"location"`
}

type named struct {
	Names map[string]string `maxminddb:"names"`
}

func (n named) english() string { return n.Names["en"] }

// Locate implements function.Locator. The state is the largest subdivision of the
// country.
func (d *Database) Locate(addr netip.Addr) (function.Location, bool, error) {
	if addr.Is6() && !addr.Is4In6() && d.reader.Metadata.IPVersion == 4 {
		return function.Location{}, false, nil // a database of IPv4 alone
	}
	result := d.reader.Lookup(addr.Unmap())
	if err := result.Err(); err != nil {
		return function.Location{}, false, fmt.Errorf("database of locations: %w", err)
	}
	if !result.Found() {
		return function.Location{}, false, nil
	}
	var r record
	if err := result.Decode(&r); err != nil {
		return function.Location{}, false, fmt.Errorf("database of locations: %s: %w", addr, err)
	}
	l := function.Location{Country: r.Country.english(), City: r.City.english()}
	if len(r.Subdivisions) > 0 {
		l.State = r.Subdivisions[0].english()
	}
	if r.Location.Latitude != nil && r.Location.Longitude != nil {
		l.Latitude, l.Longitude, l.HasPoint = *r.Location.Latitude, *r.Location.Longitude, true
	}
	return l, l != function.Location{}, nil
}
