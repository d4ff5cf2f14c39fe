package opml.lab.conformance.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A case as ONNX's backend tests have it: a folder with `model.onnx` and folders `test_data_set_0`, …, each with files
/// `input_0.pb`, … and `output_0.pb`, …, tensors in the order of the model's inputs and outputs.
///
/// @param name of the folder
public record OnnxCase(String name, Path model, List<DataSet> sets) {
  /// What the model is given once, and what it must say.
  public record DataSet(List<Path> inputs, List<Path> outputs) {
    public DataSet {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }
  }

  private static final String MODEL = "model.onnx";
  private static final Pattern SET = Pattern.compile("test_data_set_([0-9]{1,6})");
  private static final Pattern TENSOR = Pattern.compile("(input|output)_([0-9]{1,6})\\.pb");

  public OnnxCase {
    sets = List.copyOf(sets);
  }

  /// {@return all cases in a folder and below, in the order of their paths}
  ///
  /// @throws IOException if a folder cannot be read
  public static List<OnnxCase> below(Path folder) throws IOException {
    List<Path> models;
    try (Stream<Path> files = Files.walk(folder)) {
      models = files.filter(file -> file.endsWith(MODEL)).sorted().toList();
    }
    List<OnnxCase> cases = new ArrayList<>();
    for (Path model : models) {
      Path home = Objects.requireNonNull(model.toAbsolutePath().getParent());
      List<DataSet> sets = new ArrayList<>();
      for (Path set : numbered(home, SET, 1)) {
        sets.add(new DataSet(tensors(set, "input"), tensors(set, "output")));
      }
      cases.add(new OnnxCase(String.valueOf(home.getFileName()), model, sets));
    }
    return cases;
  }

  private static List<Path> tensors(Path set, String kind) throws IOException {
    return numbered(set, TENSOR, 2).stream()
        .filter(file -> String.valueOf(file.getFileName()).startsWith(kind))
        .toList();
  }

  /// {@return what a folder has that is named so, by its numbers}
  private static List<Path> numbered(Path folder, Pattern names, int group) throws IOException {
    record Numbered(int number, Path path) {}
    List<Numbered> found = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        Matcher matcher = names.matcher(String.valueOf(entry.getFileName()));
        if (matcher.matches()) {
          found.add(new Numbered(Integer.parseInt(matcher.group(group)), entry));
        }
      }
    }
    found.sort((a, b) -> Integer.compare(a.number(), b.number()));
    return found.stream().map(Numbered::path).toList();
  }
}
