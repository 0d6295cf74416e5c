package exec

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// buildIPLookup keeps the right rows in a table by their networks and looks the
// left rows up as they come.
//
// Source: the Kusto documentation, "ipv4_lookup plugin" and "ipv6_lookup plugin".
func (q *query) buildIPLookup(n *plan.IPLookup) (*flow, error) {
	right, err := q.build(n.Right)
	if err != nil {
		return nil, err
	}
	left, err := q.build(n.Left)
	if err != nil {
		right.source.Close()
		return nil, err
	}
	source := left.reader()
	var table *networks
	r := &breaker{schema: left.schema, run: func(ctx context.Context) (column.Reader, error) {
		l := q.lease("Lookup")
		var err error
		if table, err = q.networks(ctx, n, right, l); err != nil {
			l.release()
			source.Close()
			return nil, err
		}
		return &leasedReader{source, l}, nil
	}, close: func() error {
		right.source.Close()
		return source.Close()
	}}
	f := &flow{q: q, schema: left.schema, source: r}
	return f.then(n.Out, q.statsOf(n), func() (stage, error) {
		c := newCompiler(q)
		// The table is there before the first batch of the left side.
		return &ipLookup{node: n, table: &table, address: c.compile(n.Address), extra: c.all(n.LeftExtra)}, nil
	}), nil
}

// A leasedReader gives memory back when it is closed.
type leasedReader struct {
	column.Reader
	lease *lease
}

func (r *leasedReader) Close() error {
	r.lease.release()
	return r.Reader.Close()
}

// An ipNet is an address with the number of its bits that count. IPv4 addresses
// are those mapped into IPv6.
type ipNet struct {
	addr netip.Addr
	bits int
}

// parseIPNet reads an address with an optional prefix length.
func parseIPNet(s string, v6 bool) (ipNet, bool) {
	text, prefix, masked := strings.Cut(s, "/")
	addr, err := netip.ParseAddr(withoutZeros(text))
	if err != nil || addr.Zone() != "" || !v6 && !addr.Is4() {
		return ipNet{}, false
	}
	most := addr.BitLen()
	n := most
	if masked {
		n, err = strconv.Atoi(prefix)
		if err != nil || n < 0 || n > most {
			return ipNet{}, false
		}
	}
	if addr.Is4() || addr.Is4In6() && n <= 32 && masked {
		n += 128 - 32
	}
	if addr.Is4() && !masked {
		n = 128
	}
	return ipNet{netip.AddrFrom16(addr.As16()), n}, true
}

// withoutZeros drops zeros that lead the numbers of an IPv4 address, which Kusto
// allows.
func withoutZeros(s string) string {
	if strings.IndexByte(s, ':') >= 0 || !strings.HasPrefix(s, "0") && !strings.Contains(s, ".0") {
		return s
	}
	parts := strings.Split(s, ".")
	for i, p := range parts {
		if t := strings.TrimLeft(p, "0"); len(t) < len(p) {
			if t == "" {
				t = "0"
			}
			parts[i] = t
		}
	}
	return strings.Join(parts, ".")
}

// masked returns the first bits of the address.
func (n ipNet) masked(bits int) netip.Addr {
	// bits is from 0 to 128, for which Prefix returns no error.
	p, _ := n.addr.Prefix(bits)
	return p.Addr()
}

// A networkKey is a network of rows with the same extra keys.
type networkKey struct {
	addr  netip.Addr
	group uint32
}

// networks is the right rows by their networks.
type networks struct {
	rows   *stack
	nulls  uint32 // the number of a row of nulls
	group  *grouper
	byBits map[int]map[networkKey][]uint32
	bits   []int // those that networks have, longest first
}

func (q *query) networks(ctx context.Context, n *plan.IPLookup, right *flow, l *lease) (*networks, error) {
	rows, err := collect(ctx, right.reader(), l)
	if err != nil {
		return nil, err
	}
	keyTypes := make([]types.Type, len(n.RightExtra))
	for i, e := range n.RightExtra {
		keyTypes[i] = e.Type()
	}
	t := &networks{rows: rows, group: newGrouper(keyTypes), byBits: map[int]map[networkKey][]uint32{}}
	c := newCompiler(q)
	network, extra := c.compile(n.Network), c.all(n.RightExtra)
	read := newKeyReader(t.group, false)
	for i, b := range rows.batches {
		text, err := network.eval(b)
		if err != nil {
			return nil, err
		}
		keys, err := evalAll(extra, b)
		if err != nil {
			return nil, err
		}
		t.add(rows.starts[i], text, read.groups(keys, b.Len()), n.V6)
	}
	slices.SortFunc(t.bits, func(a, b int) int { return b - a })
	t.nulls = uint32(rows.n)
	if err := rows.add(nullBatch(rows.schema, 1)); err != nil {
		return nil, err
	}
	return t, l.add(64*int64(rows.n) + t.group.size())
}

func (t *networks) add(start uint32, text column.Column, groups []uint32, v6 bool) {
	v := column.ViewOf[string](text)
	for i, g := range groups {
		n, ok := parseIPNet(v.At(i), v6)
		if !ok {
			continue
		}
		m := t.byBits[n.bits]
		if m == nil {
			m = map[networkKey][]uint32{}
			t.byBits[n.bits] = m
			t.bits = append(t.bits, n.bits)
		}
		k := networkKey{n.masked(n.bits), g}
		m[k] = append(m[k], start+uint32(i))
	}
}

// find appends the rows whose networks have the address, in their order.
func (t *networks) find(dst []uint32, a ipNet, group uint32) []uint32 {
	from := len(dst)
	for _, bits := range t.bits {
		if bits <= a.bits {
			dst = append(dst, t.byBits[bits][networkKey{a.masked(bits), group}]...)
			continue
		}
		// The address is itself a network, and larger: its own prefix decides.
		for k, rows := range t.byBits[bits] {
			if k.group == group && (ipNet{addr: k.addr}).masked(a.bits) == a.masked(a.bits) {
				dst = append(dst, rows...)
			}
		}
	}
	slices.Sort(dst[from:])
	return dst
}

// ipLookup puts the right rows beside the left ones.
type ipLookup struct {
	node    *plan.IPLookup
	table   **networks
	read    *keyReader
	address *evaluator
	extra   []*evaluator
}

func (s *ipLookup) apply(b *column.Batch, emit func(*column.Batch) error) error {
	t := *s.table
	if s.read == nil {
		s.read = newKeyReader(t.group, true)
	}
	address, err := s.address.eval(b)
	if err != nil {
		return err
	}
	keys, err := evalAll(s.extra, b)
	if err != nil {
		return err
	}
	groups := s.read.groups(keys, b.Len())
	v := column.ViewOf[string](address)
	var left, right []uint32
	for i, g := range groups {
		before := len(right)
		if a, ok := parseIPNet(v.At(i), s.node.V6); ok && g != none {
			right = t.find(right, a, g)
		}
		if len(right) == before && s.node.Unmatched {
			right = append(right, t.nulls)
		}
		for range len(right) - before {
			left = append(left, uint32(i))
		}
	}
	if len(left) == 0 {
		return nil
	}
	cols := make([]column.Column, 0, s.node.Out.Len())
	for _, side := range []*column.Batch{b.Gather(left), t.rows.gather(right)} {
		for i := range side.Width() {
			cols = append(cols, side.Raw(i))
		}
	}
	return emit(column.NewBatch(len(left), cols))
}
