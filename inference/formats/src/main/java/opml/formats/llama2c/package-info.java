/// The checkpoints of llama2.c, versions 0 to 2, and its tokenizers: [opml.formats.llama2c.Llama2cReader] makes a
/// [opml.formats.llama2c.Llama2cFile] of the one and [opml.formats.llama2c.Llama2cTokenizer] of the other.
///
/// A checkpoint is a header of seven numbers and then all weights in one order without names. The tensors are named
/// here as GGUF files name them, so that whoever reads weights knows one set of names.
///
/// The formats are those of `export.py` and `tokenizer.py` of that project.
package opml.formats.llama2c;
