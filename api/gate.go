package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/config"
)

// A gate lets requests in by their tokens.
type gate struct {
	tokens map[[32]byte]config.Token
}

func newGate(tokens []config.Token) *gate {
	g := &gate{tokens: map[[32]byte]config.Token{}}
	for _, t := range tokens {
		var sum [32]byte
		if raw, err := hex.DecodeString(t.SHA256); err == nil {
			copy(sum[:], raw)
			g.tokens[sum] = t
		}
	}
	return g
}

// A refusal says why a request is not let in.
type refusal struct {
	status     int
	code, text string
}

func (r *refusal) Error() string { return r.text }

// admit returns who has sent a request that asks for a role, or a *refusal.
// Tokens are looked up by their digest, so that how long it takes tells nothing
// of them.
func (g *gate) admit(r *http.Request, role config.Role) (caller, error) {
	if len(g.tokens) == 0 {
		return g.local(r)
	}
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return caller{}, &refusal{http.StatusUnauthorized, "Unauthorized", "want a token, in the header Authorization: Bearer TOKEN"}
	}
	t, ok := g.tokens[sha256.Sum256([]byte(strings.TrimSpace(text)))]
	if !ok {
		return caller{}, &refusal{http.StatusUnauthorized, "Unauthorized", "the token is not known here"}
	}
	by := caller{name: t.Name, tables: t.Tables, roles: t.Roles}
	if role != anyRole && !by.is(role) {
		return caller{}, &refusal{http.StatusForbidden, "Forbidden", fmt.Sprintf("the token %s does not have the role %s", t.Name, role)}
	}
	return by, nil
}

// anyRole is asked for where what a request needs is not known before its body.
const anyRole config.Role = ""

// is reports whether a caller has a role. An admin has all.
func (c caller) is(role config.Role) bool {
	return slices.Contains(c.roles, role) || slices.Contains(c.roles, config.Admin)
}

// local lets in what a program on this machine has sent. A browser says in
// Origin which page has made a request, and in Host the name that the page has
// for this machine, which may be one of its own.
func (g *gate) local(r *http.Request) (caller, error) {
	if !isLocalHost(r.Host) {
		return caller{}, &refusal{http.StatusForbidden, "Forbidden", fmt.Sprintf("without tokens only this machine may ask, as localhost: not %s", r.Host)}
	}
	if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
		return caller{}, &refusal{http.StatusForbidden, "Forbidden", "without tokens no page in a browser may ask"}
	}
	return caller{name: "local", roles: []config.Role{config.Admin}}, nil
}

// may reports whether a caller's token is for a table.
func (c caller) may(table string) bool {
	return len(c.tables) == 0 || slices.ContainsFunc(c.tables, func(p string) bool {
		ok, err := path.Match(p, table)
		return ok && err == nil
	})
}
