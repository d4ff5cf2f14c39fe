/// From text to the numbers that a language model reads, and back, as the model's file says.
///
/// [opml.llm.tokenizer.Tokenizer] is made of a GGUF file's metadata. It cuts a text at the tokens that stand for
/// themselves ([opml.llm.tokenizer.SpecialTokens]); what lies between goes to the model's
/// [opml.llm.tokenizer.Scheme], of which there are three:
///
/// - [opml.llm.tokenizer.SentencePiece] joins characters, the pair with the best score first;
/// - [opml.llm.tokenizer.ByteBpe] cuts a text into words ([opml.llm.tokenizer.PreTokenizer]) and joins their bytes, the
///   pair that was learnt first first;
/// - [opml.llm.tokenizer.WordPiece] takes the longest known piece of a word, from left to right.
///
/// The first two join by the same loop, [opml.llm.tokenizer.Joins]. Backwards a token is bytes, which need not end
/// where a character does: [opml.llm.tokenizer.StreamDecoder] keeps what is unfinished.
///
/// Which numbers a text has is part of what a model computes, so what is not known for sure is refused and never
/// guessed: a scheme, a rule for words, a vocabulary that disagrees with itself. Where reference implementations differ
/// in corners of Unicode, the model's own published definition counts.
package opml.llm.tokenizer;
