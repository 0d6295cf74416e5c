package locations_test

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/locations"
)

// write makes a database of entries by network and returns its path.
func write(t *testing.T, kind string, version int, entries map[string]mmdbtype.Map) string {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, IPVersion: version, IncludeReservedNetworks: true, DisableIPv4Aliasing: true})
	if err != nil {
		t.Fatal(err)
	}
	for network, entry := range entries {
		_, n, err := net.ParseCIDR(network)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Insert(n, entry); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "test.mmdb")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := w.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	return path
}

func name(english string) mmdbtype.Map {
	return mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(english), "de": mmdbtype.String("-")}}
}

func TestLocate(t *testing.T) {
	d, err := locations.Open(write(t, "Test-City", 6, map[string]mmdbtype.Map{
		"203.0.113.0/24": {
			"country": name("Norway"), "subdivisions": mmdbtype.Slice{name("Vestland"), name("Voss")}, "city": name("Bergen"),
			"location": mmdbtype.Map{"latitude": mmdbtype.Float64(60.39), "longitude": mmdbtype.Float64(5.32)},
		},
		"198.51.100.0/25": {"country": name("Chile")},
		"2001:db8::/32":   {"city": name("Oulu"), "location": mmdbtype.Map{"latitude": mmdbtype.Float64(0), "longitude": mmdbtype.Float64(0)}},
		"192.0.2.0/24":    {"traits": mmdbtype.Map{"is_anycast": mmdbtype.Bool(true)}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for addr, want := range map[string]function.Location{
		"203.0.113.7":        {Country: "Norway", State: "Vestland", City: "Bergen", Latitude: 60.39, Longitude: 5.32, HasPoint: true},
		"::ffff:203.0.113.7": {Country: "Norway", State: "Vestland", City: "Bergen", Latitude: 60.39, Longitude: 5.32, HasPoint: true},
		"198.51.100.1":       {Country: "Chile"},
		"198.51.100.200":     {},
		"2001:db8::5":        {City: "Oulu", HasPoint: true},
		"192.0.2.1":          {},
		"2001:db9::5":        {},
	} {
		got, ok, err := d.Locate(netip.MustParseAddr(addr))
		if err != nil || got != want || ok != (want != function.Location{}) {
			t.Errorf("%s: %+v, %v, %v; want %+v", addr, got, ok, err, want)
		}
	}
}

func TestIPv4Only(t *testing.T) {
	d, err := locations.Open(write(t, "Test-City", 4, map[string]mmdbtype.Map{"203.0.113.0/24": {"country": name("Norway")}}))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if l, ok, err := d.Locate(netip.MustParseAddr("203.0.113.9")); err != nil || !ok || l.Country != "Norway" {
		t.Errorf("%+v, %v, %v", l, ok, err)
	}
	if _, ok, err := d.Locate(netip.MustParseAddr("2001:db8::1")); ok || err != nil {
		t.Errorf("an IPv6 address: %v, %v", ok, err)
	}
}

func TestOpenRejects(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.mmdb")
	if err := os.WriteFile(empty, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	owners := write(t, "Test-ASN", 6, map[string]mmdbtype.Map{"203.0.113.0/24": {"autonomous_system_number": mmdbtype.Uint32(64500)}})
	for path, want := range map[string]string{empty: "empty.mmdb", owners: "Test-ASN", filepath.Join(t.TempDir(), "none.mmdb"): "none.mmdb"} {
		if _, err := locations.Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", path, err, want)
		}
	}
}
