package config

import (
	_ "embed"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed example.yaml
var example string

// Example returns a configuration file that has all settings with what they do.
func Example() string { return example }

// A setting is one that a flag or the environment can override.
type setting struct {
	key   string // as limits.body
	value reflect.Value
}

// settings returns all settings of c.
func (c *Config) settings() []setting {
	var out []setting
	var walk func(v reflect.Value, key string)
	walk = func(v reflect.Value, key string) {
		if v.Kind() != reflect.Struct {
			out = append(out, setting{key, v})
			return
		}
		for name, i := range fieldsOf(v.Type()) {
			walk(v.Field(i), strings.TrimPrefix(key+"."+name, "."))
		}
	}
	walk(reflect.ValueOf(c).Elem(), "")
	slices.SortFunc(out, func(a, b setting) int { return strings.Compare(a.key, b.key) })
	return out
}

// Settings returns the names of all settings, such as limits.body.
func Settings() []string {
	var c Config
	var out []string
	for _, s := range c.settings() {
		out = append(out, s.key)
	}
	return out
}

// Variable returns the environment variable that overrides a setting:
// CALYPSO_LIMITS_BODY for limits.body.
func Variable(key string) string {
	return "CALYPSO_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// Set sets one setting by its name. The value is written as in the file; lists are
// in brackets.
func (c *Config) Set(key, value string) error {
	all := c.settings()
	i := slices.IndexFunc(all, func(s setting) bool { return s.key == key })
	if i < 0 {
		fields := map[string]int{}
		for _, s := range all {
			fields[s.key] = 0
		}
		return fmt.Errorf("%s: there is no such setting%s", key, suggestion(key, fields))
	}
	into := all[i].value
	if into.Kind() == reflect.String {
		into.SetString(value) // a text needs no quotes here
		return nil
	}
	fresh := reflect.New(into.Type())
	if err := yaml.UnmarshalWithOptions([]byte(value), fresh.Interface(), yaml.Strict()); err != nil {
		if into.Kind() == reflect.Slice && into.Type().Elem().Kind() == reflect.Struct {
			return fmt.Errorf("%s: %s", key, yaml.FormatError(err, false, false))
		}
		return fmt.Errorf("%s: %s is no %s", key, value, kindOf(into.Type()))
	}
	into.Set(fresh.Elem())
	return nil
}

// Env overrides c by the environment, where the variables of settings are set and
// not empty. It returns all mistakes as one error.
func (c *Config) Env(lookup func(string) (string, bool)) error {
	var errs []string
	for _, key := range Settings() {
		v, ok := lookup(Variable(key))
		if !ok || v == "" {
			continue
		}
		if err := c.Set(key, v); err != nil {
			errs = append(errs, fmt.Sprintf("%s: %v", Variable(key), err))
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("%s", strings.Join(errs, "\n"))
	}
	return nil
}
