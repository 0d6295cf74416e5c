package dynamic

import (
	"encoding/binary"

	"github.com/calypso-kql/calypso/kql/types"
)

// The binary form. Null is nothing at all; otherwise a tag byte, then
//
//	long, real, datetime, timespan   8 bytes, little endian
//	decimal, guid                    16 bytes
//	string                           its bytes
//	array   the elements' encodings; n offsets where each ends; n
//	words   an array whose elements all take nine bytes: the elements; n
//	bag     name, encoding of value, name, …; n pairs of offsets where a name
//	        and where its value ends; n bytes of name hashes; n
//
// Offsets and n are 32 bits and count from the container's own tag, so that an
// encoding can be copied into another container as it is. The tables come last
// so that a container can be written front to back. An array has the form words if
// it can: two arrays of the same elements have the same encoding.
const (
	tagFalse byte = iota + 1
	tagTrue
	tagLong
	tagReal
	tagDecimal
	tagString
	tagDateTime
	tagTimeSpan
	tagGUID
	tagArray
	tagBag
	tagWords
)

var tagKinds = [16]Kind{
	tagFalse: Bool, tagTrue: Bool, tagLong: Long, tagReal: Real, tagDecimal: Decimal, tagString: String,
	tagDateTime: DateTime, tagTimeSpan: TimeSpan, tagGUID: GUID, tagArray: Array, tagBag: Bag, tagWords: Array,
}

const (
	emptyString = "\x06"
	emptyArray  = "\x0a\x00\x00\x00\x00"
	emptyBag    = "\x0b\x00\x00\x00\x00"
)

func le32(s string, i int) uint32 {
	s = s[i : i+4]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func le64(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func appendWord(dst []byte, tag byte, w uint64) []byte {
	return binary.LittleEndian.AppendUint64(append(dst, tag), w)
}

func appendDecimal(dst []byte, d types.Decimal128) []byte {
	dst = append(dst, tagDecimal)
	from := len(dst)
	// AppendBinary cannot fail: the form has a fixed size.
	dst, _ = types.NormalDecimal(d).AppendBinary(dst)
	for len(dst) < from+16 {
		dst = append(dst, 0)
	}
	return dst
}

func readDecimal(enc string) types.Decimal128 {
	var d types.Decimal128
	var buf [16]byte
	copy(buf[:], enc[1:])
	// The bytes are those of appendDecimal, which always read back.
	_ = d.UnmarshalBinary(buf[:])
	return d
}

// nameHash is one byte that tells most names of a bag apart.
func nameHash[T string | []byte](name T) byte {
	n := len(name)
	if n == 0 {
		return 0
	}
	h := uint32(n)*31 + uint32(name[0])
	h = h*31 + uint32(name[n-1])
	h = h*31 + uint32(name[n/2])
	h = h*31 + uint32(name[n/4])
	return byte(h ^ h>>8)
}

// closeArray ends an array that began at start of buf: ends are where its
// elements end in buf.
func closeArray(buf []byte, start int, ends []uint32) []byte {
	if areWords(start, ends) {
		buf[start] = tagWords
		return binary.LittleEndian.AppendUint32(buf, uint32(len(ends)))
	}
	for _, e := range ends {
		buf = binary.LittleEndian.AppendUint32(buf, e-uint32(start))
	}
	return binary.LittleEndian.AppendUint32(buf, uint32(len(ends)))
}

// areWords reports whether all elements of an array that begins at start take
// nine bytes.
func areWords(start int, ends []uint32) bool {
	at := uint32(start + 1)
	for _, e := range ends {
		if e != at+wordSize {
			return false
		}
		at = e
	}
	return len(ends) > 0
}

// closeBag ends a bag that began at start of buf: ends are where its names and
// values end, in turn.
func closeBag(buf []byte, start int, ends []uint32) []byte {
	from := start + 1
	hashes := len(buf) + 4*len(ends)
	for _, e := range ends {
		buf = binary.LittleEndian.AppendUint32(buf, e-uint32(start))
	}
	for i := 0; i < len(ends); i += 2 {
		buf = append(buf, nameHash(buf[from:ends[i]]))
		from = int(ends[i+1])
	}
	if hasDuplicates(buf, start, ends, buf[hashes:]) {
		buf, ends = dropDuplicates(buf, start, ends)
		return closeBag(buf, start, ends)
	}
	return binary.LittleEndian.AppendUint32(buf, uint32(len(ends)/2))
}
