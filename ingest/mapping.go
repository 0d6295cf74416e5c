package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A mapping says how the records of one category become rows of a table. What
// it does not say follows the general rule: a key fills the column of its name,
// whatever the case ("ipAddress" fills IPAddress or IpAddress, as the table has
// it).
type mapping struct {
	table string
	// envelope and properties name the column that a key fills where the
	// general rule does not find it; an empty column means that the key says
	// nothing. Where a known table lacks the column, a property fills its own.
	envelope, properties map[string]string
	// constants fill columns that the records do not.
	constants map[string]string
	// derive fills further columns of a row from what it has; nil for none.
	derive func(r *row)
}

// A scope is the part of a record that a key stands in.
type scope uint8

const (
	inFlat scope = iota // a record without an envelope
	inEnvelope
	inProperties
	numScopes
)

// mappingOf returns the mapping of a diagnostic category, the general one if
// there is none of its own.
func mappingOf(category string) *mapping {
	if table, ok := strings.CutPrefix(category, "AdvancedHunting-"); ok {
		return defender(table)
	}
	if m := entra(category); m != nil {
		return m
	}
	return general(category)
}

// general is the rule for every other category: the envelope's keys and those
// of its properties become columns of the table called like the category.
func general(category string) *mapping {
	return &mapping{
		table: category,
		envelope: map[string]string{
			"time": "TimeGenerated", "tenantId": "AADTenantId", "callerIpAddress": "CallerIpAddress", "resourceId": "ResourceId",
		},
	}
}

// defender is the rule for Defender XDR's streaming API: properties hold the
// columns under their own names. The envelope's time is when Defender received the
// event; TimeGenerated in Sentinel is when it happened, Defender's Timestamp.
//
// Sources: Microsoft's documentation, "Stream Microsoft Defender XDR events" and the
// tables of the Azure Monitor reference.
func defender(table string) *mapping {
	return &mapping{
		table:      table,
		envelope:   map[string]string{"time": "_TimeReceived", "category": "", "operationName": "", "tenantId": ""},
		properties: map[string]string{"Timestamp": "TimeGenerated"},
		derive: func(r *row) {
			happened := r.value("TimeGenerated")
			if !happened.isEmpty() {
				r.setEmpty("Timestamp", happened)
			} else if received := r.value("_TimeReceived"); !received.isEmpty() {
				r.setEmpty("TimeGenerated", received)
			}
		},
	}
}

// pascal returns a JSON key as a column's name: "ipAddress" as IpAddress.
func pascal(key string) string {
	r, n := utf8.DecodeRuneInString(key)
	if n == 0 || r == '_' {
		return key
	}
	return string(unicode.ToUpper(r)) + key[n:]
}
