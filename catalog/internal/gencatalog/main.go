// Command gencatalog writes the catalog's data files from the table references
// gathered in the shared folder beside the checkout.
//
//	go run ./catalog/internal/gencatalog -shared ../shared -out catalog/data
//
// Names, types and orders are facts of the Azure Monitor and Defender XDR table
// references; the output is deterministic, and a test compares it with what is
// committed.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	shared := flag.String("shared", "../shared", "folder that holds schemas/")
	out := flag.String("out", "catalog/data", "folder to write to")
	flag.Parse()
	if err := run(*shared, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gencatalog:", err)
		os.Exit(1)
	}
}

func run(shared, out string) error {
	files, err := generate(filepath.Join(shared, "schemas"))
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(out, name), data, 0o644); err != nil {
			return fmt.Errorf("writing catalog data: %w", err)
		}
	}
	return nil
}
