package opml.cli.option;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import opml.cli.console.Failure;
import opml.cli.console.Problems;
import opml.core.codec.Names;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.strings.ModelValue;

/// What `--input` and `--output` name of a model that has strings: one file, where there is one value, or `NAME=FILE`
/// for each.
public final class NamedValues {
  private final String what;
  private final List<OnnxValueInfo> declared;
  private final Map<OnnxValueInfo, ValueFile> files = new LinkedHashMap<>();

  private NamedValues(String what, List<OnnxValueInfo> declared) {
    this.what = what;
    this.declared = declared;
  }

  /// {@return the values that files give all inputs}
  ///
  /// @throws Failure that tells all that is wrong
  static Map<String, ModelValue> read(List<String> arguments, List<OnnxValueInfo> inputs) {
    NamedValues named = of("input", arguments, inputs);
    Problems problems = new Problems();
    List<String> missing =
        inputs.stream()
            .filter(one -> !named.files.containsKey(one))
            .map(one -> one.name() + " " + one.describe())
            .toList();
    if (!missing.isEmpty()) {
      problems.misuse("--input: " + Names.list(missing) + " is missing");
    }
    Map<String, ModelValue> values = new LinkedHashMap<>();
    named.files.forEach((one, file) -> problems.of(() -> values.put(one.name(), file.read(one))));
    problems.fail();
    return values;
  }

  /// {@return where outputs go, each of which can be written}
  ///
  /// @throws Failure that tells all that is wrong
  static NamedValues outputs(List<String> arguments, List<OnnxValueInfo> outputs) {
    NamedValues named = of("output", arguments, outputs);
    Problems problems = new Problems();
    named.files.values().forEach(file -> problems.of(file::requireWritable));
    problems.fail();
    return named;
  }

  /// Writes those outputs that are asked for.
  ///
  /// @param written hears of each file
  /// @throws Failure if one cannot be written
  public void write(Map<String, ModelValue> values, Consumer<String> written) {
    files.forEach(
        (one, file) ->
            Optional.ofNullable(values.get(one.name()))
                .ifPresent(
                    value -> {
                      file.write(one.name(), value);
                      written.accept(file.toString());
                    }));
  }

  private static NamedValues of(String what, List<String> arguments, List<OnnxValueInfo> declared) {
    NamedValues named = new NamedValues(what, declared);
    Problems problems = new Problems();
    arguments.forEach(argument -> problems.of(() -> named.add(argument, arguments.size())));
    problems.fail();
    return named;
  }

  private void add(String argument, int count) {
    Optional<OnnxValueInfo> known =
        declared.stream()
            .filter(one -> argument.startsWith(one.name() + "="))
            .max(Comparator.comparingInt(one -> one.name().length()));
    if (known.isEmpty() && (count > 1 || declared.size() != 1)) {
      throw Failure.misuse(
          "--%s %s: expected is NAME=FILE for %s"
              .formatted(
                  what,
                  argument,
                  declared.stream()
                      .limit(20)
                      .map(one -> Names.shown(one.name()) + " " + one.describe())
                      .collect(Collectors.joining(", "))));
    }
    OnnxValueInfo one = known.orElseGet(declared::getFirst);
    String file = known.isPresent() ? argument.substring(one.name().length() + 1) : argument;
    if (file.isEmpty()) {
      throw Failure.misuse("--%s %s: a file is missing".formatted(what, argument));
    }
    if (files.put(one, ValueFile.of(Path.of(file), one)) != null) {
      throw Failure.misuse(
          "--%s: %s is given more than once".formatted(what, Names.shown(one.name())));
    }
  }
}
