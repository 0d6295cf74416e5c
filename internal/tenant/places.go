package tenant

import (
	"fmt"
	"strconv"
)

// A place is a city with the network a person there would use.
type place struct {
	city, state, country string
	lat, long            float64
	asn                  string
	json                 string // location as properties.location carries it
}

// newPlaces lists the cities of the tenant's people, busiest first. Provider
// numbers are those of large networks of the country.
func newPlaces() []place {
	ps := []place{
		{city: "Hamburg", state: "Hamburg", country: "DE", lat: 53.5503, long: 10.0006, asn: "3320"},
		{city: "Rotterdam", state: "Zuid-Holland", country: "NL", lat: 51.9225, long: 4.47917, asn: "1136"},
		{city: "Bremen", state: "Bremen", country: "DE", lat: 53.0752, long: 8.80777, asn: "3209"},
		{city: "Antwerpen", state: "Antwerpen", country: "BE", lat: 51.2211, long: 4.39971, asn: "5432"},
		{city: "Göteborg", state: "Västra Götalands län", country: "SE", lat: 57.7072, long: 11.9668, asn: "3301"},
		{city: "London", state: "England", country: "GB", lat: 51.5074, long: -0.1278, asn: "2856"},
		{city: "Oslo", state: "Oslo", country: "NO", lat: 59.9127, long: 10.7461, asn: "2119"},
		{city: "Aarhus", state: "Midtjylland", country: "DK", lat: 56.1567, long: 10.2108, asn: "3292"},
		{city: "Gdańsk", state: "Pomorskie", country: "PL", lat: 54.3521, long: 18.6464, asn: "5617"},
		{city: "Le Havre", state: "Seine-Maritime", country: "FR", lat: 49.4938, long: 0.10767, asn: "3215"},
		{city: "Bilbao", state: "Bizkaia", country: "ES", lat: 43.2627, long: -2.92528, asn: "3352"},
		{city: "Genova", state: "Liguria", country: "IT", lat: 44.4063, long: 8.93386, asn: "3269"},
		{city: "Piraeus", state: "Attiki", country: "GR", lat: 37.9475, long: 23.6371, asn: "6799"},
		{city: "Lisboa", state: "Lisboa", country: "PT", lat: 38.7167, long: -9.13333, asn: "3243"},
		{city: "Riga", state: "Riga", country: "LV", lat: 56.946, long: 24.1059, asn: "12578"},
		{city: "Helsinki", state: "Uusimaa", country: "FI", lat: 60.1699, long: 24.9384, asn: "1759"},
		{city: "Newark", state: "New Jersey", country: "US", lat: 40.7357, long: -74.1724, asn: "701"},
		{city: "Houston", state: "Texas", country: "US", lat: 29.7633, long: -95.3633, asn: "7922"},
		{city: "Singapore", state: "Central Singapore", country: "SG", lat: 1.28967, long: 103.85, asn: "3758"},
		{city: "Mumbai", state: "Maharashtra", country: "IN", lat: 19.0728, long: 72.8826, asn: "55836"},
		{city: "Manila", state: "Metro Manila", country: "PH", lat: 14.6042, long: 120.982, asn: "9299"},
		{city: "Santos", state: "São Paulo", country: "BR", lat: -23.9608, long: -46.3336, asn: "27699"},
		{city: "Durban", state: "KwaZulu-Natal", country: "ZA", lat: -29.8579, long: 31.0292, asn: "37457"},
		{city: "Osaka", state: "Osaka", country: "JP", lat: 34.6937, long: 135.502, asn: "2516"},
	}
	for i := range ps {
		ps[i].json = fmt.Sprintf(`{"city":%q,"state":%q,"countryOrRegion":%q,"geoCoordinates":{"latitude":%s,"longitude":%s}}`,
			ps[i].city, ps[i].state, ps[i].country, number(ps[i].lat), number(ps[i].long))
	}
	return ps
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// Addresses come from the blocks set aside for examples and measurements
// (RFC 5737, RFC 2544, RFC 3849), so none belongs to anyone.

// newOffices lists the addresses behind which whole offices sign in.
func newOffices() []string {
	out := make([]string, 12)
	for i := range out {
		out[i] = "203.0.113." + strconv.Itoa(10+4*i)
	}
	return out
}

// homeAddress is the address of a person's own line; a third have IPv6.
func homeAddress(r *rng) string {
	if r.chance(0.33) {
		return fmt.Sprintf("2001:db8:%x:%x:%x:%x:%x:%x", r.below(1<<12), r.below(1<<16),
			r.below(1<<16), r.below(1<<16), r.below(1<<16), 1+r.below(1<<16-1))
	}
	return fmt.Sprintf("198.%d.%d.%d", 18+r.below(2), r.below(256), 1+r.below(254))
}

// roamingAddress is one a mobile network gives out for a while. There are
// 2,032 of them, so they are shared by many people.
func roamingAddress(r *rng) string {
	b := append(make([]byte, 0, 15), "198.19."...)
	b = strconv.AppendInt(b, int64(248+r.below(8)), 10)
	b = append(b, '.')
	b = strconv.AppendInt(b, int64(1+r.below(254)), 10)
	return string(b)
}

// strangeAddress is one that no employee uses.
func strangeAddress(r *rng) string { return "192.0.2." + strconv.Itoa(1+r.below(254)) }
