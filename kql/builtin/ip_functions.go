package builtin

import (
	"strconv"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// ipAddresses are the functions over addresses and networks. They answer null,
// or the empty text, for what is no address.
func ipAddresses() function.Family {
	return function.Family{Title: "IP addresses", Scalars: []function.Scalar{
		{
			Doc: "Returns an IPv4 address as a number, its prefix length applied.",
			Overloads: []function.Overload{{Sig: "parse_ipv4(ip: string): long", Kernel: function.Map1Null(types.String, types.Long, func(s string) (int64, bool) {
				ip, ok := parseIPv4(s)
				return int64(ip.network()), ok
			})}},
			Examples: []string{`parse_ipv4("192.168.1.1/24") -> 3232235776`, `parse_ipv4("no") -> `},
		},
		{
			Doc: "Returns an IPv4 address as a number, the shorter of its prefix length and the one given applied.",
			Overloads: []function.Overload{{Sig: "parse_ipv4_mask(ip: string, prefix: long): long", Kernel: function.Map2Null(types.String, types.Long, types.Long, func(s string, prefix int64) (int64, bool) {
				ip, ok := maskedIPv4(s, prefix)
				return int64(ip.network()), ok
			})}},
			Examples: []string{`parse_ipv4_mask("127.0.0.1", 24) -> 2130706432`},
		},
		{
			Doc: "Returns an IPv6 or IPv4 address as IPv6 in full, its prefix length applied.",
			Overloads: []function.Overload{{Sig: "parse_ipv6(ip: string): string", Kernel: function.Map1(types.String, types.String, func(s string) string {
				ip, ok := parseIPv6(s)
				if !ok {
					return ""
				}
				return formatIPv6(ip, ip.prefix)
			})}},
			Examples: []string{`parse_ipv6("192.168.255.255/24") -> 0000:0000:0000:0000:0000:ffff:c0a8:ff00`},
		},
		{
			Doc: "Returns an IPv6 or IPv4 address as IPv6 in full, the shorter of its prefix length and the one given applied.",
			Overloads: []function.Overload{{Sig: "parse_ipv6_mask(ip: string, prefix: long): string", Kernel: function.Map2(types.String, types.Long, types.String, func(s string, prefix int64) string {
				ip, ok := parseIPv6(s)
				if !ok || prefix < 0 || prefix > 128 {
					return ""
				}
				return formatIPv6(ip, min(ip.prefix, int(prefix)))
			})}},
			Examples: []string{`parse_ipv6_mask("fe80::85d:e82c:9446:7994/120", 124) -> fe80:0000:0000:0000:085d:e82c:9446:7900`},
		},
		{
			Doc:       "Prints an IPv4 address, given as text or number, a prefix length applied.",
			Overloads: formatIPv4Overloads("format_ipv4", false),
			Examples:  []string{`format_ipv4("192.168.1.1", 24) -> 192.168.1.0`, `format_ipv4(3232235777) -> 192.168.1.1`},
		},
		{
			Doc:       "Prints an IPv4 network, given as text or number, with its prefix length.",
			Overloads: formatIPv4Overloads("format_ipv4_mask", true),
			Examples:  []string{`format_ipv4_mask("192.168.1.1", 24) -> 192.168.1.0/24`},
			Analyzer:  []string{"format_ipv4_mask(ip: scalar, prefix: long): string"},
		},
		{
			Doc: "Returns the prefix length of an IPv4 address, 32 if it has none.",
			Overloads: []function.Overload{{Sig: "ipv4_netmask_suffix(ip: string): long", Kernel: function.Map1Null(types.String, types.Long, func(s string) (int64, bool) {
				ip, ok := parseIPv4(s)
				return int64(ip.prefix), ok
			})}},
			Examples: []string{`ipv4_netmask_suffix("192.168.1.1/24") -> 24`},
		},
		{
			Doc: "Returns the fewest networks that cover the IPv4 addresses from one to another.",
			Overloads: []function.Overload{{Sig: "ipv4_range_to_cidr_list(start_ip: string, end_ip: string): dynamic",
				Kernel: function.Map2(types.String, types.String, types.Dynamic, cidrArray)}},
			Examples: []string{`ipv4_range_to_cidr_list("1.1.128.0", "1.1.140.255") -> ["1.1.128.0/21","1.1.136.0/22","1.1.140.0/24"]`},
		},
	}}
}

// maskedIPv4 is parseIPv4 with the prefix held to the one given.
func maskedIPv4(s string, prefix int64) (ipv4, bool) {
	ip, ok := parseIPv4(s)
	if !ok || prefix < 0 || prefix > 32 {
		return ipv4{}, false
	}
	ip.prefix = min(ip.prefix, int(prefix))
	return ip, true
}

func formatIPv4Overloads(name string, suffix bool) []function.Overload {
	print := func(ip ipv4, ok bool) string {
		if !ok {
			return ""
		}
		text := appendIPv4(nil, ip.network())
		if suffix {
			text = strconv.AppendInt(append(text, '/'), int64(ip.prefix), 10)
		}
		return string(text)
	}
	ofNumber := func(n, prefix int64) string {
		return print(ipv4{uint32(n), int(prefix)}, n >= 0 && n < 1<<32 && prefix >= 0 && prefix <= 32)
	}
	ofText := func(s string, prefix int64) string { return print(maskedIPv4(s, prefix)) }
	return []function.Overload{
		{Sig: name + "(ip: integer, prefix?: long): string", Kernel: optionalPrefix(types.Long, types.String, 32, func(a int64, p int64) (string, bool) { return ofNumber(a, p), true })},
		{Sig: name + "(ip: scalar, prefix?: long): string", Kernel: optionalPrefix(types.String, types.String, 32, func(a string, p int64) (string, bool) { return ofText(a, p), true })},
	}
}

// optionalPrefix is the kernel of f where the last argument, a prefix length,
// may be left out.
func optionalPrefix[A, R column.Value](a, out types.Type, prefix int64, f func(A, int64) (R, bool)) function.Kernel {
	both := function.Map2Null(a, types.Long, out, f)
	one := function.Map1Null(a, out, func(x A) (R, bool) { return f(x, prefix) })
	run := func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		if len(args) == 1 {
			return one.Run(c, args, n)
		}
		return both.Run(c, args, n)
	}
	return function.Kernel{In: []types.Type{a, types.Long}, Out: out, Run: run}
}

func cidrArray(first, last string) dynamic.Value {
	a, ok1 := parseIPv4(first)
	b, ok2 := parseIPv4(last)
	if !ok1 || !ok2 || a.addr > b.addr {
		return dynamic.Value{}
	}
	var list dynamic.ArrayBuilder
	for _, ip := range cidrList(a.addr, b.addr) {
		text := strconv.AppendInt(append(appendIPv4(nil, ip.addr), '/'), int64(ip.prefix), 10)
		list.AppendString(string(text))
	}
	return list.Value()
}
