/// What a language model is asked and what it answers on chain, as values: [opml.llm.tape.TextRequest],
/// [opml.llm.tape.TextAnswer]. [opml.kernels.transformer.Tape] has the places of their bytes, and checks them.
package opml.llm.tape;
