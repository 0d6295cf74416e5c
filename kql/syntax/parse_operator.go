package syntax

// operator reads the operator whose word stands here, or nil. It is the one list of all of
// them; how each is read stands beside its node, in the file op_<name>.go.
func (p *parser) operator() Operator {
	if !p.peek().isKeyword() {
		return nil
	}
	defer p.leave()
	if !p.enter() {
		return nil
	}
	switch p.peek() {
	case kwAs:
		return p.as()
	case kwAssertSchema:
		return p.assertSchema()
	case kwConsume:
		return p.consume()
	case kwCount:
		if p.peekAt(1) == kLParen { // the function
			return nil
		}
		return p.count()
	case kwDistinct:
		return p.distinct()
	case kwEvaluate:
		return p.evaluate()
	case kwExecuteAndCache:
		return p.executeAndCache()
	case kwExtend:
		return p.extend()
	case kwFacet:
		return p.facet()
	case kwFilter, kwWhere:
		return p.where()
	case kwFind:
		return p.find()
	case kwFork:
		return p.fork()
	case kwGetSchema:
		return p.getSchema()
	case kwInvoke:
		return p.invoke()
	case kwJoin:
		return p.join()
	case kwLimit, kwTake:
		return p.take()
	case kwLookup:
		return p.lookup()
	case kwMacroExpand:
		return p.macroExpand()
	case kwMakeSeries:
		return p.makeSeries()
	case kwMvApply:
		return p.mvApply()
	case kwMvExpand:
		return p.mvExpand()
	case kwOrder, kwSort:
		return p.sort()
	case kwParse:
		return p.parse()
	case kwParseKv:
		return p.parseKv()
	case kwParseWhere:
		return p.parseWhere()
	case kwPartition:
		return p.partition()
	case kwPartitionBy:
		return p.partitionBy()
	case kwPrint:
		return p.print()
	case kwRange:
		if p.peekAt(1) == kLParen { // the function
			return nil
		}
		return p.rangeOp()
	case kwReduce:
		return p.reduce()
	case kwRender:
		return p.render()
	case kwSample:
		return p.sample()
	case kwSampleDistinct:
		return p.sampleDistinct()
	case kwScan:
		return p.scan()
	case kwSearch:
		return p.search()
	case kwSerialize:
		return p.serialize()
	case kwSummarize:
		return p.summarize()
	case kwTop:
		return p.top()
	case kwTopHitters:
		return p.topHitters()
	case kwTopNested:
		return p.topNested()
	case kwUnion:
		return p.union()
	}
	return p.projectOrGraph()
}

// projectOrGraph is operator for two families.
func (p *parser) projectOrGraph() Operator {
	switch p.peek() {
	case kwProject:
		return p.project()
	case kwProjectAway:
		return p.projectAway()
	case kwProjectByNames:
		return p.projectByNames()
	case kwProjectKeep:
		return p.projectKeep()
	case kwProjectRename:
		return p.projectRename()
	case kwProjectReorder:
		return p.projectReorder()
	case kwMakeGraph:
		return p.makeGraph()
	case kwGraphMarkComponents:
		return p.graphMarkComponents()
	case kwGraphMatch:
		return p.graphMatch()
	case kwGraphShortestPaths:
		return p.graphShortestPaths()
	case kwGraphToTable:
		return p.graphToTable()
	case kwGraphWhereEdges:
		return p.graphWhereEdges()
	case kwGraphWhereNodes:
		return p.graphWhereNodes()
	}
	return nil
}
