package builtin

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"io"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// compression are the functions between texts and compressed texts in base64.
func compression() function.Family {
	const text = "1234567890qwertyuiop"
	inflate := func(name, doc, example string, open func(io.Reader) (io.ReadCloser, error)) function.Scalar {
		loop := func(c *function.Call, args []column.Column, n int) (column.Column, error) {
			in := column.ViewOf[string](args[0])
			out := make([]string, n)
			for i := range out {
				var err error
				if out[i], err = decompress(in.At(i), open); err != nil {
					return nil, fmt.Errorf("%s(): %w", name, err)
				}
			}
			return column.NewVec(c.Out, out, nil), nil
		}
		return function.Scalar{
			Doc:       doc,
			Overloads: []function.Overload{{Sig: name + "(string: string): string", Kernel: rowKernel([]types.Type{types.String}, types.String, loop)}},
			Examples:  []string{example, name + `("x0x0x0") -> `},
		}
	}
	return function.Family{Title: "Compression", Scalars: []function.Scalar{
		inflate("gzip_decompress_from_base64_string", "Decodes base64 and decompresses gzip; empty if it is not that.",
			`gzip_decompress_from_base64_string("H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA==") -> `+text,
			func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }),
		inflate("zlib_decompress_from_base64_string", "Decodes base64 and decompresses zlib; empty if it is not that.",
			`zlib_decompress_from_base64_string("eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4=") -> Test string 123`, zlib.NewReader),
		textFunction("gzip_compress_to_base64_string(string: string): string", "Compresses a text with gzip and encodes it in base64.", gzipBase64,
			`gzip_compress_to_base64_string("`+text+`") -> H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA==`),
		textFunction("zlib_compress_to_base64_string(string: string): string", "Compresses a text with zlib and encodes it in base64.", zlibBase64,
			`zlib_compress_to_base64_string("`+text+`") -> eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw==`),
	}}
}

func gzipBase64(s string) string {
	b := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff} // no name, no time, unknown system
	b = append(b, deflate(s)...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(s)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
	return base64.StdEncoding.EncodeToString(b)
}

func zlibBase64(s string) string {
	b := append([]byte{0x78, 0x01}, deflate(s)...)
	b = binary.BigEndian.AppendUint32(b, adler32.Checksum([]byte(s)))
	return base64.StdEncoding.EncodeToString(b)
}

// deflate compresses s, or stores it as it is where that is not longer.
func deflate(s string) []byte {
	const storedHeader, maxStored = 5, 1<<16 - 1
	var buf bytes.Buffer
	if w, err := flate.NewWriter(&buf, flate.DefaultCompression); err == nil {
		_, err = io.WriteString(w, s)
		if err == nil && w.Close() == nil && (len(s) > maxStored || buf.Len() < storedHeader+len(s)) {
			return buf.Bytes()
		}
	}
	b := []byte{1} // a stored block, the last one
	b = binary.LittleEndian.AppendUint16(b, uint16(len(s)))
	b = binary.LittleEndian.AppendUint16(b, ^uint16(len(s)))
	return append(b, s...)
}

// maxDecompressed bounds what a compressed text may grow to.
const maxDecompressed = 64 << 20

// decompress returns the text that s holds, empty if it holds none. It fails if
// the text is larger than maxDecompressed.
func decompress(s string, open func(io.Reader) (io.ReadCloser, error)) (string, error) {
	b, ok := decodeBase64(s)
	if !ok {
		return "", nil
	}
	r, err := open(bytes.NewReader(b))
	if err != nil {
		return "", nil
	}
	text, err := io.ReadAll(io.LimitReader(r, maxDecompressed+1))
	switch {
	case err != nil || !utf8.Valid(text):
		return "", nil
	case len(text) > maxDecompressed:
		return "", fmt.Errorf("the text is larger than %d bytes", maxDecompressed)
	}
	return string(text), r.Close()
}
