package builtin

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// urls are the functions over URLs and file paths.
func urls() function.Family {
	bag := func(name, param, doc string, f func(string) dynamic.Value, example string) function.Scalar {
		return function.Scalar{
			Doc: doc,
			Overloads: []function.Overload{{Sig: name + "(" + param + ": string): dynamic",
				Kernel: function.Map1(types.String, types.Dynamic, f)}},
			Examples: []string{example},
		}
	}
	url := func(name string) function.Scalar {
		return bag(name, "url", "Returns the parts of an absolute URL: Scheme, Host, Port, Path, Username, Password, Query Parameters and Fragment, as they are written.", parseURL,
			name+`("https://u:p@h:1234/a?k=v#f") -> {"Scheme":"https","Host":"h","Port":"1234","Path":"/a","Username":"u","Password":"p","Query Parameters":{"k":"v"},"Fragment":"f"}`)
	}
	query := func(name string) function.Scalar {
		return bag(name, "query", "Returns the parameters of the query part of a URL, as they are written.", parseURLQuery,
			name+`("k1=v1&k2=v2") -> {"Query Parameters":{"k1":"v1","k2":"v2"}}`)
	}
	return function.Family{Title: "URLs and paths", Scalars: []function.Scalar{
		textFunction("url_encode(url: string): string", "Encodes a text for a URL, a blank as +.", func(s string) string { return percentEncode(s, "+") },
			`url_encode("https://www.bing.com/hello world") -> https%3a%2f%2fwww.bing.com%2fhello+world`),
		textFunction("url_encode_component(url: string): string", "Encodes a text for a URL, a blank as %20.", func(s string) string { return percentEncode(s, "%20") },
			`url_encode_component("hello world/") -> hello%20world%2f`),
		textFunction("url_decode(encoded_url: string): string", "Decodes what url_encode() encodes; what is no encoding stays.", percentDecode,
			`url_decode("https%3a%2f%2fwww.bing.com%2f") -> https://www.bing.com/`),
		url("parse_url"),
		obsolete("parse_url", url("parseurl")),
		query("parse_urlquery"),
		obsolete("parse_urlquery", query("parseurlquery")),
		bag("parse_path", "path", "Returns the parts of a file's path: Scheme, RootPath, DirectoryPath, DirectoryName, Filename, Extension and AlternateDataStreamName.", parsePath,
			`parse_path("C:\\temp\\file.txt") -> {"Scheme":"","RootPath":"C:","DirectoryPath":"C:\\temp","DirectoryName":"temp","Filename":"file.txt","Extension":"txt","AlternateDataStreamName":""}`),
	}}
}

// isURLSafe reports whether c stays as it is when a URL is encoded.
func isURLSafe(c byte) bool {
	return isAlphanumeric(c) || strings.IndexByte("-_.!*()", c) >= 0
}

func percentEncode(s, blank string) string {
	const digits = "0123456789abcdef"
	var out []byte
	for i := range len(s) {
		switch c := s[i]; {
		case isURLSafe(c):
			out = append(out, c)
		case c == ' ':
			out = append(out, blank...)
		default:
			out = append(out, '%', digits[c>>4], digits[c&15])
		}
	}
	return string(out)
}

func percentDecode(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			out = append(out, ' ')
		case s[i] == '%' && i+2 < len(s) && hexValue(s[i+1]) >= 0 && hexValue(s[i+2]) >= 0:
			out = append(out, byte(hexValue(s[i+1])<<4|hexValue(s[i+2])))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

func parseURL(s string) dynamic.Value {
	rest, fragment, _ := strings.Cut(s, "#")
	rest, query, _ := strings.Cut(rest, "?")
	scheme, rest, absolute := strings.Cut(rest, "://")
	if !absolute {
		scheme, rest = "", scheme
	}
	authority, path := "", rest
	if absolute {
		authority, path = rest, ""
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			authority, path = rest[:i], rest[i:]
		}
	}
	user, password := "", ""
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		user, password, _ = strings.Cut(authority[:i], ":")
		authority = authority[i+1:]
	}
	host, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i > strings.LastIndexByte(authority, ']') {
		host, port = authority[:i], authority[i+1:]
	}
	var b dynamic.BagBuilder
	b.SetString("Scheme", scheme)
	b.SetString("Host", host)
	b.SetString("Port", port)
	b.SetString("Path", path)
	b.SetString("Username", user)
	b.SetString("Password", password)
	b.Set("Query Parameters", queryParameters(query))
	b.SetString("Fragment", fragment)
	return b.Value()
}

func parseURLQuery(s string) dynamic.Value {
	var b dynamic.BagBuilder
	b.Set("Query Parameters", queryParameters(strings.TrimPrefix(s, "?")))
	return b.Value()
}

func queryParameters(s string) dynamic.Value {
	var b dynamic.BagBuilder
	for pair := range strings.SplitSeq(s, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			b.SetString(name, value)
		}
	}
	return b.Value()
}

// parsePath is parse_path().
//
// Source: the Kusto documentation, "parse_path()".
func parsePath(s string) dynamic.Value {
	scheme, path, ok := strings.Cut(s, "://")
	if !ok {
		scheme, path = "", s
	}
	dir, file := "", path
	if i := strings.LastIndexAny(path, `/\`); i >= 0 {
		dir, file = path[:i], path[i+1:]
	}
	root := ""
	if drive := strings.TrimPrefix(path, `\\?\`); len(drive) > 1 && drive[1] == ':' && (drive[0]|0x20)-'a' < 26 {
		root = drive[:2]
	}
	file, stream, _ := strings.Cut(file, ":")
	if root != "" && dir == "" {
		file, stream = stream, ""
	}
	dirName := dir[strings.LastIndexAny(dir, `/\`)+1:]
	if dirName == root {
		dirName = ""
	}
	extension := ""
	if i := strings.LastIndexByte(file, '.'); i >= 0 {
		extension = file[i+1:]
	}
	var b dynamic.BagBuilder
	b.SetString("Scheme", scheme)
	b.SetString("RootPath", root)
	b.SetString("DirectoryPath", dir)
	b.SetString("DirectoryName", dirName)
	b.SetString("Filename", file)
	b.SetString("Extension", extension)
	b.SetString("AlternateDataStreamName", stream)
	return b.Value()
}
