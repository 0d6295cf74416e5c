package function

import "net/netip"

// A Locator says where IP addresses are, for geo_info_from_ip_address(). It is
// safe for concurrent use.
type Locator interface {
	// Locate returns what is known of addr; !ok if nothing is.
	Locate(addr netip.Addr) (l Location, ok bool, err error)
}

// A Location is a place on the earth. Names are English; what is not known is
// empty.
type Location struct {
	Country, State, City string
	// Latitude and Longitude are in degrees, if HasPoint is set.
	Latitude, Longitude float64
	HasPoint            bool
}
