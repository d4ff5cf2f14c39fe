package opml.lab.scenario;

import java.util.List;
import opml.engine.commit.Model;
import opml.engine.graph.GraphNode;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.VocabularyTable;
import opml.llm.session.Session;
import opml.llm.tape.TextAnswer;

/// A lie about one token of a language model's answer, the one in its middle.
///
/// @param at the number of the token
/// @param truth what the model chooses there
/// @param told what the liar says
/// @param answer that he claims
public record TokenLie(int at, int truth, int told, TextAnswer answer) {
  /// Says another token and nothing else: what follows is the right answer's, which the node that lies passes, too.
  ///
  /// @param right no longer than a tile
  /// @param told not the token that is there
  public static TokenLie instead(TextAnswer right, int told, VocabularyTable vocabulary, int room) {
    int[] tokens = right.tokens();
    int at = tokens.length / 2;
    int truth = tokens[at];
    if (tokens.length < 1 || tokens.length > CheckGraph.TILE || truth == told) {
      throw new IllegalArgumentException(
          "token %d in place of %d, among %d".formatted(told, truth, tokens.length));
    }
    tokens[at] = told;
    return new TokenLie(at, truth, told, TextAnswer.of(tokens, false, vocabulary, room));
  }

  /// Goes on from another token, one that the model chose elsewhere: all that follows from the lie is honest.
  ///
  /// @param session of the model, which is left with the liar's text
  /// @param room bytes of an answer's tape
  public static TokenLie about(
      Session session, int[] prompt, TextAnswer right, VocabularyTable vocabulary, int room) {
    int[] tokens = right.tokens();
    int at = tokens.length / 2;
    int truth = tokens[at];
    tokens[at] = another(tokens, at, vocabulary);
    session.cut(0);
    int next = session.take(prompt);
    for (int i = 0; i < tokens.length; i++) {
      if (i > at) {
        tokens[i] = next;
      }
      if (i < tokens.length - 1) {
        next = session.take(tokens[i]);
      }
    }
    return new TokenLie(at, truth, tokens[at], TextAnswer.of(tokens, false, vocabulary, room));
  }

  /// {@return a token that is not the one there: one that the model chose before, or, if it always says the same, the
  /// next of the vocabulary that ends nothing}
  private static int another(int[] tokens, int at, VocabularyTable vocabulary) {
    for (int i = at - 1; i >= 0; i--) {
      if (tokens[i] != tokens[at]) {
        return tokens[i];
      }
    }
    int count = vocabulary.stops().shape().count();
    int other = (tokens[at] + 1) % count;
    while (vocabulary.stops().integer(other) != 0) {
      other = (other + 1) % count;
    }
    return other;
  }

  /// {@return what the liar does: the node that compares the token with the one that is chosen passes}
  public Lie lie(Model model) {
    int tile = at / CheckGraph.TILE;
    int seen = 0;
    List<GraphNode> nodes = model.graph().nodes();
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).kernel().name().equals("check.choices") && seen++ == tile) {
        return new Lie.InExit(i);
      }
    }
    throw new IllegalArgumentException("no node of the model checks choice " + at);
  }
}
