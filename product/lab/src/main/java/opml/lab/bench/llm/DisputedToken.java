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
      case SAMPLED ->
          Sampling.builder()
              .seed(11)
              .temperature(1.3f)
              .topK(200)
              .topP(0.98f)
              .minP(0.001f)
              .typical(0.99f)
              .repeatLastN(64)
              .repeatPenalty(1.1f)
              .frequencyPenalty(0.1f)
              .presencePenalty(0.1f)
              .build();
      case FORBIDDEN -> Sampling.GREEDY.withGrammar(Grammar.ofGbnf("root ::= [a-z ]+"));
    };
  }
}
