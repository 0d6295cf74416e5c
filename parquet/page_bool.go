package parquet

import "encoding/binary"

// booleans returns a byte for each of the n values of a page: its plain form is
// bits, least significant first; the other one runs of lengths, behind their
// size.
//
// Source: the Parquet format, "Encodings".
func booleans(data []byte, n int, runs bool) ([]byte, error) {
	out := make([]byte, n)
	if !runs {
		if len(data) < (n+7)/8 {
			return nil, errHybrid
		}
		for i := range out {
			out[i] = data[i/8] >> (i % 8) & 1
		}
		return out, nil
	}
	if n == 0 {
		return out, nil
	}
	if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
		return nil, errHybrid
	}
	codes := make([]uint32, n)
	if err := hybrid(codes, data[4:], 1); err != nil {
		return nil, err
	}
	for i := range out {
		out[i] = byte(codes[i])
	}
	return out, nil
}
