package builtin

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// maxXML is the longest text that parse_xml reads, as Kusto's.
const maxXML = 1 << 20

// parseXML turns XML into a bag by the rules of parse_xml()'s documentation:
// <e a="1">t<b/></e> is {"e":{"@a":"1","#text":"t","b":null}}; elements of one
// name become an array; numbers within elements become numbers.
func parseXML(s string) dynamic.Value {
	if len(s) > maxXML {
		return dynamic.Value{}
	}
	d := xml.NewDecoder(strings.NewReader(s))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var root *xmlNode
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return dynamic.Value{}
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if root != nil {
			return dynamic.Value{}
		}
		root = &xmlNode{}
		if root.read(d, start, 0) != nil {
			return dynamic.Value{}
		}
	}
	if root == nil {
		return dynamic.Value{}
	}
	var b dynamic.BagBuilder
	b.Set(root.name, root.value())
	return b.Value()
}

// An xmlNode is one element.
type xmlNode struct {
	name     string
	attrs    []xml.Attr
	text     string
	children []*xmlNode
}

var errDeepXML = errors.New("xml is nested too deeply")

// read reads the element that start began.
func (n *xmlNode) read(d *xml.Decoder, start xml.StartElement, depth int) error {
	if depth > dynamic.MaxDepth/2 {
		return errDeepXML
	}
	n.name, n.attrs = start.Name.Local, append([]xml.Attr(nil), start.Attr...)
	for {
		tok, err := d.Token()
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			c := &xmlNode{}
			if err := c.read(d, t, depth+1); err != nil {
				return err
			}
			n.children = append(n.children, c)
		case xml.CharData:
			n.text += string(t)
		case xml.EndElement:
			n.text = strings.TrimSpace(n.text)
			return nil
		}
	}
}

// value returns what the element's name leads to.
func (n *xmlNode) value() dynamic.Value {
	if len(n.attrs) == 0 && len(n.children) == 0 {
		if n.text == "" {
			return dynamic.Value{}
		}
		return xmlText(n.text)
	}
	var b dynamic.BagBuilder
	for _, a := range n.attrs {
		b.SetString("@"+a.Name.Local, a.Value)
	}
	if n.text != "" {
		b.Set("#text", xmlText(n.text))
	}
	byName := map[string][]dynamic.Value{}
	for _, c := range n.children {
		byName[c.name] = append(byName[c.name], c.value())
	}
	for _, c := range n.children {
		vals := byName[c.name]
		switch {
		case len(vals) == 1:
			b.Set(c.name, vals[0])
		case len(vals) > 1:
			b.Set(c.name, arrayOf(vals))
		}
		delete(byName, c.name)
	}
	return b.Value()
}

func xmlText(s string) dynamic.Value {
	if n, ok := types.ParseLong(s); ok && !strings.HasPrefix(s, "0x") {
		return dynamic.FromLong(n)
	}
	if f, ok := types.ParseReal(s); ok && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' {
		return dynamic.FromReal(f)
	}
	return dynamic.FromString(s)
}
