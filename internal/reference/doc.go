// Package reference writes docs/reference from the declarations in kql/builtin:
// a page for each family of functions, an index, and how far the functions,
// aggregates and plugins that Microsoft names are covered.
//
// Its tests compare the pages with the declarations; with -update they write
// them:
//
//	go test ./internal/reference -update
package reference
