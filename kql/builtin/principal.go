package builtin

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// principalDetails is current_principal_details(): what is known of who asks, in
// the fields that Kusto has; what only a directory knows is empty.
func principalDetails() function.Scalar {
	return function.Scalar{
		Doc: "Returns who runs the query, as a bag with UserPrincipalName, Type, DisplayName, FQN and other fields, which are empty where nobody told them.",
		Overloads: []function.Overload{{Sig: "current_principal_details(): dynamic", Kernel: function.Kernel{Out: types.Dynamic, Run: func(c *function.Call, _ []column.Column, n int) (column.Column, error) {
			kind, name, ok := strings.Cut(c.User, "=")
			if !ok {
				kind, name = "", c.User
			}
			var b dynamic.BagBuilder
			b.SetString("UserPrincipalName", name)
			b.SetString("IdentityProvider", "")
			b.SetString("Authority", "")
			b.SetString("Mfa", "")
			b.SetString("Type", kind)
			b.SetString("DisplayName", name)
			b.SetString("ObjectId", "")
			b.SetString("FQN", c.User)
			b.Set("Notes", dynamic.Value{})
			return column.NewConst(c.Out, b.Value(), n), nil
		}}}},
		Volatile: true, // it depends on who asks, so there is no example
	}
}

// principalMembership is current_principal_is_member_of(group, …): whether who asks
// is one of the principals named or, as far as the caller said, in one of the
// groups.
func principalMembership() function.Scalar {
	return function.Scalar{
		Doc: "Reports whether who runs the query is one of the principals named, or in one of the groups, as far as the caller has said which.",
		Overloads: []function.Overload{{Sig: "current_principal_is_member_of(group...: string|array): bool", Kernel: function.Kernel{
			In: []types.Type{types.Unknown}, Out: types.Bool, Run: isPrincipal,
		}}},
		Volatile: true, // it depends on who asks, so there is no example
	}
}

func isPrincipal(c *function.Call, args []column.Column, n int) (column.Column, error) {
	is := func(name string) bool {
		return name != "" && (strings.EqualFold(name, c.User) ||
			slices.ContainsFunc(c.Groups, func(g string) bool { return strings.EqualFold(g, name) }))
	}
	out := make([]bool, n)
	for _, a := range args {
		switch a.Type() {
		case types.String:
			v := column.ViewOf[string](a)
			for i := range out {
				out[i] = out[i] || is(v.At(i))
			}
		case types.Dynamic:
			v := column.ViewOf[dynamic.Value](a)
			for i := range out {
				out[i] = out[i] || anyName(v.At(i), is)
			}
		}
	}
	return column.NewVec(types.Bool, out, nil), nil
}

// anyName reports whether is is true of v, or of an element of v if it is an array.
func anyName(v dynamic.Value, is func(string) bool) bool {
	if s, ok := v.AsString(); ok {
		return is(s)
	}
	for _, e := range v.Elements() {
		if s, ok := e.AsString(); ok && is(s) {
			return true
		}
	}
	return false
}
