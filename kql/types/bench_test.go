package types

import "testing"

func BenchmarkDateTime(b *testing.B) {
	for _, s := range []string{"2026-01-05T08:15:30.1234567Z", "2026-01-05T08:15:30.123+02:00", "1/5/2026 8:15:30 AM"} {
		b.Run("parse/"+s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ParseDateTime(s)
			}
		})
	}
	ticks, _ := ParseDateTime("2026-01-05T08:15:30.1234567Z")
	var dst []byte
	b.Run("print", func(b *testing.B) {
		for b.Loop() {
			dst = AppendDateTime(dst[:0], ticks)
		}
	})
	b.Run("civil", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n += CivilOf(ticks).Day
		}
	})
}

func BenchmarkTimeSpan(b *testing.B) {
	b.Run("parse", func(b *testing.B) {
		for b.Loop() {
			ParseTimeSpan("1.02:03:04.5")
		}
	})
	var dst []byte
	b.Run("print", func(b *testing.B) {
		for b.Loop() {
			dst = AppendTimeSpan(dst[:0], 936184500000)
		}
	})
}

func BenchmarkParseGUID(b *testing.B) {
	for b.Loop() {
		ParseGUID("74be27de-1e4e-49d9-b579-fe0b331d3642")
	}
}
