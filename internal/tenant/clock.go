package tenant

import (
	"math"
	"time"
)

// curve maps a share of all sign-ins to the time by which that share has
// happened. It follows the day: quiet nights, busy mornings and afternoons.
type curve struct {
	from, to int64
	at       []int64 // at[k] is the time of share k/(len-1)
}

const curveSteps = 2048

// newCurve follows the day unless even says that all times are alike.
func newCurve(from, to int64, even bool) curve {
	cum := make([]float64, curveSteps+1)
	step := float64(to-from) / curveSteps
	for k := range curveSteps {
		t := time.Unix(0, from+int64((float64(k)+0.5)*step)).UTC()
		cum[k+1] = cum[k] + 1
		if !even {
			cum[k+1] = cum[k] + rate(t)
		}
	}
	c := curve{from: from, to: to, at: make([]int64, curveSteps+1)}
	k := 0
	for j := range c.at {
		want := cum[curveSteps] * float64(j) / curveSteps
		for k < curveSteps-1 && cum[k+1] <= want {
			k++
		}
		part := (want - cum[k]) / (cum[k+1] - cum[k])
		c.at[j] = from + int64((float64(k)+part)*step)
	}
	return c
}

// rate is the relative number of sign-ins at a time of day, in UTC. Tokens are
// renewed at night as well, so it never comes near nothing.
func rate(t time.Time) float64 {
	h := float64(t.Hour()) + float64(t.Minute())/60
	morning := math.Exp(-(h - 8) * (h - 8) / 8)
	noon := math.Exp(-(h - 13.5) * (h - 13.5) / 10)
	return 0.25 + 1.4*morning + 1.2*noon
}

// time returns the time of share u in [0, 1), a whole number of ticks of
// 100 ns.
func (c *curve) time(u float64) int64 {
	x := u * curveSteps
	k := int(x)
	t := c.at[k] + int64((x-float64(k))*float64(c.at[k+1]-c.at[k]))
	return ticks(t)
}

// clamp keeps a time inside the range the tenant covers.
func (c *curve) clamp(t int64) int64 {
	return min(max(ticks(t), c.from), c.to-100)
}

// ticks rounds Unix nanoseconds down to Kusto's resolution.
func ticks(ns int64) int64 { return ns - ns%100 }

// appendISO appends Unix nanoseconds as 2006-01-02T15:04:05.0000000 with the
// given zone behind it.
func appendISO(dst []byte, ns int64, zone string) []byte {
	sec, frac := ns/1e9, ns%1e9/100
	year, month, day := date(sec / 86400)
	s := sec % 86400
	dst = appendDigits(dst, year, 4)
	dst = append(dst, '-')
	dst = appendDigits(dst, month, 2)
	dst = append(dst, '-')
	dst = appendDigits(dst, day, 2)
	dst = append(dst, 'T')
	dst = appendDigits(dst, s/3600, 2)
	dst = append(dst, ':')
	dst = appendDigits(dst, s/60%60, 2)
	dst = append(dst, ':')
	dst = appendDigits(dst, s%60, 2)
	dst = append(dst, '.')
	dst = appendDigits(dst, frac, 7)
	return append(dst, zone...)
}

// date turns days since 1970 into a civil date; rows are many and time.Format
// would be most of their cost. The arithmetic is Howard Hinnant's
// civil_from_days, for days after 1970 only.
func date(days int64) (year, month, day int64) {
	z := days + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

func appendDigits(dst []byte, x int64, width int) []byte {
	end := len(dst) + width
	for range width {
		dst = append(dst, '0')
	}
	for i := end - 1; i >= end-width; i-- {
		dst[i] = byte('0' + x%10)
		x /= 10
	}
	return dst
}

// iso is appendISO as a string, in UTC.
func iso(ns int64) string { return string(appendISO(make([]byte, 0, 28), ns, "Z")) }
