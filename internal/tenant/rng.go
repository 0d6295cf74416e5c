package tenant

import "math"

// Each kind of thing draws from a stream of its own, so that adding a draw to
// one leaves the others as they were.
const (
	streamTenant = iota + 1
	streamUser
	streamApp
	streamPolicy
	streamSignIn
	streamSession
	streamRisk
	streamAlert
	streamCase
)

// rng is splitmix64: a word of state, so one for every row costs nothing.
type rng struct{ state uint64 }

// newRNG seeds the generator of item i in a stream.
func newRNG(seed uint64, stream int, i int64) rng {
	return rng{mix(mix(seed+uint64(stream)*0x9e3779b97f4a7c15) ^ uint64(i)*0xd1342543de82ef95)}
}

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (r *rng) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	return mix(r.state)
}

// below draws a whole number in [0, n).
func (r *rng) below(n int) int {
	return int((r.next() >> 32) * uint64(n) >> 32)
}

// float draws from [0, 1).
func (r *rng) float() float64 { return float64(r.next()>>11) / (1 << 53) }

// chance is true with probability p.
func (r *rng) chance(p float64) bool { return r.float() < p }

// skewed draws from [0, n), small numbers more often: activity in a tenant is
// far from even.
func (r *rng) skewed(n int) int {
	u := r.float()
	return int(float64(n) * u * (0.35 + 0.65*u))
}

// exp draws from an exponential distribution with the given mean.
func (r *rng) exp(mean float64) float64 { return -mean * math.Log(1-r.float()) }

const hexDigits = "0123456789abcdef"

// guid draws a version-4 GUID in lower case.
func (r *rng) guid() string {
	return string(r.appendGUID(make([]byte, 0, 36), false))
}

// requestID draws a GUID as Entra gives them to requests: they end in 00.
func (r *rng) requestID() string {
	return string(r.appendGUID(make([]byte, 0, 36), true))
}

func (r *rng) appendGUID(dst []byte, request bool) []byte {
	hi := r.next()&^0xf000 | 0x4000
	lo := r.next()&^(3<<62) | 2<<62
	if request {
		lo &^= 0xff
	}
	dst = appendHex(dst, hi>>32, 8)
	dst = append(dst, '-')
	dst = appendHex(dst, hi>>16, 4)
	dst = append(dst, '-')
	dst = appendHex(dst, hi, 4)
	dst = append(dst, '-')
	dst = appendHex(dst, lo>>48, 4)
	dst = append(dst, '-')
	return appendHex(dst, lo, 12)
}

// hex64 draws 64 hexadecimal digits, the form of a risk detection's id.
func (r *rng) hex64() string {
	b := make([]byte, 0, 64)
	for range 4 {
		b = appendHex(b, r.next(), 16)
	}
	return string(b)
}

func appendHex(dst []byte, x uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		dst = append(dst, hexDigits[x>>(4*i)&15])
	}
	return dst
}
