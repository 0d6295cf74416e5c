// Package syntax turns KQL text into a tree and back: lexer, parser, nodes, walk, printer,
// formatter and diagnostics.
//
// It promises that Parse always returns a tree that mirrors the text, whatever the text is;
// that every position in the tree is a byte offset within the text; that all errors of a text
// are reported at once; and that it accepts what Microsoft's own parser accepts. It knows
// nothing of functions, tables or types beyond their spelling: that is the binder's work.
//
// Trees are plain data. Nothing in the package keeps state, so all of it may be used
// concurrently; a tree may be read concurrently as long as nobody changes it.
package syntax

// Node is a part of the tree that has a place in the text.
type Node interface {
	// Pos is the byte offset of the node's first character.
	Pos() int
	// End is the byte offset just after the node's last character; End >= Pos. A node that
	// the parser had to make up is empty: End == Pos.
	End() int
}

// Statement is a part of a query between semicolons.
type Statement interface {
	Node
	statement()
}

// Expr is a scalar or tabular expression. Which of both it is, only the binder can say.
type Expr interface {
	Node
	expr()
}

// Operator is a tabular operator: what stands after a pipe, or, for operators that make their
// own rows (print, range, union, find, search, evaluate), at the beginning of a pipe.
type Operator interface {
	Node
	operator()
}

// Span is the place of a node in the text. All nodes embed it.
type Span struct {
	From int // offset of the first byte
	To   int // offset after the last byte
}

// Pos implements Node.
func (s Span) Pos() int { return s.From }

// End implements Node.
func (s Span) End() int { return s.To }

// Query is a whole text: statements separated by semicolons.
type Query struct {
	Span
	Text       string // what was parsed
	Statements []Statement
	Comments   []Comment // in order; the tree itself does not hold them
	Directives []Span    // the # lines before the first statement
	invalid    bool      // the text has errors
}

// Comment is a // comment, without the line end.
type Comment struct {
	Span
}
