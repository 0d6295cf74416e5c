package builtin

import (
	"math"
	"math/cmplx"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// seriesTransforms declares the Fourier transform and its inverse, in two
// columns each: the real and the imaginary parts.
func seriesTransforms() []function.Scalar {
	d := types.Dynamic
	declare := func(doc, example, name string, inverse bool) function.Scalar {
		return function.Scalar{Doc: doc, Examples: []string{example}, Tuple: "real: dynamic, imag: dynamic", Overloads: []function.Overload{
			{Sig: name + "(series: array, series_imaginary?: array): dynamic", Kernel: overValues([]types.Type{d, d}, d, func(args []dynamic.Value) dynamic.Value {
				return transformSeries(args, inverse)
			})},
		}}
	}
	return []function.Scalar{
		declare("Returns the discrete Fourier transform of a series.", "series_fft(dynamic([1,1]))[0] -> [2.0,0.0]", "series_fft", false),
		declare("Returns the inverse of the discrete Fourier transform of a series.", "series_ifft(dynamic([2,0]))[0] -> [1.0,1.0]", "series_ifft", true),
	}
}

func transformSeries(args []dynamic.Value, inverse bool) dynamic.Value {
	re, ok := seriesNumbers(args[0])
	im := make([]float64, len(re))
	if ok && len(args) > 1 {
		im, ok = seriesNumbers(args[1])
	}
	if !ok || len(im) != len(re) {
		return dynamic.Value{}
	}
	xs := make([]complex128, len(re))
	for i := range xs {
		xs[i] = complex(re[i], im[i])
	}
	xs = fourier(xs, inverse)
	for i, x := range xs {
		re[i], im[i] = real(x), imag(x)
	}
	return arrayOf([]dynamic.Value{realSeries(re), realSeries(im)})
}

func realSeries(xs []float64) dynamic.Value {
	var b dynamic.ArrayBuilder
	for _, x := range xs {
		b.AppendReal(x)
	}
	return b.Value()
}

// fourier returns the transform of any number of values, the inverse divided by
// their number.
func fourier(xs []complex128, inverse bool) []complex128 {
	n := len(xs)
	if n == 0 {
		return nil
	}
	roots := make([]complex128, n)
	for i := range roots {
		roots[i] = rootOfUnity(i, n)
		if !inverse {
			roots[i] = cmplx.Conj(roots[i])
		}
	}
	out := transform(xs, roots, 1)
	if inverse {
		for i := range out {
			out[i] /= complex(float64(n), 0)
		}
	}
	return out
}

// rootOfUnity returns the point at i/n of a turn. The angle is counted from the
// nearest quarter, so that opposite roots add up to nothing: the transform of
// [1,1,1,1] is [4,0,0,0] without a rest.
func rootOfUnity(i, n int) complex128 {
	quarter := (8*i + n) / (2 * n)
	sin, cos := math.Sincos(math.Pi / 2 * float64(4*i-quarter*n) / float64(n))
	switch quarter & 3 {
	case 1:
		return complex(-sin, cos)
	case 2:
		return complex(-cos, -sin)
	case 3:
		return complex(sin, -cos)
	}
	return complex(cos, sin)
}

// transform takes the least factor of the number of values apart from it, so
// that the work grows with the sum of the factors. roots[stride] is the root of
// unity of xs.
func transform(xs, roots []complex128, stride int) []complex128 {
	n := len(xs)
	if n == 1 {
		return xs
	}
	factor := leastFactor(n)
	parts := make([][]complex128, factor)
	for p := range parts {
		part := make([]complex128, 0, n/factor)
		for i := p; i < n; i += factor {
			part = append(part, xs[i])
		}
		parts[p] = transform(part, roots, stride*factor)
	}
	out := make([]complex128, n)
	for k := range out {
		for p, part := range parts {
			out[k] += part[k%(n/factor)] * roots[p*k%n*stride]
		}
	}
	return out
}

func leastFactor(n int) int {
	for f := 2; f*f <= n; f++ {
		if n%f == 0 {
			return f
		}
	}
	return n
}
