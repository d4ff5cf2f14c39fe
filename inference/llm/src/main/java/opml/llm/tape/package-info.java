/// What a language model is asked and what it answers on chain, as values: [opml.llm.tape.Request],
/// [opml.llm.tape.Answer]. [opml.kernels.transformer.Tape] has the places of their bytes, and checks them.
package opml.llm.tape;
