package function

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Family is a group of declarations, for the reference's chapters.
type Family struct {
	// Title names the family: "String functions".
	Title      string
	Scalars    []Scalar
	Aggregates []Aggregate
}

// A Registry is a checked, immutable set of functions. It is safe for
// concurrent use.
type Registry struct {
	families   []Family
	scalars    map[string]*Scalar
	aggregates map[string]*Aggregate
}

// NewRegistry checks every declaration and reports all that is wrong at once.
func NewRegistry(families ...Family) (*Registry, error) {
	r := &Registry{families: families, scalars: map[string]*Scalar{}, aggregates: map[string]*Aggregate{}}
	var errs []error
	for i := range families {
		for j := range families[i].Scalars {
			f := &families[i].Scalars[j]
			name, err := f.check()
			if _, dup := r.scalars[name]; dup && err == nil {
				err = fmt.Errorf("%s: declared twice", name)
			}
			if err != nil {
				errs = append(errs, err)
				continue
			}
			r.scalars[name] = f
		}
		for j := range families[i].Aggregates {
			a := &families[i].Aggregates[j]
			name, err := a.check()
			if _, dup := r.aggregates[name]; dup && err == nil {
				err = fmt.Errorf("%s: declared twice", name)
			}
			if err != nil {
				errs = append(errs, err)
				continue
			}
			r.aggregates[name] = a
		}
	}
	return r, errors.Join(errs...)
}

// Families returns the declarations in the order given.
func (r *Registry) Families() []Family { return r.families }

// Scalar returns the scalar function called name; names are case-sensitive.
func (r *Registry) Scalar(name string) (*Scalar, bool) {
	f, ok := r.scalars[name]
	return f, ok
}

// Aggregate returns the aggregate function called name.
func (r *Registry) Aggregate(name string) (*Aggregate, bool) {
	a, ok := r.aggregates[name]
	return a, ok
}

// ScalarNames returns the names of all scalar functions, sorted.
func (r *Registry) ScalarNames() []string { return slices.Sorted(maps.Keys(r.scalars)) }

// AggregateNames returns the names of all aggregates, sorted.
func (r *Registry) AggregateNames() []string { return slices.Sorted(maps.Keys(r.aggregates)) }

// Name returns the function's name.
func (f *Scalar) Name() string { return f.Overloads[0].Name }

func (f *Scalar) check() (name string, err error) {
	if len(f.Overloads) == 0 {
		return "", fmt.Errorf("declaration %q has no overload", f.Doc)
	}
	for i := range f.Overloads {
		o := &f.Overloads[i]
		if o.Signature, err = ParseSignature(o.Sig); err != nil {
			return "", err
		}
		o.Name, o.Decl = o.Signature.Name, f
		if i > 0 && o.Name != name {
			return "", fmt.Errorf("%s: overload named %s", name, o.Name)
		}
		name = o.Name
		if err := o.Kernel.fits(o.Signature); err != nil {
			return name, fmt.Errorf("%s: %w", o.Sig, err)
		}
		if o.OfConstants != nil {
			early := *o
			early.Kernel, early.OfConstants = *o.OfConstants, nil
			o.early = &early
		}
	}
	if f.AnalyzerSigs, err = parseAll(name, f.Analyzer); err != nil {
		return name, err
	}
	return name, checkDoc(name, f.Doc, len(f.Examples) > 0 || f.Volatile || f.Window)
}

// parseAll reads several signatures of the function called name.
func parseAll(name string, sigs []string) ([]Signature, error) {
	out := make([]Signature, len(sigs))
	for i, s := range sigs {
		var err error
		if out[i], err = ParseSignature(s); err != nil {
			return nil, err
		}
		if out[i].Name != name {
			return nil, fmt.Errorf("%s: signature of %s", name, out[i].Name)
		}
	}
	return out, nil
}

func checkDoc(name, doc string, examples bool) error {
	if !strings.HasSuffix(doc, ".") {
		return fmt.Errorf("%s: doc is not a sentence: %q", name, doc)
	}
	if !examples {
		return fmt.Errorf("%s: no example", name)
	}
	return nil
}

// Early returns the overload that computes a call whose arguments are all
// constants.
func (o *Overload) Early() *Overload {
	if o.early != nil {
		return o.early
	}
	return o
}

// fits reports whether the kernel can compute what sig promises.
func (k Kernel) fits(sig Signature) error {
	if k.Run == nil {
		return errors.New("no kernel")
	}
	if len(k.In) != len(sig.Params) {
		return fmt.Errorf("kernel takes %d arguments, signature has %d", len(k.In), len(sig.Params))
	}
	return nil
}
