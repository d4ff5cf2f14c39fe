package opml.lab.bench.llm;

import java.nio.file.Path;

/// A model that is measured, and what should be reached with it.
///
/// @param decode goal of writing, as a ratio to llama.cpp; NaN if there is none
/// @param prompt goal of reading; NaN if that is not measured
/// @param vector goal of reading without the machine tile; NaN if that is not measured
/// @param checks whether it is measured what checking takes
record BenchedModel(
    String name, Path file, double decode, double prompt, double vector, boolean checks) {
  BenchedModel {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a model without a name");
    }
  }

  boolean hasPrompt() {
    return !Double.isNaN(prompt);
  }

  boolean hasVectorCase() {
    return !Double.isNaN(vector);
  }
}
