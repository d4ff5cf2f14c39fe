package opml.lab.bench.llm;

import opml.llm.grammar.Grammar;
import opml.llm.tape.Sampling;

/// What a dispute about an answer is about: how the token was chosen that the liar says another one for.
public enum DisputedToken {
  /// The most likely one.
  LIKELIEST,

  /// By chance, with all samplers that there are.
  SAMPLED,

  /// The most likely one that a grammar allows; the liar says one that it forbids.
  FORBIDDEN;

  /// The token of the byte that is an exclamation mark, in vocabularies of SentencePiece's kind.
  static final int OUTSIDE = LlamaKeys.FIRST_BYTE + '!';

  /// {@return how the tokens of the answer are chosen}
  Sampling sampling() {
    return switch (this) {
      case LIKELIEST -> Sampling.GREEDY;
      case SAMPLED -> new Sampling(11, 1.3f, 200, 0.98f, 0.001f, 0.99f, 64, 1.1f, 0.1f, 0.1f);
      case FORBIDDEN -> Sampling.GREEDY.withGrammar(Grammar.ofGbnf("root ::= [a-z ]+"));
    };
  }
}
