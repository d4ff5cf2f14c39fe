package opml.lab.bench.llm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import opml.lab.bench.BenchException;
import opml.lab.bench.llm.LlmFigures.Greedy;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModel;
import opml.llm.tokenizer.Tokenizer;

/// Compares the tokens that we choose with those that llama2.c and llama.cpp have chosen, which were written down.
///
/// Where we choose another one, the logits of both tell why: an order of sums moves a logit by some 1e-5 of itself, so
/// two that are as near as that may change places, and nothing else may.
final class GreedyTexts {
  private static final String BEGINNING = "Once upon a time";

  /// llama2.c was told to go 256 steps, each of which has a token behind it.
  private static final int TOKENS = 257;

  private static final String IDS = "tinyllama-1.1b-chat.greedy.txt";

  private final Path data;
  private final OpenedModel subject;

  GreedyTexts(Path data, OpenedModel subject) {
    this.data = data;
    this.subject = subject;
  }

  Greedy compare(Sides sides) throws IOException {
    if (subject.name().equals("TinyLlama")) {
      return tokens(sides);
    }
    // llama2.c keeps keys and values as it has them.
    sides.keep(CacheType.F32);
    try {
      return text(sides);
    } finally {
      sides.keep(CacheType.F16);
    }
  }

  private String read(String name) throws IOException {
    Path file = data.resolve(name);
    if (!Files.exists(file)) {
      throw new BenchException(file + " is not there");
    }
    return Files.readString(file);
  }

  private Greedy text(Sides sides) throws IOException {
    String expected = read(subject.name() + ".bin.greedy256.txt").strip();
    LanguageModel model = subject.language();
    Tokenizer tokenizer = model.tokenizer().orElseThrow();
    int[] prompt = tokenizer.encode(BEGINNING, true, false);
    int[] all = joined(prompt, sides.ours().greedy(TOKENS - prompt.length, prompt));
    if (decoded(tokenizer, all).startsWith(expected)) {
      return new Greedy(subject.name(), true, all.length - prompt.length, 0, 0, "");
    }
    int equal = prompt.length;
    while (equal < all.length - 1
        && expected.startsWith(decoded(tokenizer, Arrays.copyOf(all, equal + 1)))) {
      equal++;
    }
    int[] before = Arrays.copyOf(all, equal);
    int[] right =
        IntStream.range(0, tokenizer.size())
            .filter(token -> goesOn(tokenizer, expected, before, token))
            .toArray();
    int other = sides.ours().likeliest(right, before);
    double[] logits = DoubleReference.logits(model, before);
    return new Greedy(
        subject.name(),
        false,
        equal - prompt.length,
        sides.ours().gap(all[equal], other, before),
        logits[all[equal]] - logits[other],
        "a forward pass in double");
  }

  private static boolean goesOn(Tokenizer tokenizer, String expected, int[] before, int token) {
    String text = decoded(tokenizer, joined(before, token));
    return text.length() > decoded(tokenizer, before).length() && expected.startsWith(text);
  }

  private static String decoded(Tokenizer tokenizer, int... tokens) {
    return tokenizer.decode(tokens, false).strip();
  }

  private static int[] joined(int[] first, int... second) {
    int[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private Greedy tokens(Sides sides) throws IOException {
    List<int[]> lists =
        read(IDS)
            .lines()
            .filter(line -> line.contains("["))
            .map(line -> line.substring(line.indexOf('[') + 1, line.indexOf(']')))
            .map(list -> Arrays.stream(list.split(",", -1)).mapToInt(Integer::parseInt).toArray())
            .toList();
    int[] prompt = lists.get(0);
    int[] expected = lists.get(1);
    int[] found = sides.ours().greedy(expected.length, prompt);
    int common = Arrays.mismatch(expected, found);
    if (common < 0) {
      return new Greedy(subject.name(), true, expected.length, 0, 0, "");
    }
    int[] before = joined(prompt, Arrays.copyOf(found, common));
    return new Greedy(
        subject.name(),
        false,
        common,
        sides.ours().gap(found[common], expected[common], before),
        sides.peer().gap(found[common], expected[common], before),
        "llama.cpp");
  }
}
