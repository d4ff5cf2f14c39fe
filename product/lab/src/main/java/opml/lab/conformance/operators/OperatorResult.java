package opml.lab.conformance.operators;

import java.util.List;

/// How an operator fared.
///
/// @param operator its name
/// @param cases random nodes that were imported and run
/// @param nodes of their graphs
/// @param instructions that the machine took for them
/// @param steps that were judged singly, from their witness
/// @param speed the time of the reference kernels divided by that of the fastest twins, over larger nodes; 0 where
///     no kernel computes it, or no time was measured
/// @param differences what did not agree
public record OperatorResult(
    String operator,
    int cases,
    long nodes,
    long instructions,
    long steps,
    double speed,
    List<String> differences) {
  public OperatorResult {
    differences = List.copyOf(differences);
  }

  /// {@return whether all agreed}
  public boolean ok() {
    return differences.isEmpty();
  }
}
