package builtin

import (
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// An ipv4 is an address, or a network of addresses, as "10.1.2.3/24" says.
type ipv4 struct {
	addr   uint32 // as it is written, not masked
	prefix int    // 0 to 32
}

// parseIPv4 reads an address with an optional prefix length. The prefix is from 0
// to 32 also if !ok.
func parseIPv4(s string) (ip ipv4, ok bool) {
	text, prefix, masked := strings.Cut(s, "/")
	addr, n := scanIPv4(text)
	if n == 0 || n < len(text) {
		return ip, false
	}
	ip = ipv4{addr, 32}
	if masked {
		ip.prefix, ok = parsePrefix(prefix, 32)
		return ip, ok
	}
	return ip, true
}

// parsePrefix reads a prefix length up to most; it is 0 if !ok.
func parsePrefix(s string, most int) (n int, ok bool) {
	if !isDigits(s) || len(s) > 3 {
		return 0, false
	}
	if n, err := strconv.Atoi(s); err == nil && n <= most {
		return n, true
	}
	return 0, false
}

// scanIPv4 reads four decimal numbers up to 255 from the beginning of s, and
// returns how many bytes they take, 0 if they are not there.
func scanIPv4(s string) (addr uint32, n int) {
	i := 0
	for octet := range 4 {
		if octet > 0 {
			if i == len(s) || s[i] != '.' {
				return 0, 0
			}
			i++
		}
		v, digits := uint32(0), 0
		for ; digits < 3 && i < len(s) && s[i]-'0' < 10; digits++ {
			v = v*10 + uint32(s[i]-'0')
			i++
		}
		if digits == 0 || v > 255 {
			return 0, 0
		}
		addr = addr<<8 | v
	}
	return addr, i
}

// mask4 returns the netmask of a prefix length.
func mask4(prefix int) uint32 { return ^uint32(0) << (32 - prefix) }

// network returns the address with what its prefix leaves out set to 0.
func (ip ipv4) network() uint32 { return ip.addr & mask4(ip.prefix) }

func appendIPv4(dst []byte, addr uint32) []byte {
	for shift := 24; shift >= 0; shift -= 8 {
		dst = strconv.AppendUint(dst, uint64(addr>>shift&255), 10)
		if shift > 0 {
			dst = append(dst, '.')
		}
	}
	return dst
}

// compareIPv4 compares two addresses as far as the shortest of their prefixes
// and prefix reaches; !ok if an address or prefix is none.
func compareIPv4(a, b string, prefix int64) (order int64, ok bool) {
	x, ok1 := parseIPv4(a)
	y, ok2 := parseIPv4(b)
	if !ok1 || !ok2 || prefix < 0 || prefix > 32 {
		return 0, false
	}
	m := mask4(min(x.prefix, y.prefix, int(prefix)))
	return compareOrdered(x.addr&m, y.addr&m), true
}

func compareOrdered[T uint32 | uint64](a, b T) int64 {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// An ipv6 is an address, or a network of addresses. IPv4 addresses are those
// mapped into IPv6, ::ffff:a.b.c.d.
type ipv6 struct {
	hi, lo uint64
	prefix int // 0 to 128
	// dotted is set if the text ends in an IPv4 address.
	dotted bool
}

// parseIPv6 reads an IPv6 or IPv4 address with an optional prefix length. Where
// the address ends in an IPv4 address, a length up to 32 counts its bits.
func parseIPv6(s string) (ip ipv6, ok bool) {
	text, prefix, masked := strings.Cut(s, "/")
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return ip, false
	}
	b := addr.As16()
	for i := range 8 {
		ip.hi = ip.hi<<8 | uint64(b[i])
		ip.lo = ip.lo<<8 | uint64(b[i+8])
	}
	ip.dotted = strings.IndexByte(text, '.') >= 0
	ip.prefix = 128
	if masked {
		if ip.prefix, ok = parsePrefix(prefix, 128); !ok || addr.Is4() && ip.prefix > 32 {
			return ip, false
		}
		if ip.dotted && ip.prefix <= 32 {
			ip.prefix += 96
		}
	}
	return ip, true
}

// masked returns the first prefix bits of ip.
func (ip ipv6) masked(prefix int) (hi, lo uint64) {
	if prefix <= 64 {
		return ip.hi & (^uint64(0) << (64 - prefix)), 0
	}
	return ip.hi, ip.lo & (^uint64(0) << (128 - prefix))
}

// mapped returns an address written ::a.b.c.d as the one that a.b.c.d is.
func (ip ipv6) mapped() ipv6 {
	if ip.dotted && ip.hi == 0 && ip.lo>>32 == 0 {
		ip.lo |= 0xffff << 32
	}
	return ip
}

// compareIPv6 is compareIPv4 for IPv6 addresses, or one of each.
func compareIPv6(a, b string, prefix int64) (order int64, ok bool) {
	x, ok1 := parseIPv6(a)
	y, ok2 := parseIPv6(b)
	if !ok1 || !ok2 || prefix < 0 || prefix > 128 {
		return 0, false
	}
	n := min(x.prefix, y.prefix, int(prefix))
	xh, xl := x.mapped().masked(n)
	yh, yl := y.mapped().masked(n)
	if xh != yh {
		return compareOrdered(xh, yh), true
	}
	return compareOrdered(xl, yl), true
}

// formatIPv6 prints the network of the first prefix bits in full: eight groups
// of four digits.
func formatIPv6(ip ipv6, prefix int) string {
	const digits = "0123456789abcdef"
	hi, lo := ip.masked(prefix)
	out := make([]byte, 0, 39)
	for _, half := range [2]uint64{hi, lo} {
		for shift := 60; shift >= 0; shift -= 4 {
			out = append(out, digits[half>>shift&15])
			if shift%16 == 0 && len(out) < 39 {
				out = append(out, ':')
			}
		}
	}
	return string(out)
}

// cidrList returns the fewest networks that cover the addresses from first to
// last.
func cidrList(first, last uint32) []ipv4 {
	var list []ipv4
	for at := uint64(first); at <= uint64(last); {
		size := min(bits.TrailingZeros32(uint32(at)), bits.Len64(uint64(last)-at+1)-1)
		list = append(list, ipv4{uint32(at), 32 - size})
		at += 1 << size
	}
	return list
}
