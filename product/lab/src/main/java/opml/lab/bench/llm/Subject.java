package opml.lab.bench.llm;

import java.nio.file.Path;

/// A model that is measured, and what should be reached with it. A goal that is NaN is none.
///
/// @param decode goal of writing, as a ratio to llama.cpp
/// @param prompt goal of reading; of models whose context is too short for such a prompt it is not measured
/// @param vector goal of reading without the machine tile; NaN if that is not measured
/// @param checks whether it is measured what checking takes
record Subject(
    String name, Path file, double decode, double prompt, double vector, boolean checks) {
  Subject {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a model without a name");
    }
  }

  boolean hasVectorCase() {
    return !Double.isNaN(vector);
  }
}
