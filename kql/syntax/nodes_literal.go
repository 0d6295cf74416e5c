package syntax

// LiteralKind is the type that a literal's spelling gives it.
type LiteralKind uint8

// The kinds of literals. A string is a *StringLit, a dynamic a *DynamicLit.
const (
	LitBool     LiteralKind = iota // true, bool(false)
	LitInt                         // int(1)
	LitLong                        // 1, 0xff, long(1)
	LitReal                        // 1.5, 1e3, real(nan)
	LitDecimal                     // decimal(1.5)
	LitDateTime                    // datetime(2024-01-31)
	LitTimespan                    // 5m, 1.5d, timespan(1.00:00:00), time(1h)
	LitGUID                        // guid(…)
	LitNull                        // null inside dynamic(…)
)

var literalKindNames = [...]string{"bool", "int", "long", "real", "decimal", "datetime", "timespan", "guid", "null"}

// String is the kind's type as Kusto names it.
func (k LiteralKind) String() string { return literalKindNames[k] }

// Literal is a literal that is neither string nor dynamic.
type Literal struct {
	Span
	Kind LiteralKind
	// Text is the value as written, without the type's name and its parentheses: "2024-01-31"
	// for datetime(2024-01-31), "5m" for 5m. Blanks around it are cut, quotes are kept off.
	// The parser does not check that it makes sense for the kind.
	Text string
	// Null is true for long(null) and its like; Text is then "null".
	Null bool
}

// StringLit is a string literal of any form: 'a', "a", @'a', ```a```, ~~~a~~~, h'a', or
// several of these side by side, which are one string.
type StringLit struct {
	Span
	Value      string // escapes decoded, parts joined
	Obfuscated bool   // an h or H stands before it: not to be shown in logs
	Verbatim   bool   // some part is written @'…'
	Parts      int    // how many literals were joined; at least 1
}

// DynamicLit is `dynamic(value)`.
type DynamicLit struct {
	Span
	// Value is a *DynArray, *DynObject, *Literal, *StringLit or *DynamicLit.
	Value Expr
}

// DynArray is `[a, b]` within a dynamic literal.
type DynArray struct {
	Span
	Elems []Expr
}

// DynObject is `{"name": value}` within a dynamic literal. Names may repeat: the last wins.
type DynObject struct {
	Span
	Pairs []*DynPair
}

// DynPair is one `"name": value`.
type DynPair struct {
	Span
	Name  *StringLit
	Value Expr
}

func (*Literal) expr()    {}
func (*StringLit) expr()  {}
func (*DynamicLit) expr() {}
func (*DynArray) expr()   {}
func (*DynObject) expr()  {}
