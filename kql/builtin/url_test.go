package builtin

import (
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

func zipRoundTrip(t *testing.T, text, name string) string {
	t.Helper()
	in := column.NewVec(types.String, []string{text}, nil)
	out := column.FlatVec[string](runKernel(t, scalarsOf(t, compression()), name, types.String, []column.Column{in}, 1))
	return out.Vals[0]
}

func TestURLEncoding(t *testing.T) {
	for in, want := range map[string]string{"https://a/b c?d=é": "https%3a%2f%2fa%2fb+c%3fd%3d%c3%a9", "": "", "a-_.!*()Z9": "a-_.!*()Z9"} {
		if got := percentEncode(in, "+"); got != want {
			t.Errorf("url_encode(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"a%2Fb+c": "a/b c", "%zz%4": "%zz%4", "%ff": "\uFFFD", "plain": "plain"} {
		if got := percentDecode(in); got != want {
			t.Errorf("url_decode(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParseURL(t *testing.T) {
	for in, want := range map[string]string{
		"scheme://u:p@host:1234/this/is?k1=v1&k2=a%20b#frag": `{"Scheme":"scheme","Host":"host","Port":"1234","Path":"/this/is","Username":"u","Password":"p","Query Parameters":{"k1":"v1","k2":"a%20b"},"Fragment":"frag"}`,
		"http://[::1]:8080":    `{"Scheme":"http","Host":"[::1]","Port":"8080","Path":"","Username":"","Password":"","Query Parameters":{},"Fragment":""}`,
		"https://a?x=http://b": `{"Scheme":"https","Host":"a","Port":"","Path":"","Username":"","Password":"","Query Parameters":{"x":"http://b"},"Fragment":""}`,
		"bing.com/a":           `{"Scheme":"","Host":"","Port":"","Path":"bing.com/a","Username":"","Password":"","Query Parameters":{},"Fragment":""}`,
		"":                     `{"Scheme":"","Host":"","Port":"","Path":"","Username":"","Password":"","Query Parameters":{},"Fragment":""}`,
	} {
		if got := parseURL(in).JSON(); got != want {
			t.Errorf("parse_url(%q)\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestParsePath(t *testing.T) {
	for in, want := range map[string]string{
		`\\?\C:\temp\a.txt`:   `{"Scheme":"","RootPath":"C:","DirectoryPath":"\\\\?\\C:\\temp","DirectoryName":"temp","Filename":"a.txt","Extension":"txt","AlternateDataStreamName":""}`,
		`C:\a`:                `{"Scheme":"","RootPath":"C:","DirectoryPath":"C:","DirectoryName":"","Filename":"a","Extension":"","AlternateDataStreamName":""}`,
		`file1.exe:file2.exe`: `{"Scheme":"","RootPath":"","DirectoryPath":"","DirectoryName":"","Filename":"file1.exe","Extension":"exe","AlternateDataStreamName":"file2.exe"}`,
		``:                    `{"Scheme":"","RootPath":"","DirectoryPath":"","DirectoryName":"","Filename":"","Extension":"","AlternateDataStreamName":""}`,
	} {
		if got := parsePath(in).JSON(); got != want {
			t.Errorf("parse_path(%q)\n got %s\nwant %s", in, got, want)
		}
	}
}
