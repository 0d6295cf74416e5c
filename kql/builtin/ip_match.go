package builtin

import (
	"fmt"
	"slices"
	"sort"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// ipMatching are the functions that compare addresses and test them against
// networks. They answer null for what is no address.
func ipMatching() function.Family {
	return function.Family{Title: "Comparing IP addresses", Scalars: []function.Scalar{
		comparisonOfIPs("ipv4", 32, compareIPv4, `"192.168.1.1/24", "192.168.1.255"`),
		matchOfIPs("ipv4", 32, compareIPv4, `"192.168.1.1/24", "192.168.1.255"`),
		comparisonOfIPs("ipv6", 128, compareIPv6, `"192.168.1.1", "::ffff:c0a8:0101"`),
		matchOfIPs("ipv6", 128, compareIPv6, `"fe80::85d:e82c:9446:7994/120", "fe80::85d:e82c:9446:7998"`),
		{
			Doc: "Tells whether an IPv4 address is of a private network: 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
			Overloads: []function.Overload{{Sig: "ipv4_is_private(ip: string): bool", Kernel: function.Map1Null(types.String, types.Bool, func(s string) (bool, bool) {
				ip, ok := parseIPv4(s)
				return ip.addr>>24 == 10 || ip.addr>>20 == 172<<4|1 || ip.addr>>16 == 192<<8|168, ok
			})}},
			Examples: []string{`ipv4_is_private("172.16.4.5") -> true`, `ipv4_is_private("127.0.0.1") -> false`},
		},
		{
			Doc:       "Tells whether an IPv4 address lies in a network.",
			Overloads: []function.Overload{{Sig: "ipv4_is_in_range(ip: string, ip_range: string): bool", Kernel: inRangeKernel(ranges4)}},
			Examples:  []string{`ipv4_is_in_range("192.168.1.1", "192.168.1.255/24") -> true`},
		},
		{
			Doc: "Tells whether an IPv4 address lies in one of several networks, given one by one or in an array.",
			Overloads: []function.Overload{
				{Sig: "ipv4_is_in_any_range(ip: string|dynamic, ranges...: string): bool", Kernel: inAnyRangeKernel(ranges4, types.String)},
				{Sig: "ipv4_is_in_any_range(ip: string|dynamic, ranges: array): bool", Kernel: inAnyRangeKernel(ranges4, types.Dynamic)},
			},
			Examples: []string{`ipv4_is_in_any_range("10.1.2.3", dynamic(["127.0.0.1/8", "10.0.0.1/8"])) -> true`},
		},
		{
			Doc:       "Tells whether an IPv6 or IPv4 address lies in a network.",
			Overloads: []function.Overload{{Sig: "ipv6_is_in_range(ip: string, ip_range: string): bool", Kernel: inRangeKernel(ranges6)}},
			Examples:  []string{`ipv6_is_in_range("a5e:f127::abcd", "a5e:f127::/112") -> true`},
		},
		{
			Doc: "Tells whether an IPv6 or IPv4 address lies in one of several networks, given one by one or in an array.",
			Overloads: []function.Overload{
				{Sig: "ipv6_is_in_any_range(ip: string|dynamic, ranges...: string): bool", Kernel: inAnyRangeKernel(ranges6, types.String)},
				{Sig: "ipv6_is_in_any_range(ip: string|dynamic, ranges: array): bool", Kernel: inAnyRangeKernel(ranges6, types.Dynamic)},
			},
			Examples: []string{`ipv6_is_in_any_range("a5e:f127::abcd", "::1/128", "a5e:f127::/112") -> true`},
		},
	}}
}

// refused is the kernel of a function that is known but not supported.
func refused(in []types.Type, out types.Type, name, reason string) function.Kernel {
	return function.Kernel{In: in, Out: out, Run: func(*function.Call, []column.Column, int) (column.Column, error) {
		return nil, fmt.Errorf("%s() is not supported: %s", name, reason)
	}}
}

type compareIPs func(a, b string, prefix int64) (order int64, ok bool)

func comparisonOfIPs(family string, bits int64, compare compareIPs, equal string) function.Scalar {
	name := family + "_compare"
	return function.Scalar{
		Doc:       "Compares two addresses as far as the shortest of their prefix lengths and the one given reaches: -1, 0 or 1.",
		Overloads: []function.Overload{{Sig: name + "(ip1: string, ip2: string, prefix?: long): long", Kernel: compareKernel(types.Long, bits, compare)}},
		Examples:  []string{name + "(" + equal + ") -> 0", name + `("10.0.0.2", "10.0.0.1") -> 1`},
	}
}

func matchOfIPs(family string, bits int64, compare compareIPs, equal string) function.Scalar {
	name := family + "_is_match"
	matches := func(a, b string, prefix int64) (bool, bool) {
		order, ok := compare(a, b, prefix)
		return order == 0, ok
	}
	return function.Scalar{
		Doc:       "Tells whether two addresses are the same as far as the shortest of their prefix lengths and the one given reaches.",
		Overloads: []function.Overload{{Sig: name + "(ip1: string, ip2: string, prefix?: long): bool", Kernel: compareKernel(types.Bool, bits, matches)}},
		Examples:  []string{name + "(" + equal + ") -> true", name + `("10.0.0.2", "10.0.0.1") -> false`},
	}
}

func compareKernel[R column.Value](out types.Type, bits int64, f func(a, b string, prefix int64) (R, bool)) function.Kernel {
	three := function.Map3Null(types.String, types.String, types.Long, out, f)
	two := function.Map2Null(types.String, types.String, out, func(a, b string) (R, bool) { return f(a, b, bits) })
	return function.Kernel{In: three.In, Out: out, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		if len(args) == 2 {
			return two.Run(c, args, n)
		}
		return three.Run(c, args, n)
	}}
}

// An ipRanges is a set of networks.
type ipRanges interface {
	// has reports whether the address is in a network; !ok if it is none.
	has(ip string) (in, ok bool)
}

// networks4 are the first and last addresses of ranges that are sorted and
// apart.
type networks4 [][2]uint32

// ranges4 parses networks and leaves out what is none; nil if none is left.
func ranges4(list []string) ipRanges {
	var all networks4
	for _, text := range list {
		if ip, ok := parseIPv4(text); ok {
			all = append(all, [2]uint32{ip.network(), ip.addr | ^mask4(ip.prefix)})
		}
	}
	if all == nil && len(list) > 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b [2]uint32) int { return int(compareOrdered(a[0], b[0])) })
	apart := networks4{}
	for _, r := range all {
		if n := len(apart); n > 0 && r[0] <= apart[n-1][1] {
			apart[n-1][1] = max(apart[n-1][1], r[1])
			continue
		}
		apart = append(apart, r)
	}
	return apart
}

func (set networks4) has(text string) (in, ok bool) {
	ip, ok := parseIPv4(text)
	if !ok {
		return false, false
	}
	addr := ip.network()
	after := sort.Search(len(set), func(i int) bool { return set[i][0] > addr })
	return after > 0 && addr <= set[after-1][1], true
}

type networks6 []ipv6

// ranges6 is ranges4 for networks of either kind.
func ranges6(list []string) ipRanges {
	set := networks6{}
	for _, text := range list {
		if ip, ok := parseIPv6(text); ok {
			set = append(set, ip.mapped())
		}
	}
	if len(set) == 0 && len(list) > 0 {
		return nil
	}
	return set
}

func (set networks6) has(text string) (in, ok bool) {
	ip, ok := parseIPv6(text)
	if !ok {
		return false, false
	}
	ip = ip.mapped()
	ip.hi, ip.lo = ip.masked(ip.prefix)
	for _, r := range set {
		hi, lo := ip.masked(r.prefix)
		if rh, rl := r.masked(r.prefix); hi == rh && lo == rl {
			return true, true
		}
	}
	return false, true
}

func inRangeKernel(parse func([]string) ipRanges) function.Kernel {
	k := inAnyRangeKernel(parse, types.String)
	k.In = []types.Type{types.String, types.String}
	return k
}

// rangesKey is the memo key of parsed networks: the row of arguments as text.
type rangesKey struct{ text string }

// inAnyRangeKernel tests its first argument against the networks in the others:
// texts, or one array. What is no network is passed over, but if all are none
// the answer is null.
func inAnyRangeKernel(parse func([]string) ipRanges, of types.Type) function.Kernel {
	return rowKernel([]types.Type{types.String, of}, types.Bool, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		ips := column.ViewOf[string](args[0])
		lists := listsOf(args[1:])
		out := make([]bool, n)
		valid := column.NewBitmap(n)
		var set ipRanges
		for i := range out {
			if i == 0 || !lists.fixed {
				var err error
				set, err = function.Memoize(c, rangesKey{lists.key(i)}, func() (ipRanges, error) { return parse(lists.at(i)), nil })
				if err != nil {
					return nil, err
				}
			}
			if set == nil {
				continue
			}
			in, ok := set.has(ips.At(i))
			if out[i] = in; ok {
				valid.Set(i)
			}
		}
		return column.NewVec(c.Out, out, valid), nil
	})
}

// An argumentList reads the texts of a call that come one by one or in an array.
type argumentList struct {
	texts []column.View[string]
	array column.View[dynamic.Value]
	fixed bool // the list is the same in all rows
}

func listsOf(args []column.Column) *argumentList {
	if len(args) == 1 && args[0].Type() == types.Dynamic {
		l := &argumentList{array: column.ViewOf[dynamic.Value](args[0])}
		_, l.fixed = l.array.Const()
		return l
	}
	l := &argumentList{texts: stringViews(args), fixed: true}
	for k := range l.texts {
		_, fixed := l.texts[k].Const()
		l.fixed = l.fixed && fixed
	}
	return l
}

// key returns what tells the list of row i from others.
func (l *argumentList) key(i int) string {
	switch len(l.texts) {
	case 0:
		return l.array.At(i).Encoding()
	case 1:
		return l.texts[0].At(i)
	}
	key := ""
	for k := range l.texts {
		key += l.texts[k].At(i) + "\x00"
	}
	return key
}

// at returns the texts of row i.
func (l *argumentList) at(i int) []string {
	var list []string
	for k := range l.texts {
		list = append(list, l.texts[k].At(i))
	}
	if l.texts == nil {
		for _, e := range l.array.At(i).Elements() {
			list = append(list, e.String())
		}
	}
	return list
}
