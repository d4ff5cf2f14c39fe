/// Grammars of texts: GBNF, as llama.cpp has it, and JSON schemas, both made into one small table that a contract can
/// walk, byte after byte.
///
/// [opml.llm.grammar.GbnfParser] and [opml.llm.grammar.SchemaReader] make [opml.llm.grammar.GrammarRules] of phrases;
/// [opml.llm.grammar.OpenWays] has all ways through them open at once; [opml.llm.grammar.Determinism] leaves one for
/// each byte, and [opml.llm.grammar.TableWriter] writes that down. [opml.llm.grammar.Grammar] is what others use.
package opml.llm.grammar;
