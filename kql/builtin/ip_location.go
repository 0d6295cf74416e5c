package builtin

import (
	"errors"
	"net/netip"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// ipLocations declares the function that says where addresses are.
func ipLocations() function.Family {
	return function.Family{Title: "Locations of IP addresses", Scalars: []function.Scalar{{
		Doc: "Returns the country, state, city, latitude and longitude of an IPv4 or IPv6 address, as far as the database of locations knows them; null if it knows nothing. The database is a MaxMind one, such as GeoLite2-City.mmdb, that --locations names.",
		Overloads: []function.Overload{{
			Sig:    "geo_info_from_ip_address(ip: string): dynamic",
			Kernel: rowKernel([]types.Type{types.String}, types.Dynamic, locateRows),
		}},
		Volatile: true, // the answer is in a file, so there is no example
	}}}
}

// errNoLocations says what geo_info_from_ip_address() needs.
var errNoLocations = errors.New("no database of locations is here: download GeoLite2-City.mmdb from MaxMind and give it with --locations")

func locateRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	if c.Locations == nil {
		return nil, errNoLocations
	}
	v := column.ViewOf[string](args[0])
	out := make([]dynamic.Value, n)
	var b dynamic.BagBuilder
	for i := range out {
		addr, err := netip.ParseAddr(strings.TrimSpace(v.At(i)))
		if err != nil {
			continue
		}
		l, ok, err := c.Locations.Locate(addr.WithZone(""))
		if err != nil {
			return nil, err
		}
		if ok {
			out[i] = locationValue(&b, l)
		}
	}
	return column.NewVec(types.Dynamic, out, nil), nil
}

func locationValue(b *dynamic.BagBuilder, l function.Location) dynamic.Value {
	for _, f := range [...]struct{ name, text string }{{"country", l.Country}, {"state", l.State}, {"city", l.City}} {
		if f.text != "" {
			b.SetString(f.name, f.text)
		}
	}
	if l.HasPoint {
		b.SetReal("latitude", l.Latitude)
		b.SetReal("longitude", l.Longitude)
	}
	v := b.Value()
	b.Reset()
	return v
}
