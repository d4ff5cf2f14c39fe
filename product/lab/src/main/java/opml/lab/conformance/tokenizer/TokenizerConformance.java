package opml.lab.conformance.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.formats.gguf.GgufReader;
import opml.llm.tokenizer.Tokenizer;

/// A file's tokenizer on the texts beside it, as llama.cpp's tests have them: `FILE.inp` has texts with a line
/// `__ggml_vocab_test__` after each, `FILE.out` a line of ids for each. The ids are those of the texts alone, without
/// what a model wants before and behind them.
public final class TokenizerConformance {
  private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

  private TokenizerConformance() {}

  /// What a comparison found.
  ///
  /// @param tokens of the vocabulary
  /// @param differences in the order of the texts
  public record Report(int tokens, int texts, List<TokenizerDifference> differences) {
    public Report {
      differences = List.copyOf(differences);
    }

    public boolean passes() {
      return differences.isEmpty();
    }
  }

  /// Compares all texts.
  ///
  /// @throws MalformedException if a file is not what it should be
  /// @throws opml.formats.refusal.ImportException if we do not have this tokenizer
  /// @throws IOException if a file cannot be read
  public static Report run(Path file) throws IOException {
    Tokenizer tokenizer = Tokenizer.of(GgufReader.read(file));
    Path inputs = beside(file, ".inp");
    Path outputs = beside(file, ".out");
    List<String> texts = texts(inputs);
    List<List<Integer>> ids = ids(outputs);
    if (texts.size() != ids.size()) {
      throw new MalformedException(
          "%s has %,d texts, and %s %,d lines; expected is a line a text"
              .formatted(inputs, texts.size(), outputs, ids.size()));
    }
    List<TokenizerDifference> differences = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      List<Integer> got =
          Arrays.stream(tokenizer.encode(texts.get(i), false, false)).boxed().toList();
      if (!got.equals(ids.get(i))) {
        differences.add(new TokenizerDifference(i + 1, texts.get(i), got, ids.get(i)));
      }
    }
    return new Report(tokenizer.size(), texts.size(), differences);
  }

  private static Path beside(Path file, String ending) throws NoSuchFileException {
    Path beside = file.resolveSibling(file.getFileName() + ending);
    if (!Files.exists(beside)) {
      throw new NoSuchFileException(beside.toString());
    }
    return beside;
  }

  private static List<String> texts(Path file) throws IOException {
    String all = Files.readString(file);
    List<String> texts = new ArrayList<>(List.of(all.split(SEPARATOR, -1)));
    if (texts.getLast().isEmpty()) {
      texts.removeLast();
    }
    if (texts.isEmpty()) {
      throw new MalformedException(file + ": there is no text in it");
    }
    return texts;
  }

  private static List<List<Integer>> ids(Path file) throws IOException {
    List<List<Integer>> ids = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      try {
        ids.add(
            Arrays.stream(line.split(" ", -1))
                .filter(id -> !id.isEmpty())
                .map(Integer::parseInt)
                .toList());
      } catch (NumberFormatException _) {
        throw new MalformedException(
            "%s, line %d: expected numbers, found '%s'"
                .formatted(file, ids.size() + 1, Names.shown(line)));
      }
    }
    return ids;
  }
}
