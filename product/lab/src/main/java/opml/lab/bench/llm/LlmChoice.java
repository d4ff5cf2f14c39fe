package opml.lab.bench.llm;

import java.util.Set;
import opml.lab.bench.llm.LlmFigures.Test;

/// What is measured.
///
/// @param quick the smallest models alone
/// @param seven a model with seven billion weights, too
/// @param only names of models; empty for all
/// @param tests of each model; empty for all
public record LlmChoice(boolean quick, boolean seven, Set<String> only, Set<Test> tests) {
  private static final Set<String> SMALL = Set.of("stories260K", "stories15M");

  public LlmChoice {
    only = Set.copyOf(only);
    tests = Set.copyOf(tests);
  }

  boolean has(BenchedModel model) {
    String name = model.name();
    boolean named = only.isEmpty() || only.contains(name);
    return named && (!quick || SMALL.contains(name)) && !leavesOut(model);
  }

  /// {@return whether a model is left out only because nobody asked for it by its size}
  boolean leavesOut(BenchedModel model) {
    return !seven && !only.contains(model.name()) && model.name().equals(ModelFiles.SEVEN);
  }

  boolean has(Test test) {
    return tests.isEmpty() || tests.contains(test);
  }
}
