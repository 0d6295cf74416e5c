// Package external reads the files that externaldata names: which of them a query
// may read, and Kusto's ingestion formats as rows of a declared schema.
//
// It reads nothing that it is not told of: a query is somebody's text, and neither
// the network nor the rest of the disk is its business. A file is read when its
// rows are, in pieces, and never more of it than a limit.
package external

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Places are what a query may read: folders, and what stands here for a part of the
// network. The zero value is nothing. It is safe for concurrent use.
type Places struct {
	folders  []string
	prefixes []prefix // the longest first
}

// A prefix is an address that a file or folder here stands for.
type prefix struct {
	address, path string
	folder        bool
}

// ParsePlaces reads what the command line allows: FOLDER, whose files a query may
// name by their paths, or ADDRESS=PATH, the file or folder that has what lies at an
// address or below it.
func ParsePlaces(specs []string) (*Places, error) {
	p := &Places{}
	for _, spec := range specs {
		address, path := "", spec
		if _, err := os.Stat(spec); err != nil {
			if i := strings.LastIndexByte(spec, '='); i > 0 {
				address, path = spec[:i], spec[i+1:]
			}
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if address == "" && !info.IsDir() {
			return nil, fmt.Errorf("%s is no folder: write FOLDER or ADDRESS=PATH", spec)
		}
		if path, err = filepath.Abs(path); err != nil {
			return nil, err
		}
		if address == "" {
			p.folders = append(p.folders, path)
			continue
		}
		p.prefixes = append(p.prefixes, prefix{address, path, info.IsDir()})
	}
	slices.SortStableFunc(p.prefixes, func(a, b prefix) int { return cmp.Compare(len(b.address), len(a.address)) })
	return p, nil
}

// Path returns the file that uri, a storage connection string, stands for.
func (p *Places) Path(uri string) (string, error) {
	address, _, _ := strings.Cut(uri, ";")
	remote := strings.Contains(address, "://")
	if remote {
		address, _, _ = strings.Cut(address, "?")
	}
	for _, x := range p.prefixes {
		if rest, ok := x.covers(address); ok {
			if !x.folder {
				return x.path, nil
			}
			return below(x.path, rest)
		}
	}
	path, isFile := strings.CutPrefix(address, "file://")
	if remote && !isFile {
		return "", fmt.Errorf("%s may not be read: a query reaches no network; save the file and give it with --externaldata %s=PATH", address, address)
	}
	for _, folder := range p.folders {
		rel := path
		if filepath.IsAbs(path) {
			var err error
			if rel, err = filepath.Rel(folder, filepath.Clean(path)); err != nil || !filepath.IsLocal(rel) {
				continue
			}
		}
		if file, err := below(folder, rel); err == nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("%s may not be read, or is not there: allow its folder with --externaldata FOLDER", path)
}

// covers returns what of address comes after the prefix, which ends at a slash or
// at the end of either.
func (x prefix) covers(address string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(address, x.address)
	if !ok || rest != "" && !x.folder {
		return "", false
	}
	if rest != "" && rest[0] != '/' && !strings.HasSuffix(x.address, "/") {
		return "", false
	}
	return strings.TrimLeft(rest, "/"), true
}

// below returns the file rel of a folder, with its name as it is or without its
// percent signs. Neither dots nor links lead out of the folder.
func below(folder, rel string) (string, error) {
	names := []string{rel}
	if plain, err := url.PathUnescape(rel); err == nil && plain != rel {
		names = append(names, plain)
	}
	err := fmt.Errorf("%s leads out of %s", rel, folder)
	for _, name := range names {
		if !filepath.IsLocal(name) {
			continue
		}
		root, rootErr := filepath.EvalSymlinks(folder)
		path, pathErr := filepath.EvalSymlinks(filepath.Join(folder, filepath.FromSlash(name)))
		if rootErr != nil || pathErr != nil {
			err = cmp.Or(pathErr, rootErr)
			continue
		}
		if in, relErr := filepath.Rel(root, path); relErr == nil && filepath.IsLocal(in) {
			return path, nil
		}
	}
	return "", err
}
