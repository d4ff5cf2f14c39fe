package opml.lab.bench.llm;

import java.util.Map;
import java.util.Optional;
import opml.lab.bench.llm.LlmFigures.Test;

/// A model that is measured, and what should be reached with it.
///
/// @param bytes of its file, about
/// @param goals the tests that it takes, each with its goal; NaN if there is none
record BenchedModel(String name, long bytes, Map<Test, Double> goals) {
  BenchedModel {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a model without a name");
    }
    goals = Map.copyOf(goals);
  }

  /// {@return the goal of a test, if the model takes it}
  Optional<Double> goal(Test test) {
    return Optional.ofNullable(goals.get(test));
  }
}
