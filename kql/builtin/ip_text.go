package builtin

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// ipInText are the functions that look for IPv4 addresses in texts. An address
// stands between characters that are neither letters nor digits.
func ipInText() function.Family {
	one := func(name, doc string, in func(s, ip string) bool, example string) function.Scalar {
		return function.Scalar{
			Doc: doc,
			Overloads: []function.Overload{{Sig: name + "(source: string|dynamic, ip: string): bool",
				Kernel: function.Map2(types.String, types.String, types.Bool, in)}},
			Examples: []string{example},
		}
	}
	anyOf := func(name, doc string, in func(s, ip string) bool, example string) function.Scalar {
		return function.Scalar{
			Doc: doc,
			Overloads: []function.Overload{
				{Sig: name + "(source: string|dynamic, ips...: string): bool", Kernel: anyInTextKernel(in, types.String)},
				{Sig: name + "(source: string|dynamic, ips: array): bool", Kernel: anyInTextKernel(in, types.Dynamic)},
			},
			Examples: []string{example},
		}
	}
	return function.Family{Title: "IPv4 addresses in texts", Scalars: []function.Scalar{
		one("has_ipv4", "Tells whether an IPv4 address is in a text.", hasIPv4,
			`has_ipv4("05:04:54 127.0.0.1 GET /", "127.0.0.1") -> true`),
		one("has_ipv4_prefix", "Tells whether an IPv4 address that begins with a prefix such as 127.0. is in a text.", hasIPv4Prefix,
			`has_ipv4_prefix("05:04:54 127.0.0.1 GET /", "127.0.") -> true`),
		anyOf("has_any_ipv4", "Tells whether one of several IPv4 addresses is in a text.", hasIPv4,
			`has_any_ipv4("05:04:54 127.0.0.1 GET /", "10.0.0.1", "127.0.0.1") -> true`),
		anyOf("has_any_ipv4_prefix", "Tells whether an IPv4 address that begins with one of several prefixes is in a text.", hasIPv4Prefix,
			`has_any_ipv4_prefix("05:04:54 127.0.0.1 GET /", dynamic(["10.", "127.0."])) -> true`),
	}}
}

func hasIPv4(s, ip string) bool {
	if _, n := scanIPv4(ip); n == 0 || n < len(ip) {
		return false
	}
	return addressIn(s, ip, true)
}

func hasIPv4Prefix(s, prefix string) bool {
	if !strings.HasSuffix(prefix, ".") {
		return hasIPv4(s, prefix)
	}
	octets := strings.Count(prefix, ".")
	if octets > 3 {
		return false
	}
	if _, n := scanIPv4(prefix + strings.Repeat("0.", 3-octets) + "0"); n == 0 {
		return false
	}
	return addressIn(s, prefix, false)
}

// addressIn reports whether an address that begins with text, or is all of it,
// is in s.
func addressIn(s, text string, whole bool) bool {
	for from := 0; ; from++ {
		i := strings.Index(s[from:], text)
		if i < 0 {
			return false
		}
		from += i
		_, n := scanIPv4(s[from:])
		if n >= len(text) && (n == len(text) || !whole) && termEdge(s, from) && termEdge(s, from+n) {
			return true
		}
	}
}

func anyInTextKernel(in func(s, ip string) bool, of types.Type) function.Kernel {
	return rowKernel([]types.Type{types.String, of}, types.Bool, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		texts, lists := column.ViewOf[string](args[0]), listsOf(args[1:])
		out := make([]bool, n)
		var list []string
		for i := range out {
			if i == 0 || !lists.fixed {
				list = lists.at(i)
			}
			for _, ip := range list {
				if in(texts.At(i), ip) {
					out[i] = true
					break
				}
			}
		}
		return column.NewVec(c.Out, out, nil), nil
	})
}
