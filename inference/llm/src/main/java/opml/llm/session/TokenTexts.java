package opml.llm.session;

import java.util.Arrays;
import java.util.stream.IntStream;
import opml.llm.forward.VocabularyTable;

/// The texts of a model's tokens, as grammars go along them: each by itself, and all of them as one tree of bytes, in
/// which texts that begin alike share nodes.
///
/// The tree's nodes are in the order of the texts that they stand for, without the root, so that whoever goes over them
/// by rising numbers meets each behind the one above it, and passes over all below one by going on at [#behind]. Tokens
/// that end answers and those without a text are not in it.
///
/// It does not change, and serves all texts of a model.
final class TokenTexts {
  private final byte[] pieces;
  private final int[] ends;
  private final int[] stops;
  private final int longest;

  /// Tokens of the tree, by their texts.
  private final int[] tokens;

  // By node.
  private int nodes;
  private byte[] last;
  private int[] depths;
  private int[] behind;

  /// The first of the node's tokens, of those in the tree.
  private int[] first;

  TokenTexts(VocabularyTable vocabulary) {
    this.pieces = vocabulary.pieces().bytes();
    this.ends = new int[vocabulary.stops().shape().count()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = (int) vocabulary.ends().integer(i);
    }
    this.longest = vocabulary.longest();
    this.stops =
        IntStream.range(0, ends.length)
            .filter(token -> vocabulary.stops().integer(token) != 0)
            .toArray();
    this.tokens =
        IntStream.range(0, ends.length)
            .filter(token -> vocabulary.stops().integer(token) == 0 && from(token) < end(token))
            .boxed()
            .sorted(this::compare)
            .mapToInt(Integer::intValue)
            .toArray();
    int most = pieces.length;
    this.last = new byte[most];
    this.depths = new int[most];
    this.behind = new int[most];
    this.first = new int[most + 1];
    grow();
    this.last = Arrays.copyOf(last, nodes);
    this.depths = Arrays.copyOf(depths, nodes);
    this.behind = Arrays.copyOf(behind, nodes);
    this.first = Arrays.copyOf(first, nodes + 1);
  }

  private int compare(int a, int b) {
    return Arrays.compareUnsigned(pieces, from(a), end(a), pieces, from(b), end(b));
  }

  /// Makes the nodes: a text has those that it does not share with the one before.
  private void grow() {
    int[] open = new int[longest + 1];
    int depth = 0;
    int begin = 0;
    int end = 0;
    for (int i = 0; i < tokens.length; i++) {
      int from = from(tokens[i]);
      int to = end(tokens[i]);
      int other = Arrays.mismatch(pieces, begin, end, pieces, from, to);
      int common = other < 0 ? to - from : other;
      for (; depth > common; depth--) {
        behind[open[depth]] = nodes;
      }
      while (depth < to - from) {
        last[nodes] = pieces[from + depth];
        depth++;
        depths[nodes] = depth;
        first[nodes] = i;
        open[depth] = nodes;
        nodes++;
      }
      begin = from;
      end = to;
    }
    for (; depth > 0; depth--) {
      behind[open[depth]] = nodes;
    }
    first[nodes] = tokens.length;
  }

  /// {@return how many tokens the vocabulary has}
  int count() {
    return ends.length;
  }

  /// {@return bytes of a text, at most}
  int longest() {
    return longest;
  }

  /// {@return where a token's text begins among [#at]}
  int from(int token) {
    return token == 0 ? 0 : ends[token - 1];
  }

  /// {@return where a token's text ends}
  int end(int token) {
    return ends[token];
  }

  /// {@return a byte of the texts, 0 to 255}
  int at(int index) {
    return pieces[index] & 255;
  }

  /// {@return how many tokens end answers}
  int stops() {
    return stops.length;
  }

  /// {@return a token that ends answers}
  int stop(int number) {
    return stops[number];
  }

  /// {@return how many nodes the tree has}
  int nodes() {
    return nodes;
  }

  /// {@return the last byte of a node's text, 0 to 255}
  int last(int node) {
    return last[node] & 255;
  }

  /// {@return how many bytes a node's text has}
  int depth(int node) {
    return depths[node];
  }

  /// {@return the first node behind a node and all below it}
  int behind(int node) {
    return behind[node];
  }

  /// {@return the number of the first token with a node's text, which go up to the first of the next node}
  int first(int node) {
    return first[node];
  }

  /// {@return a token of the tree}
  int token(int number) {
    return tokens[number];
  }
}
