package builtin

import (
	"net/netip"
	"testing"
)

func TestIPKernels(t *testing.T) {
	checkTables(t, []truthTable{
		{"parse_ipv4", []string{"string: 192.168.1.1, 192.168.1.1/24, 255.255.255.255/31, 1.2.3, 1.2.3.256, 1.2.3.4/33, 1.2.3.4/0, ''"}, "long: 3232235777, 3232235776, 4294967294, null, null, null, 0, null"},
		{"parse_ipv4_mask", []string{"string: 127.0.0.1, 127.0.0.1/8, 127.0.0.1, x", "long: 24, 24, 33, 1"}, "long: 2130706432, 2130706432, null, null"},
		{"parse_ipv6", []string{"string: 192.168.255.255/24, ::192.168.255.255/24, fe80::1%, fe80::1, ''"},
			"string: 0000:0000:0000:0000:0000:ffff:c0a8:ff00, 0000:0000:0000:0000:0000:0000:c0a8:ff00, '', fe80:0000:0000:0000:0000:0000:0000:0001, ''"},
		{"parse_ipv6_mask", []string{"string: 192.168.255.255, fe80::ffff, fe80::1, fe80::1", "long: 120, 124, 129, 0"},
			"string: 0000:0000:0000:0000:0000:ffff:c0a8:ff00, fe80:0000:0000:0000:0000:0000:0000:fff0, '', 0000:0000:0000:0000:0000:0000:0000:0000"},
		{"format_ipv4", []string{"string: 192.168.1.1, 192.168.1.1/24, 192.168.1.1, x", "long: 24, 32, -1, 24"}, "string: 192.168.1.0, 192.168.1.0, '', ''"},
		{"format_ipv4", []string{"long: 3232235777, -1, 4294967296, null", "long: 32, 32, 32, 32"}, "string: 192.168.1.1, '', '', ''"},
		{"format_ipv4_mask", []string{"string: 192.168.1.1, 192.168.1.1/24", "long: 32, 32"}, "string: 192.168.1.1/32, 192.168.1.0/24"},
		{"ipv4_netmask_suffix", []string{"string: 1.2.3.4, 1.2.3.4/5, 1.2.3.4/, x"}, "long: 32, 5, null, null"},
		{"ipv4_range_to_cidr_list", []string{"string: 0.0.0.0, 1.1.1.1, 2.0.0.0", "string: 255.255.255.255, 1.1.1.1, 1.0.0.0"}, `dynamic: ["0.0.0.0/0"], ["1.1.1.1/32"], null`},
		{"ipv4_is_private", []string{"string: 10.1.2.3, 172.15.0.1, 172.31.0.1, 192.168.1.1/24, 8.8.8.8, x"}, "bool: true, false, true, true, false, null"},
		{"ipv4_compare", []string{"string: 1.1.1.1, 1.1.1.1/24, 1.1.1.2, 9.9.9.9, x", "string: 1.1.1.2, 1.1.1.9, 1.1.1.1, 200.0.0.1, 1.1.1.1", "long: 32, 32, 32, 0, 32"}, "long: -1, 0, 1, 0, null"},
		{"ipv4_is_match", []string{"string: 192.168.1.1, 192.168.1.1", "string: 192.168.1.0, 192.168.1.0", "long: 31, 33"}, "bool: true, null"},
		{"ipv6_compare", []string{"string: ::192.168.1.1/30, fe80::2, 1.2.3.4, fe80::1", "string: 192.168.1.255/24, fe80::1, ::ffff:102:304, x", "long: 127, 128, 128, 128"}, "long: 0, 1, 0, null"},
		{"ipv6_is_match", []string{"string: fe80::1, fe80::1", "string: fe80::2, fe80::2", "long: 120, 128"}, "bool: true, false"},
		{"ipv4_is_in_range", []string{"string: 192.168.1.1, 192.168.2.1, x, 1.1.1.1", "string: 192.168.1.255/24, 192.168.1.255/24, 1.1.1.1, y"}, "bool: true, false, null, null"},
		{"ipv6_is_in_range", []string{"string: a5e:f127::abcd, a5e:f127::1:abcd, 10.1.1.1", "string: a5e:f127::/112, a5e:f127::/112, 10.0.0.0/8"}, "bool: true, false, true"},
		{"ipv4_is_in_any_range", []string{"string: 10.1.2.3, 11.0.0.1, 5.5.5.5, 9.9.9.9, x", `dynamic: ["127.0.0.1/8"%"10.0.0.1/8"], ["10.0.0.0/7"%"10.1.0.0/16"], ["bad"%"5.5.5.5"], ["bad"], []`}, "bool: true, true, true, null, null"},
		{"ipv4_is_in_any_range", []string{"string: 10.1.2.3, 10.1.2.3", "string: 1.1.1.1, 1.1.1.1", "string: 10.0.0.0/8, 2.2.2.2"}, "bool: true, false"},
		{"has_ipv4", []string{"string: at 127.0.0.1., at127.0.0.1, 127.0.0.11 127.0.0.1, x 127.0.0.256", "string: 127.0.0.1, 127.0.0.1, 127.0.0.1, 127.0.0.256"}, "bool: true, false, true, false"},
		{"has_ipv4_prefix", []string{"string: at 127.0.0.1., at 127.0.0.1, at 127.0.0.256, 127.0.0.1", "string: 127.0., 127.0, 127.0., 127.0.0.1"}, "bool: true, false, false, true"},
		{"has_any_ipv4_prefix", []string{"string: at 127.0.0.1, at 1.2.3.4", `dynamic: ["10."%"127."], ["2."]`}, "bool: true, false"},
		{"has_any_ipv4", []string{"string: at 127.0.0.1, at 1.2.3.4", "string: 127.0.0.1, 2.2.2.2", "string: 1.1.1.1, 1.2.3.4"}, "bool: true, true"},
	})
}

// FuzzParseIP checks addresses against package netip.
func FuzzParseIP(f *testing.F) {
	for _, s := range []string{"1.2.3.4", "fe80::1", "::ffff:1.2.3.4", "1.2.3.4/24", "01.2.3.4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		addr, err := netip.ParseAddr(s)
		if err != nil || addr.Zone() != "" {
			return
		}
		if ip, ok := parseIPv4(s); ok != addr.Is4() || ok && netip.AddrFrom4([4]byte{byte(ip.addr >> 24), byte(ip.addr >> 16), byte(ip.addr >> 8), byte(ip.addr)}) != addr {
			t.Errorf("parseIPv4(%q) = %v, %v", s, ip, ok)
		}
		ip, ok := parseIPv6(s)
		back, err := netip.ParseAddr(formatIPv6(ip, 128))
		if !ok || err != nil || back.Unmap() != addr.Unmap() {
			t.Errorf("parseIPv6(%q) = %v, %v", s, ip, ok)
		}
	})
}
