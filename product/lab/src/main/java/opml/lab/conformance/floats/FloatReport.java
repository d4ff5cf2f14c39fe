package opml.lab.conformance.floats;

import java.util.List;

/// What a comparison found.
///
/// @param special cases of special operands only, all combinations
/// @param random other cases, or a file's lines
/// @param onMachine how many of all these ran on the machine, too
/// @param skipped lines whose result IEEE 754 leaves open
/// @param misses cases with a wrong result; of random cases, natively and on the machine counted apart
/// @param first the results of the first of them
public record FloatReport(
    FloatFunction function,
    long special,
    long random,
    long onMachine,
    long skipped,
    long misses,
    List<Miss> first,
    double seconds) {
  public FloatReport {
    first = List.copyOf(first);
  }

  public boolean passes() {
    return misses == 0;
  }
}
