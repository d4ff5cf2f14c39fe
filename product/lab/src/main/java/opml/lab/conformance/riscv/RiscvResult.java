package opml.lab.conformance.riscv;

import java.util.List;
import java.util.Map;

/// What became of one file.
///
/// @param message what there is to say about a program that did not pass; empty otherwise
/// @param steps instructions executed
/// @param state the last state's commitment; empty if there is none
/// @param agreement per machine what was compared, such as "all", "12 samples", or how it differs
/// @param differences what does not agree; empty if all is well
public record RiscvResult(
    String file,
    RiscvVerdict verdict,
    String message,
    long steps,
    String state,
    Map<String, String> agreement,
    List<String> differences) {
  public RiscvResult {
    agreement = Map.copyOf(agreement);
    differences = List.copyOf(differences);
  }

  public boolean ok() {
    return verdict == RiscvVerdict.PASSED && differences.isEmpty();
  }

  static RiscvResult refused(String file, String message) {
    return new RiscvResult(file, RiscvVerdict.REFUSED, message, 0, "", Map.of(), List.of());
  }
}
