package main

import (
	"net"
	"os"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/rogpeppe/go-internal/testscript"
)

// writeLocations is the command `locations FILE`: a database that knows where
// 203.0.113.0/24 is.
func writeLocations(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: locations FILE")
	}
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "Test-City", IncludeReservedNetworks: true})
	ts.Check(err)
	name := func(s string) mmdbtype.Map { return mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(s)}} }
	_, network, err := net.ParseCIDR("203.0.113.0/24")
	ts.Check(err)
	ts.Check(w.Insert(network, mmdbtype.Map{
		"country": name("Norway"), "subdivisions": mmdbtype.Slice{name("Vestland")}, "city": name("Bergen"),
		"location": mmdbtype.Map{"latitude": mmdbtype.Float64(60.39), "longitude": mmdbtype.Float64(5.32)},
	}))
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = w.WriteTo(f)
	ts.Check(err)
	ts.Check(f.Close())
}
