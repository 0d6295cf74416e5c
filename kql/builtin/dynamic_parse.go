package builtin

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// parseFunctions declares what takes apart a text in a format other than JSON.
func parseFunctions() function.Family {
	d, s := types.Dynamic, types.String
	text := func(k func(string) dynamic.Value) function.Kernel { return function.Map1(s, d, k) }
	// A dynamic argument is read as tostring() prints it.
	value := func(k func(string) dynamic.Value) function.Kernel {
		return function.Map1(d, d, func(v dynamic.Value) dynamic.Value { return k(v.String()) })
	}
	return function.Family{Title: "Text formats", Scalars: []function.Scalar{
		{
			Doc: "Splits a record of comma-separated values into an array of strings; of several records the first counts.",
			Overloads: []function.Overload{
				{Sig: "parse_csv(csv_text: string): dynamic", Kernel: text(parseCSV)},
				{Sig: "parse_csv(csv_text: dynamic): dynamic", Kernel: value(parseCSV)},
			},
			Examples:   []string{`parse_csv('aa,"b,""c",d') -> ["aa","b,\"c","d"]`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Reads XML as a property bag; null if it is not well-formed.",
			Overloads: []function.Overload{
				{Sig: "parse_xml(xml_text: string): dynamic", Kernel: text(parseXML)},
				{Sig: "parse_xml(xml_text: dynamic): dynamic", Kernel: value(parseXML)},
			},
			Examples:   []string{`parse_xml('<e n="1"><a>x</a><a>y</a></e>') -> {"e":{"@n":"1","a":["x","y"]}}`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Splits a command line into its arguments as Windows does.",
			Overloads: []function.Overload{
				{Sig: "parse_command_line(command: scalar, parser: string): dynamic", Kernel: commandLineKernel()},
			},
			Examples: []string{`parse_command_line('echo "hello world!"', "windows") -> ["echo","hello world!"]`},
		},
	}}
}

// parseCSV splits the first record of s (RFC 4180). Quotes within a value that
// does not begin with one are kept.
func parseCSV(s string) dynamic.Value {
	var b dynamic.ArrayBuilder
	for {
		field, rest, more := cutField(s)
		b.AppendString(field)
		if !more {
			return b.Value()
		}
		s = rest
	}
}

// cutField returns the first value of a record; more if another follows.
func cutField(s string) (field, rest string, more bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ",\r\n")
		if end < 0 {
			return s, "", false
		}
		return s[:end], s[end+1:], s[end] == ','
	}
	var buf []byte
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != '"':
			buf = append(buf, s[i])
		case i+1 < len(s) && s[i+1] == '"':
			buf = append(buf, '"')
			i++
		default:
			tail, rest, more := cutField(strings.TrimPrefix(s[i+1:], `"`))
			return string(buf) + tail, rest, more
		}
	}
	return string(buf), "", false
}

func commandLineKernel() function.Kernel {
	return rowWise([]types.Type{types.String, types.String}, types.Dynamic, func(args []column.Column, n int) column.Column {
		line, parser := column.ViewOf[string](args[0]), column.ViewOf[string](args[1])
		out := make([]dynamic.Value, n)
		for i := range out {
			if strings.EqualFold(parser.At(i), "windows") {
				out[i] = parseCommandLine(line.At(i))
			}
		}
		return column.NewVec(types.Dynamic, out, nil)
	})
}

// parseCommandLine splits as CommandLineToArgvW does: the first argument, the
// program, ends at a blank or its closing quote and knows no escapes; in the
// others backslashes before a quote count in pairs.
func parseCommandLine(s string) dynamic.Value {
	if strings.Trim(s, " \t") == "" {
		return dynamic.Value{}
	}
	var b dynamic.ArrayBuilder
	program, rest := cutProgram(s)
	b.AppendString(program)
	for {
		rest = strings.TrimLeft(rest, " \t")
		if rest == "" {
			return b.Value()
		}
		var arg string
		arg, rest = cutArgument(rest)
		b.AppendString(arg)
	}
}

func cutProgram(s string) (program, rest string) {
	if strings.HasPrefix(s, `"`) {
		program, rest, _ = strings.Cut(s[1:], `"`)
		return program, rest
	}
	if end := strings.IndexAny(s, " \t"); end >= 0 {
		return s[:end], s[end:]
	}
	return s, ""
}

func cutArgument(s string) (arg, rest string) {
	var buf []byte
	quoted := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\':
			n := len(s[i:]) - len(strings.TrimLeft(s[i:], `\`))
			i += n - 1
			if i+1 < len(s) && s[i+1] == '"' {
				buf = append(buf, s[i+1-n:i+1-n+n/2]...)
				if n%2 == 1 {
					buf = append(buf, '"')
					i++
				}
				continue
			}
			buf = append(buf, s[i+1-n:i+1]...)
		case c == '"' && quoted && i+1 < len(s) && s[i+1] == '"':
			buf = append(buf, '"')
			i++
		case c == '"':
			quoted = !quoted
		case (c == ' ' || c == '\t') && !quoted:
			return string(buf), s[i:]
		default:
			buf = append(buf, c)
		}
	}
	return string(buf), ""
}
