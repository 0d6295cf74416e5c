package catalog

import (
	_ "embed"
	"sync"

	"github.com/calypso-kql/calypso/catalog/internal/tabledef"
)

//go:generate go run ./internal/gencatalog -shared ../../shared -out data

var (
	//go:embed data/sentinel.txt
	sentinelText string
	//go:embed data/defender_xdr.txt
	xdrText string
	//go:embed data/additions.txt
	additionsText string
	//go:embed data/asim_schemas.txt
	asimSchemasText string
	//go:embed data/asim_functions.txt
	asimFunctionsText string
	//go:embed data/asim_filters.txt
	asimFiltersText string
	//go:embed data/functions.txt
	functionsText string
)

// commonName is the entry of sentinel.txt that holds the hidden standard columns.
const commonName = "_common"

// files is the embedded data, indexed by name: what follows the name on its line.
type files struct {
	sentinel, xdr, additions map[string]string
	asimSchemas, asimFilters map[string]string
	asimFunctions, functions map[string]string
}

// loadFiles indexes the data, once a process.
var loadFiles = sync.OnceValues(func() (*files, error) {
	f := &files{}
	for _, file := range []struct {
		text string
		into *map[string]string
	}{
		{sentinelText, &f.sentinel},
		{xdrText, &f.xdr},
		{additionsText, &f.additions},
		{asimSchemasText, &f.asimSchemas},
		{asimFiltersText, &f.asimFilters},
		{asimFunctionsText, &f.asimFunctions},
		{functionsText, &f.functions},
	} {
		var err error
		if *file.into, err = tabledef.Index(file.text); err != nil {
			return nil, err
		}
	}
	return f, nil
})

// line reads an entry of index; ok is false if there is none. The data are
// embedded and a test parses every line, so a line that does not parse is not
// found.
func (*files) line(index map[string]string, name string) (l tabledef.Line, ok bool) {
	rest, ok := index[name]
	if !ok {
		return tabledef.Line{}, false
	}
	l, err := tabledef.Parse(name, rest)
	return l, err == nil
}
