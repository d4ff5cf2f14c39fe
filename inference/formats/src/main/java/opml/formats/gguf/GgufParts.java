package opml.formats.gguf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.engine.tensor.Tensor;

/// A model that is split into files, `NAME-00001-of-00003.gguf` and so on. Each says which of how many it is, in
/// `split.no`, counted from 0, and `split.count`; and how many tensors all have together, in `split.tensors.count`. All
/// lie in one folder.
final class GgufParts {
  private static final String NUMBER = "split.no";
  private static final String COUNT = "split.count";
  private static final String TENSORS = "split.tensors.count";

  /// More than any model has. Each may have a head of megabytes.
  private static final int MOST = 1_000;

  private final Path path;
  private final GgufFile given;
  private final int count;
  private final String stem;

  private GgufParts(Path path, GgufFile given, int count) {
    this.path = path;
    this.given = given;
    this.count = count;
    this.stem = stem();
  }

  /// {@return a file as it is, if it is not split}
  ///
  /// @throws MalformedException if it is a part
  static GgufFile single(GgufFile file) {
    int count = count(file);
    if (count > 1) {
      throw new MalformedException(
          "%s: one of %d files that a model is split into; expected all of them in a folder"
              .formatted(file.name(), count));
    }
    return file;
  }

  /// {@return a file with all others that its model is split into}
  ///
  /// @param given what lies at `path`
  static GgufFile all(Path path, GgufFile given) throws IOException {
    int count = count(given);
    return count <= 1 ? given : new GgufParts(path, given, count).all();
  }

  private GgufFile all() throws IOException {
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (!Files.exists(path(i))) {
        missing.add(fileName(i));
      }
    }
    if (!missing.isEmpty()) {
      throw new MalformedException(
          "%s: a model split into %d files, of which are missing: %s"
              .formatted(given.name(), count, Names.list(missing)));
    }
    GgufFile first = part(0);
    Map<String, Tensor> tensors = new LinkedHashMap<>(first.tensors());
    for (int i = 1; i < count; i++) {
      GgufFile part = part(i);
      part.tensors()
          .forEach(
              (name, tensor) -> {
                if (tensors.putIfAbsent(name, tensor) != null) {
                  throw new MalformedException(
                      "%s: tensor %s is in a file before it, too"
                          .formatted(part.name(), Names.shown(name)));
                }
              });
    }
    OptionalLong expected = first.findWhole(TENSORS);
    if (expected.isPresent() && expected.getAsLong() != tensors.size()) {
      throw new MalformedException(
          "%s: %s is %,d, but its %d files have %,d tensors"
              .formatted(first.name(), TENSORS, expected.getAsLong(), count, tensors.size()));
    }
    return new GgufFile(first.name(), first.version(), first.metadata(), tensors);
  }

  /// {@return one part, which says so itself and agrees with the given one}
  private GgufFile part(int index) throws IOException {
    GgufFile part = index == number(given) ? given : GgufReader.readAlone(path(index));
    require(part, NUMBER, index, number(part));
    require(part, COUNT, count, count(part));
    OptionalLong tensors = given.findWhole(TENSORS);
    OptionalLong others = part.findWhole(TENSORS);
    if (tensors.isPresent() && others.isPresent()) {
      require(part, TENSORS, tensors.getAsLong(), others.getAsLong());
    }
    return part;
  }

  private void require(GgufFile part, String key, long expected, long found) {
    if (expected != found) {
      throw new MalformedException(
          "%s: not a part of the same model as %s: expected %s %d, found %d"
              .formatted(part.name(), given.name(), key, expected, found));
    }
  }

  /// {@return what the names of all parts begin with}
  private String stem() {
    String name = path.toAbsolutePath().normalize().getFileName().toString();
    String suffix = suffix(number(given));
    if (!name.endsWith(suffix)) {
      throw new MalformedException(
          "%s: file %d of the %d that its model is split into; expected a name that ends with %s"
              .formatted(given.name(), number(given) + 1, count, suffix));
    }
    return name.substring(0, name.length() - suffix.length());
  }

  private String suffix(int index) {
    return "-%05d-of-%05d.gguf".formatted(index + 1, count);
  }

  private String fileName(int index) {
    return stem + suffix(index);
  }

  private Path path(int index) {
    return path.resolveSibling(fileName(index));
  }

  private static int count(GgufFile file) {
    return (int) bounded(file, COUNT, file.findWhole(COUNT).orElse(1), MOST);
  }

  private static int number(GgufFile file) {
    return (int) bounded(file, NUMBER, file.whole(NUMBER), count(file) - 1);
  }

  private static long bounded(GgufFile file, String key, long found, long most) {
    if (found < 0 || found > most) {
      throw new MalformedException(
          "%s: key %s: expected 0 to %,d, found %,d".formatted(file.name(), key, most, found));
    }
    return found;
  }
}
