package tenant

import (
	"strconv"
	"strings"
)

// A user is a person with an account: where, with what and on which lines
// they usually sign in.
type user struct {
	id, name, upn string
	home          string // home tenant; another than t.id for guests
	guest         bool
	place         *place
	office        string // address of their office
	line          string // address at home
	devices       []device
}

var (
	givenNames = []string{"Anna", "Jonas", "Mette", "Piotr", "Sanne", "Luca", "Ingrid", "Tomás", "Chiara", "Elias",
		"Noor", "Henrik", "Maja", "Rui", "Katarina", "Amir", "Freja", "Diego", "Lotte", "Wei", "Priya", "Oskar", "Hélène",
		"Marek", "Yuki", "Samuel", "Inês", "Thandi", "Viktor", "Leila", "Bram", "Sofia", "Kwame", "Astrid", "Paulo", "Greta",
		"Nikos", "Rosa", "Emil", "Farah"}
	familyNames = []string{"Petersen", "de Vries", "Lindqvist", "Kowalska", "Jansen", "Rossi", "Haugen", "Ferreira", "Schröder",
		"Nielsen", "Meyer", "Wouters", "Dubois", "García", "Papadakis", "Ozols", "Virtanen", "Brandt", "Tan", "Sharma",
		"Santos", "Nakamura", "Dlamini", "Okafor", "Behrens", "Visser", "Moreau", "Bianchi", "Larsen", "Zieliński", "Hansen",
		"Costa", "Weber", "Maas", "Ekström", "Rahimi", "Clarke", "Murphy", "Keller", "Vogel", "Sørensen", "Peeters",
		"Marino", "Aalto", "Reyes", "Naidoo", "Whitfield", "Quist", "Stein", "Okada"}
)

func newUsers(t *Tenant, n int) []user {
	builds := newBuilds()
	users := make([]user, n)
	for i := range users {
		r := newRNG(t.opt.Seed, streamUser, int64(i))
		users[i] = newUser(t, &r, i, builds)
	}
	return users
}

func newUser(t *Tenant, r *rng, i int, builds []build) user {
	given, family := givenNames[r.below(len(givenNames))], familyNames[r.below(len(familyNames))]
	u := user{id: r.guid(), name: given + " " + family, home: t.id, guest: r.chance(0.04)}
	u.upn = asciiLower(given) + "." + asciiLower(family)
	if i >= len(givenNames)*2 {
		u.upn += strconv.Itoa(i)
	} else {
		u.upn += "." + strconv.Itoa(i)
	}
	if u.guest {
		u.home = r.guid()
		u.upn += "_quayside.example#EXT#@northharbour.example"
	} else {
		u.upn += "@northharbour.example"
	}
	u.place = &t.places[r.skewed(len(t.places))]
	u.office = t.offices[r.skewed(len(t.offices))]
	u.line = homeAddress(r)
	desktop, phone := 20, len(builds)-20
	u.devices = append(u.devices, newDevice(r, &builds[r.skewed(desktop)], given))
	u.devices = append(u.devices, newDevice(r, &builds[desktop+r.skewed(phone)], given))
	if r.chance(0.15) {
		u.devices = append(u.devices, newDevice(r, &builds[r.skewed(desktop)], given))
	}
	return u
}

// asciiLower spells a name as mail addresses do.
func asciiLower(s string) string {
	return strings.ToLower(strings.NewReplacer("á", "a", "é", "e", "è", "e", "ê", "e", "í", "i", "ö", "o", "ø", "o", "ń", "n", "ś", "s",
		" ", "").Replace(s))
}
