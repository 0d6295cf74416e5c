// Reads a JSON array of queries from standard input and writes, for each, what
// Microsoft's analyzer says: codes of its errors, those of the parser apart and with
// their places, and the columns of the result. Columns are absent where the result is no table or not
// all of its columns are known. A query that their analyzer dies of has its
// exception instead.
'use strict';
const fs = require('fs');
require('@kusto/language-service-next/bridge.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.js');
const { KustoCode, GlobalState } = Kusto.Language;

const errors = (diagnostics) => Bridge.toArray(diagnostics).filter((d) => d.Severity === 'Error').map((d) => d.Code);

function analyze(text) {
  const code = KustoCode.ParseAndAnalyze(text, GlobalState.Default);
  const result = code.ResultType;
  const answer = {
    syntax: errors(code.GetSyntaxDiagnostics()),
    errors: errors(code.GetDiagnostics()),
    places: Bridge.toArray(code.GetSyntaxDiagnostics()).map((d) => [d.Start, d.End]),
  };
  if (result && Bridge.is(result, Kusto.Language.Symbols.TableSymbol) && !result.IsOpen) {
    answer.columns = Bridge.toArray(result.Columns).map((c) => c.Name + ': ' + c.Type.Name);
  }
  return answer;
}

const queries = JSON.parse(fs.readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(queries.map((text) => {
  try {
    return analyze(text);
  } catch (e) {
    return { died: String(e) };
  }
})));
