package builtin

import (
	"encoding/base64"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// encodings are the base64 functions. What cannot be decoded gives the empty
// text or null.
func encodings() function.Family {
	encode := func(name, example string) function.Scalar {
		return textFunction(name+"(string: string): string", "Encodes the bytes of a text in base64.", func(s string) string {
			return base64.StdEncoding.EncodeToString([]byte(s))
		}, example)
	}
	decode := func(name, example string) function.Scalar {
		return textFunction(name+"(base64_string: string): string", "Decodes base64 into a text; empty if it is no UTF-8.", decodeText, example)
	}
	return function.Family{Title: "Base64", Scalars: []function.Scalar{
		encode("base64_encode_tostring", `base64_encode_tostring("Kusto") -> S3VzdG8=`),
		obsolete("base64_encode_tostring", encode("base64_encodestring", `base64_encodestring("Kusto") -> S3VzdG8=`)),
		decode("base64_decode_tostring", `base64_decode_tostring("S3VzdG8=") -> Kusto`),
		obsolete("base64_decode_tostring", decode("base64_decodestring", `base64_decodestring("S3VzdG8=") -> Kusto`)),
		{
			Doc:       "Decodes base64 into an array of bytes.",
			Overloads: []function.Overload{{Sig: "base64_decode_toarray(base64_string: string): dynamic", Kernel: function.Map1(types.String, types.Dynamic, decodeArray)}},
			Examples:  []string{`base64_decode_toarray("S3VzdG8=") -> [75,117,115,116,111]`},
		},
		{
			Doc:       "Encodes an array of bytes in base64.",
			Overloads: []function.Overload{{Sig: "base64_encode_fromarray(base64_string_decoded_as_array: array): string", Kernel: function.Map1(types.Dynamic, types.String, encodeArray)}},
			Examples:  []string{`base64_encode_fromarray(dynamic([75, 117])) -> S3U=`},
		},
		{
			Doc: "Decodes base64 into a guid.",
			Overloads: []function.Overload{{Sig: "base64_decode_toguid(base64_string: string): guid", Kernel: function.Map1Null(types.String, types.GUID, func(s string) (g types.GUID128, ok bool) {
				b, ok := decodeBase64(s)
				if !ok || len(b) != len(g) {
					return g, false
				}
				copy(g[:], b)
				copy(g[:], guidBytes(g)) // the same exchange of bytes both ways
				return g, true
			})}},
			Examples: []string{`base64_decode_toguid("JpbpECu8dUy7Pv5gbeJXAA==") -> 10e99626-bc2b-4c75-bb3e-fe606de25700`},
		},
		{
			Doc: "Encodes a guid in base64.",
			Overloads: []function.Overload{{Sig: "base64_encode_fromguid(guid: guid): string", Kernel: function.Map1(types.GUID, types.String, func(g types.GUID128) string {
				return base64.StdEncoding.EncodeToString(guidBytes(g))
			})}},
			Examples: []string{`base64_encode_fromguid(toguid("ae3133f2-6e22-49ae-b06a-16e6a9b212eb")) -> 8jMxriJurkmwahbmqbIS6w==`},
		},
	}}
}

// decodeBase64 decodes base64 with its padding; !ok if s is something else.
func decodeBase64(s string) (b []byte, ok bool) {
	b, err := base64.StdEncoding.DecodeString(s)
	return b, err == nil
}

func decodeText(s string) string {
	b, ok := decodeBase64(s)
	if !ok || !utf8.Valid(b) {
		return ""
	}
	return string(b)
}

func decodeArray(s string) dynamic.Value {
	b, ok := decodeBase64(s)
	if !ok {
		return dynamic.Value{}
	}
	var list dynamic.ArrayBuilder
	for _, c := range b {
		list.AppendLong(int64(c))
	}
	return list.Value()
}

func encodeArray(v dynamic.Value) string {
	b := make([]byte, 0, v.Len())
	for _, e := range v.Elements() {
		n, ok := e.AsLong()
		if !ok || n < 0 || n > 255 {
			return ""
		}
		b = append(b, byte(n))
	}
	return base64.StdEncoding.EncodeToString(b)
}
