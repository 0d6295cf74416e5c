package builtin

import (
	"strings"
	"testing"
)

func TestHashKernels(t *testing.T) {
	checkTables(t, []truthTable{
		{"hash", []string{"string: World, World, World", "long: 100, 0, null"}, "long: 51, null, null"},
		{"hash_xxhash64", []string{"datetime: 2015-01-01", "long: 9223372036854775807"}, "long: 1380966698541616202"},
		{"hash_md5", []string{"string: World, ''"}, "string: f5a7924e621e84c9280a9a27e1bcb7f6, d41d8cd98f00b204e9800998ecf8427e"},
		{"hash_sha1", []string{"string: World"}, "string: 70c07ec18ef89c5309bbb0937f3a6342411e1fdd"},
	})
}

// TestXXHash64 checks lengths on both sides of every step of the algorithm
// against the values of its reference implementation.
func TestXXHash64(t *testing.T) {
	for _, tt := range []struct {
		text string
		want uint64
	}{
		{"", 0xef46db3751d8e999},
		{"a", 0xd24ec4f1a98c6e5b},
		{"abc", 0x44bc2cf5ad770999},
		{"Nobody inspects the spammish repetition", 0xfbcea83c8a378bf1},
	} {
		if got := xxHash64([]byte(tt.text)); got != tt.want {
			t.Errorf("xxHash64(%q) = %x, want %x", tt.text, got, tt.want)
		}
	}
}

func TestEncodingKernels(t *testing.T) {
	checkTables(t, []truthTable{
		{"base64_encode_tostring", []string{"string: Kusto, ''"}, "string: S3VzdG8=, ''"},
		{"base64_decode_tostring", []string{"string: S3VzdG8=, S3VzdG8, U3RyaW5n0KHR0tGA0L7Rh9C60LA=, *"}, "string: Kusto, '', '', ''"},
		{"base64_decode_toarray", []string{"string: S3U=, *"}, "dynamic: [75%117], null"},
		{"base64_encode_fromarray", []string{"dynamic: [75%117], [256], null"}, "string: S3U=, '', ''"},
		{"base64_decode_toguid", []string{"string: JpbpECu8dUy7Pv5gbeJXAA==, abcd1231"}, "guid: 10e99626-bc2b-4c75-bb3e-fe606de25700, null"},
		{"base64_encode_fromguid", []string{"guid: 10e99626-bc2b-4c75-bb3e-fe606de25700"}, "string: JpbpECu8dUy7Pv5gbeJXAA=="},
		{"punycode_from_string", []string{"string: bücher, abc, ''"}, "string: bcher-kva, abc-, ''"},
		{"punycode_to_string", []string{"string: bcher-kva, abc-, !, ü-a"}, "string: bücher, abc, '', ''"},
		{"punycode_domain_to_string", []string{"string: Bücher。de, a.b"}, "string: xn--Bcher-kva.de, a.b"},
		{"punycode_domain_from_string", []string{"string: xn--bcher-kva.de, a.b, xn--!"}, "string: bücher.de, a.b, ''"},
		{"gzip_decompress_from_base64_string", []string{"string: x, eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4="}, "string: '', ''"},
		{"zlib_decompress_from_base64_string", []string{"string: eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4="}, "string: Test string 123"},
		{"tohex", []string{"long: 256, -1, 255, null", "long: 2, 1, 99, 1"}, "string: 100, ffffffffffffffff, 00000000000000ff, ''"},
		{"tohex", []string{"int: -1, 1", "long: 1, 8"}, "string: ffffffff, 00000001"},
		{"parse_version", []string{"string: 1.2.3.4, 1, 0.0.0.5, 1.2.3.4.5, 123456789, 1., ''"}, "decimal: 1000000020000000300000004, 1000000000000000000000000, 5, null, null, null, null"},
		{"convert_temperature", []string{"real: 1.2, 100, 1", "string: Kelvin, DegreeCelsius, Warm", "string: DegreeCelsius, Kelvin, Kelvin"}, "real: -271.95, 373.15, null"},
		{"convert_angle", []string{"real: 0.5", "string: Revolution", "string: Degree"}, "real: 180"},
	})
}

func TestCompressionRoundTrip(t *testing.T) {
	for _, s := range []string{"", "a", strings.Repeat("calypso ", 20000), "日本"} {
		if got := zipRoundTrip(t, gzipBase64(s), "gzip_decompress_from_base64_string"); got != s {
			t.Errorf("gzip: %d bytes came back as %d", len(s), len(got))
		}
		if got := zipRoundTrip(t, zlibBase64(s), "zlib_decompress_from_base64_string"); got != s {
			t.Errorf("zlib: %d bytes came back as %d", len(s), len(got))
		}
	}
}

func FuzzPunycode(f *testing.F) {
	for _, s := range []string{"bücher", "日本", "a-b", "", "\U0010ffff!"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		if got, ok := decodePunycode(encodePunycode(s)); !ok || got != s {
			t.Errorf("%q came back as %q, %v", s, got, ok)
		}
		_, _ = decodePunycode(s)
	})
}
