package syntax

// kind is what the parser sees of a token: each punctuation mark and each word that the
// grammar knows has its own.
type kind uint8

const (
	kEOF kind = iota
	kBad
	kDirective
	kIdent

	// Literals.
	kString
	kBool
	kLong
	kReal
	kInt
	kDecimal
	kTimespan
	kDateTime
	kGUID
	kRawGUID

	// Punctuation.
	kLParen
	kRParen
	kLBracket
	kRBracket
	kLBrace
	kRBrace
	kBar
	kLessBar
	kPlus
	kMinus
	kStar
	kSlash
	kPercent
	kDot
	kDotDot
	kBang
	kLess
	kLessEqual
	kGreater
	kGreaterEqual
	kEqual
	kEqualEqual
	kBangEqual
	kLessGreater
	kColon
	kSemicolon
	kComma
	kEqualTilde
	kBangTilde
	kAt
	kQuestion
	kFatArrow

	// kReserved is any word that the grammar does not use but that cannot be a name either.
	kReserved
	// kWord is any word that the grammar does not use and that can be a name.
	kWord

	// Words of the grammar. All kinds from here on are keywords.
	kwAccess
	kwAlias
	kwAnd
	kwAs
	kwAsc
	kwAssertSchema
	kwBetween
	kwBin
	kwBy
	kwConsume
	kwContains
	kwContainsCS
	kwContextualDataTable
	kwCount
	kwDatabase
	kwDataFormat
	kwDataScope
	kwDataTable
	kwDateTimePattern
	kwDeclare
	kwDefault
	kwDesc
	kwDistinct
	kwDynamic
	kwEdges
	kwEndsWith
	kwEndsWithCS
	kwEntityGroup
	kwEvaluate
	kwExecuteAndCache
	kwExtend
	kwExternalData
	kwFacet
	kwFilter
	kwFind
	kwFirst
	kwFork
	kwFrom
	kwGetSchema
	kwGrannyAsc
	kwGrannyDesc
	kwGraphMarkComponents
	kwGraphMatch
	kwGraphShortestPaths
	kwGraphToTable
	kwGraphWhereEdges
	kwGraphWhereNodes
	kwHas
	kwHasAll
	kwHasAny
	kwHasCS
	kwHasPrefix
	kwHasPrefixCS
	kwHasSuffix
	kwHasSuffixCS
	kwID
	kwIn
	kwInTilde
	kwInlineExternalTable
	kwInvoke
	kwJoin
	kwKind
	kwLast
	kwLet
	kwLike
	kwLikeCS
	kwLimit
	kwLookup
	kwMacroExpand
	kwMakeGraph
	kwMakeSeries
	kwMatchesRegex
	kwMaterialize
	kwMaterializedViewCombine
	kwMvApply
	kwMvExpand
	kwNodes
	kwNotBetween
	kwNotContains
	kwNotContainsCS
	kwNotEndsWith
	kwNotEndsWithCS
	kwNotHas
	kwNotHasCS
	kwNotHasPrefix
	kwNotHasPrefixCS
	kwNotHasSuffix
	kwNotHasSuffixCS
	kwNotIn
	kwNotInTilde
	kwNotLike
	kwNotLikeCS
	kwNotStartsWith
	kwNotStartsWithCS
	kwNull
	kwNulls
	kwOf
	kwOn
	kwOptional
	kwOr
	kwOrder
	kwOthers
	kwOutput
	kwPack
	kwParse
	kwParseKv
	kwParseWhere
	kwPartition
	kwPartitionBy
	kwPartitionedBy
	kwPathFormat
	kwPattern
	kwPrint
	kwProject
	kwProjectAway
	kwProjectByNames
	kwProjectKeep
	kwProjectRename
	kwProjectReorder
	kwProjectSmart
	kwQueryParameters
	kwRange
	kwReduce
	kwRender
	kwRestrict
	kwSample
	kwSampleDistinct
	kwScan
	kwSearch
	kwSerialize
	kwSet
	kwSort
	kwStartsWith
	kwStartsWithCS
	kwStep
	kwSummarize
	kwTake
	kwTo
	kwTop
	kwTopHitters
	kwTopNested
	kwToScalar
	kwToTable
	kwTypeOf
	kwUnderscoreProjectAway
	kwUnion
	kwView
	kwWhere
	kwWith
	kwWithNodeID
	kwWithSource
)

// isKeyword says whether a token of this kind is a word that Kusto gives a meaning.
func (k kind) isKeyword() bool { return k >= kReserved }

// wordClass says where a keyword may stand for a name.
type wordClass uint8

const (
	nameNever wordClass = iota
	// nameDeclared words are names only where nothing but a name can stand: before =, before
	// a colon, and within patterns.
	nameDeclared
	// nameAlways words are names wherever they do not begin their own construct.
	nameAlways
)
