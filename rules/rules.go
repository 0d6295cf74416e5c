// Package rules holds the detections that ship with Calypso, as Sentinel's YAML.
package rules

import (
	"embed"
	"fmt"
)

//go:embed *.yaml
var files embed.FS

// SuspiciousAPITraffic is the file of the detection of suspicious API traffic.
const SuspiciousAPITraffic = "suspicious-api-traffic.yaml"

// Read returns the text of a rule by the name of its file.
func Read(file string) ([]byte, error) {
	text, err := files.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("rule %s: %w", file, err)
	}
	return text, nil
}
