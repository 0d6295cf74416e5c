package syntax

// BinaryOp is the operator of a BinaryExpr.
type BinaryOp uint8

// The binary operators.
const (
	OpAdd             BinaryOp = iota // +
	OpSub                             // -
	OpMul                             // *
	OpDiv                             // /
	OpMod                             // %
	OpAnd                             // and
	OpOr                              // or
	OpEq                              // ==
	OpNe                              // != <>
	OpLt                              // <
	OpLe                              // <=
	OpGt                              // >
	OpGe                              // >=
	OpEqTilde                         // =~
	OpNeTilde                         // !~
	OpHas                             // has
	OpNotHas                          // !has
	OpHasCS                           // has_cs
	OpNotHasCS                        // !has_cs
	OpHasPrefix                       // hasprefix
	OpNotHasPrefix                    // !hasprefix
	OpHasPrefixCS                     // hasprefix_cs
	OpNotHasPrefixCS                  // !hasprefix_cs
	OpHasSuffix                       // hassuffix
	OpNotHasSuffix                    // !hassuffix
	OpHasSuffixCS                     // hassuffix_cs
	OpNotHasSuffixCS                  // !hassuffix_cs
	OpContains                        // contains
	OpNotContains                     // !contains notcontains
	OpContainsCS                      // contains_cs containscs
	OpNotContainsCS                   // !contains_cs notcontainscs
	OpStartsWith                      // startswith
	OpNotStartsWith                   // !startswith
	OpStartsWithCS                    // startswith_cs
	OpNotStartsWithCS                 // !startswith_cs
	OpEndsWith                        // endswith
	OpNotEndsWith                     // !endswith
	OpEndsWithCS                      // endswith_cs
	OpNotEndsWithCS                   // !endswith_cs
	OpMatchesRegex                    // matches regex
	OpLike                            // like
	OpNotLike                         // notlike
	OpLikeCS                          // likecs
	OpNotLikeCS                       // notlikecs
	OpColon                           // : (search term in a column)
)

var binaryOpNames = [...]string{
	"+", "-", "*", "/", "%", "and", "or", "==", "!=", "<", "<=", ">", ">=", "=~", "!~",
	"has", "!has", "has_cs", "!has_cs", "hasprefix", "!hasprefix", "hasprefix_cs", "!hasprefix_cs",
	"hassuffix", "!hassuffix", "hassuffix_cs", "!hassuffix_cs",
	"contains", "!contains", "contains_cs", "!contains_cs",
	"startswith", "!startswith", "startswith_cs", "!startswith_cs",
	"endswith", "!endswith", "endswith_cs", "!endswith_cs",
	"matches regex", "like", "notlike", "likecs", "notlikecs", ":",
}

// String is the operator as Kusto's documentation spells it.
func (op BinaryOp) String() string { return binaryOpNames[op] }

// InOp is the operator of an InExpr.
type InOp uint8

// The operators with a list on their right.
const (
	OpIn         InOp = iota // in
	OpNotIn                  // !in
	OpInTilde                // in~
	OpNotInTilde             // !in~
	OpHasAny                 // has_any
	OpHasAll                 // has_all
)

var inOpNames = [...]string{"in", "!in", "in~", "!in~", "has_any", "has_all"}

// String is the operator as Kusto spells it.
func (op InOp) String() string { return inOpNames[op] }
