package tenant

// An app is a client application with the resources it calls.
type app struct {
	name, id  string
	owner     string // tenant id of the publisher
	client    clientKind
	resources []resource
	weight    int
}

// A resource is the API that a token is for.
type resource struct{ name, id, principal string }

// clientKind is how an app reaches Entra; it decides the user agent and what
// ClientAppUsed says.
type clientKind uint8

const (
	browser clientKind = iota
	native             // desktop and mobile programs with a web view
	library            // command lines and scripts
)

// microsoft is the tenant that publishes Microsoft's own applications.
const microsoft = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

// newApps lists the applications, busiest first. Microsoft's are named and
// numbered as they are in every tenant; the others belong to this one.
func newApps(seed uint64) []app {
	r := newRNG(seed, streamApp, 0)
	known := func(name, id string) resource { return resource{name, id, r.guid()} }
	graph := known("Microsoft Graph", "00000003-0000-0000-c000-000000000000")
	exchange := known("Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000")
	share := known("Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000")
	teams := known("Microsoft Teams Services", "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe")
	arm := known("Windows Azure Service Management API", "797f4846-ba00-4fd7-ba43-dac1f8f63013")
	directory := known("Windows Azure Active Directory", "00000002-0000-0000-c000-000000000000")
	bi := known("Power BI Service", "00000009-0000-0000-c000-000000000000")
	intune := known("Microsoft Intune", "0000000a-0000-0000-c000-000000000000")
	office := []resource{exchange, share, graph, teams}

	apps := []app{
		{"Microsoft Office", "d3590ed6-52b3-4102-aeff-aad2292ab01c", microsoft, native, office, 190},
		{"Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264", microsoft, native, []resource{teams, graph, share, exchange}, 170},
		{"Outlook Mobile", "27922004-5251-4030-b22d-91ecd9a37ea4", microsoft, native, []resource{exchange, graph}, 120},
		{"Office365 Shell WCSS-Client", "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", microsoft, browser, office, 80},
		{"One Outlook Web", "9199bf20-a13f-4107-85dc-02114787ef48", microsoft, browser, []resource{exchange, graph}, 70},
		{"OneDrive SyncEngine", "ab9b8c07-8f02-4f72-87fa-80105867a763", microsoft, native, []resource{share, graph}, 65},
		{"Microsoft Edge", "ecd6b820-32c2-49b6-98a6-444530e5a77a", microsoft, native, []resource{graph, directory}, 50},
		{"Microsoft Authentication Broker", "29d9ed98-a469-4536-ade2-f981bc1d605e", microsoft, native, []resource{graph, intune, directory}, 45},
		{"Windows Sign In", "38aa3b87-a06d-4817-b275-7a316988d93b", microsoft, native, []resource{directory}, 40},
		{"SharePoint Online Web Client Extensibility", "08e18876-6177-487e-b8b5-cf950c1e598c", microsoft, browser, []resource{share, graph}, 35},
		{"Microsoft Teams Web Client", "5e3ce6c0-2b1f-4285-8d4b-75ee78787346", microsoft, browser, []resource{teams, graph}, 30},
		{"My Apps", "2793995e-0a7d-40d7-bd35-6968ba142197", microsoft, browser, []resource{graph, directory}, 14},
		{"Microsoft Intune Company Portal", "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223", microsoft, native, []resource{intune, graph}, 13},
		{"Azure Portal", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", microsoft, browser, []resource{arm, graph, directory}, 12},
		{"Power BI Desktop", "7f67af8a-fedc-4b08-8b4e-37c4d127b6cf", microsoft, native, []resource{bi}, 9},
		{"Visual Studio Code", "aebc6443-996d-45c2-90f0-388ff96faa56", microsoft, native, []resource{arm, graph}, 7},
		{"Microsoft Azure CLI", "04b07795-8ddb-461a-bbee-02f9e1bf7b46", microsoft, library, []resource{arm, graph}, 6},
		{"Microsoft Azure PowerShell", "1950a258-227b-4e31-a9cf-717495945fc2", microsoft, library, []resource{arm, graph}, 4},
		{"Microsoft Graph Command Line Tools", "14d82eec-204b-4c2f-b7e8-296a70dab67e", microsoft, library, []resource{graph}, 3},
	}
	return append(apps, ownApps(seed, graph)...)
}

// ownApps are what the company wrote or bought itself.
func ownApps(seed uint64, graph resource) []app {
	names := []string{"Berth Planner", "Crew Roster", "Manifest Hub", "Bunker Ledger", "Tide Desk", "Portside Payroll",
		"Cargo Claims", "Fleet Telemetry", "Chandlery Shop", "Pilot Booking", "Customs Bridge", "Reefer Watch",
		"Harbour Wiki", "Yard Cameras", "Dry Dock Tickets", "Invoice Lock", "Safety Drills", "Lash and Stow"}
	r := newRNG(seed, streamApp, 1)
	own := make([]app, 0, len(names))
	for i, n := range names {
		a := app{name: n, id: r.guid(), owner: "", client: browser, weight: 1 + (len(names)-i)/3}
		if i%5 == 4 {
			a.client = library
		}
		a.resources = []resource{graph, {n, a.id, r.guid()}}
		own = append(own, a)
	}
	return own
}

// pickApp draws an app by weight.
func (t *Tenant) pickApp(r *rng) *app {
	n := r.below(t.appWeight)
	for i := range t.apps {
		if n -= t.apps[i].weight; n < 0 {
			return &t.apps[i]
		}
	}
	return &t.apps[0]
}

// find returns the app of that name, nil if there is none.
func (t *Tenant) findApp(name string) *app {
	for i := range t.apps {
		if t.apps[i].name == name {
			return &t.apps[i]
		}
	}
	return nil
}
