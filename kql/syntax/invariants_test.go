package syntax

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// checkText checks what must hold for every text.
func checkText(t *testing.T, text string) {
	t.Helper()
	q, diags := Parse(text)
	checkPlaces(t, q, diags)
	once := Format(q)
	if len(diags) > 0 {
		if once != text {
			t.Errorf("a text with errors was changed: %q", text)
		}
		return
	}
	again, diags2 := Parse(once)
	if len(diags2) > 0 {
		t.Errorf("formatted text has errors\n%s\n--- of\n%s\n--- is\n%s", Render(once, diags2), text, once)
		return
	}
	if a, b := Dump(q), Dump(again); a != b {
		t.Errorf("formatted text has another tree: %s\n--- of\n%s\n--- is\n%s", firstDifference(a, b), text, once)
	}
	if twice := Format(again); twice != once {
		t.Errorf("formatting is not stable: %s\n--- once\n%s\n--- twice\n%s", firstDifference(once, twice), once, twice)
	}
	if a, b := comments(q), comments(again); a != b {
		t.Errorf("comments changed: %s\n--- of\n%s\n--- is\n%s", firstDifference(a, b), text, once)
	}
}

func comments(q *Query) string {
	var b strings.Builder
	for _, c := range q.Comments {
		b.WriteString(strings.TrimRight(q.Text[c.From:c.To], " \t") + "\n")
	}
	return b.String()
}

func firstDifference(a, b string) string {
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(la), len(lb)) {
		if la[i] != lb[i] {
			return fmt.Sprintf("line %d: %q, then %q", i+1, la[i], lb[i])
		}
	}
	return fmt.Sprintf("%d lines, then %d", len(la), len(lb))
}

// checkPlaces checks that all places lie within the text, children within their parents and
// in order, and diagnostics in order.
func checkPlaces(t *testing.T, q *Query, diags []Diagnostic) {
	t.Helper()
	var check func(parent Node)
	check = func(parent Node) {
		last := parent.Pos()
		children(parent, func(c Node) {
			if c.Pos() < last || c.End() < c.Pos() || c.End() > parent.End() {
				t.Errorf("%T [%d,%d) in %T [%d,%d) after %d: %q", c, c.Pos(), c.End(), parent, parent.Pos(), parent.End(),
					last, q.Text)
			}
			last = c.Pos()
			check(c)
		})
	}
	check(q)
	last := 0
	for _, d := range diags {
		if d.Pos < last || d.End < d.Pos || d.End > len(q.Text) {
			t.Errorf("diagnostic %+v out of place in %q", d, q.Text)
		}
		last = d.Pos
	}
	for _, c := range q.Comments {
		if c.From < 0 || c.To > len(q.Text) || !strings.HasPrefix(q.Text[c.From:c.To], "//") {
			t.Errorf("comment %+v in %q", c, q.Text)
		}
	}
}

// TestWalkVisitsAllFields compares Walk with reflection.
func TestWalkVisitsAllFields(t *testing.T) {
	for _, text := range append(sharedQueries(t), allGrammar...) {
		q, _ := Parse(text)
		walked := map[Node]bool{}
		Walk(q, func(n Node) bool {
			walked[n] = true
			return true
		})
		fieldNodes(reflect.ValueOf(q), func(n Node) {
			if !walked[n] {
				t.Fatalf("Walk misses %T in %q", n, text)
			}
			delete(walked, n)
		})
		if len(walked) > 0 {
			t.Fatalf("Walk visits %d nodes too many in %q", len(walked), text)
		}
	}
}

// fieldNodes calls f for all nodes that v holds.
func fieldNodes(v reflect.Value, f func(Node)) {
	switch v.Kind() {
	case reflect.Interface:
		fieldNodes(v.Elem(), f)
	case reflect.Pointer:
		if n, ok := v.Interface().(Node); ok && !v.IsNil() {
			f(n)
			fieldNodes(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fieldNodes(v.Index(i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fieldNodes(v.Field(i), f)
			}
		}
	}
}
