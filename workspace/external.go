package workspace

import (
	"github.com/calypso-kql/calypso/external"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/plan"
)

// WithExternal says what externaldata may read; it is nothing without.
func WithExternal(p *external.Places) Option { return func(w *Workspace) { w.external = p } }

// External implements bind.ExternalReader.
func (w *Workspace) External(x bind.External) (plan.Source, error) {
	places := w.external
	if places == nil {
		places = &external.Places{}
	}
	return places.Table(external.Request{Schema: x.Schema, URIs: x.URIs, Properties: x.Properties})
}
