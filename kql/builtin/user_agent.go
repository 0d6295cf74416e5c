package builtin

import (
	"fmt"
	"strings"
	"sync"

	"github.com/ua-parser/uap-go/uaparser"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// userAgents declares parse_user_agent(). The patterns of uap-core, which Kusto
// uses too, are compiled when they are first needed.
func userAgents() function.Family {
	patterns := sync.OnceValues(newAgentPatterns)
	kernel := rowKernel([]types.Type{types.String, types.Unknown}, types.Dynamic, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		p, err := patterns()
		if err != nil {
			return nil, err
		}
		return agentRows(p, args, n)
	})
	const opera = `"Opera/9.80 (Windows NT 6.1; U; en) Presto/2.8.131 Version/11.11"`
	return function.Family{Title: "User agents", Scalars: []function.Scalar{{
		Doc:       "Finds the browser, the operating system and the device in a user agent, or those of them that the second argument names: browser, os, device, or an array of these.",
		Overloads: []function.Overload{{Sig: "parse_user_agent(user_agent: string, look_for?: string|array): dynamic", Kernel: kernel}},
		Examples: []string{
			`parse_user_agent(` + opera + `, "browser") -> {"Browser":{"Family":"Opera","MajorVersion":"11","MinorVersion":"11","Patch":""}}`,
			`parse_user_agent(` + opera + `, dynamic(["os", "device"])) -> {"OperatingSystem":{"Family":"Windows","MajorVersion":"7","MinorVersion":"","Patch":"","PatchMinor":""},"Device":{"Family":"Other","Brand":"","Model":""}}`,
		},
		Check: func(consts []column.Column) (int, error) {
			if len(consts) < 2 || consts[1] == nil {
				return 0, nil
			}
			_, err := agentParts(elementsAt(consts[1], 0))
			return 1, err
		},
	}}}
}

// elementsAt returns row i of a column of any type as a dynamic value.
func elementsAt(c column.Column, i int) dynamic.Value {
	v := elementsOf(c)
	return v.At(i)
}

// The parts of a user agent.
const (
	agentBrowser = 1 << iota
	agentSystem
	agentDevice
	agentAll = agentBrowser | agentSystem | agentDevice
)

// agentParts reads what is looked for.
func agentParts(v dynamic.Value) (parts int, err error) {
	words := []dynamic.Value{v}
	if v.Kind() == dynamic.Array {
		words = words[:0]
		for _, e := range v.Elements() {
			words = append(words, e)
		}
	}
	for _, w := range words {
		word, _ := w.AsString()
		switch strings.ToLower(word) {
		case "browser":
			parts |= agentBrowser
		case "os":
			parts |= agentSystem
		case "device":
			parts |= agentDevice
		default:
			return 0, fmt.Errorf(`look for "browser", "os" or "device", not %s`, w)
		}
	}
	return parts, nil
}

func agentRows(p *agentPatterns, args []column.Column, n int) (column.Column, error) {
	text := column.ViewOf[string](args[0])
	out := make([]dynamic.Value, n)
	parts := agentAll
	var last dynamic.Value
	var b dynamic.BagBuilder
	for i := range out {
		if len(args) > 1 {
			if v := elementsAt(args[1], i); i == 0 || v != last {
				var err error
				if parts, err = agentParts(v); err != nil {
					return nil, err
				}
				last = v
			}
		}
		out[i] = p.value(&b, text.At(i), parts)
	}
	return column.NewVec(types.Dynamic, out, nil), nil
}

// agentPatterns is the patterns. Those of the library take apart the text that one
// of ours, which is quicker to say no, has found.
type agentPatterns struct {
	library                    *uaparser.Parser
	browsers, systems, devices []*matcher
}

func newAgentPatterns() (*agentPatterns, error) {
	l, err := uaparser.New()
	if err != nil {
		return nil, fmt.Errorf("patterns of user agents: %w", err)
	}
	p := &agentPatterns{library: l}
	for _, x := range l.UA {
		p.browsers = append(p.browsers, agentMatcher(x.Reg.String()))
	}
	for _, x := range l.OS {
		p.systems = append(p.systems, agentMatcher(x.Reg.String()))
	}
	for _, x := range l.Device {
		p.devices = append(p.devices, agentMatcher(x.Reg.String()))
	}
	return p, nil
}

// agentMatcher returns the expression as other functions search for it, nil if
// that cannot be.
func agentMatcher(expr string) *matcher {
	m, err := newMatcher(expr, anchorNone)
	if err != nil {
		return nil
	}
	return m
}

// mayMatch reports whether s may match the expression of m. Beyond ASCII the
// languages of expressions differ.
func mayMatch(m *matcher, s string) bool { return m == nil || !isASCII(s) || m.matches(s) }

// value returns the parts of a user agent.
func (p *agentPatterns) value(b *dynamic.BagBuilder, s string, parts int) dynamic.Value {
	var out dynamic.BagBuilder
	add := func(name string, members ...string) {
		b.Reset()
		for i := 0; i < len(members); i += 2 {
			b.SetString(members[i], members[i+1])
		}
		out.Set(name, b.Value())
	}
	if parts&agentBrowser != 0 {
		x := p.browser(s)
		add("Browser", "Family", x.Family, "MajorVersion", x.Major, "MinorVersion", x.Minor, "Patch", x.Patch)
	}
	if parts&agentSystem != 0 {
		x := p.system(s)
		add("OperatingSystem", "Family", x.Family, "MajorVersion", x.Major, "MinorVersion", x.Minor, "Patch", x.Patch, "PatchMinor", x.PatchMinor)
	}
	if parts&agentDevice != 0 {
		x := p.device(s)
		add("Device", "Family", x.Family, "Brand", x.Brand, "Model", x.Model)
	}
	return out.Value()
}

// unknownAgent is the family of what no pattern knows.
const unknownAgent = "Other"

func (p *agentPatterns) browser(s string) (x uaparser.UserAgent) {
	for i, pattern := range p.library.UA {
		if mayMatch(p.browsers[i], s) {
			if pattern.Match(s, &x); x.Family != "" {
				return x
			}
		}
	}
	return uaparser.UserAgent{Family: unknownAgent}
}

func (p *agentPatterns) system(s string) (x uaparser.Os) {
	for i, pattern := range p.library.OS {
		if mayMatch(p.systems[i], s) {
			if pattern.Match(s, &x); x.Family != "" {
				return x
			}
		}
	}
	return uaparser.Os{Family: unknownAgent}
}

func (p *agentPatterns) device(s string) (x uaparser.Device) {
	for i, pattern := range p.library.Device {
		if mayMatch(p.devices[i], s) {
			if pattern.Match(s, &x); x.Family != "" {
				return x
			}
		}
	}
	return uaparser.Device{Family: unknownAgent}
}
