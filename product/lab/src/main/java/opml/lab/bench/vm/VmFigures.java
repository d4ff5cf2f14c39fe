package opml.lab.bench.vm;

import java.util.List;
import opml.lab.bench.gas.GasFigures;

/// What `opml bench vm` found.
///
/// @param speeds one a guest; empty without a compiler for them
/// @param agreements one a guest
/// @param warmUp seconds for ten million instructions in a fresh JVM, the slowest guest; NaN without guests
/// @param int8PerMac instructions per multiply-accumulate of our cross-compiler's int8 dense layer
/// @param floatPerMac the same of the float32 dense layer
/// @param missing why some figures are not there
public record VmFigures(
    List<Speed> speeds,
    List<Agreement> agreements,
    double warmUp,
    double int8PerMac,
    double floatPerMac,
    MerkleSpeed merkle,
    Moves moves,
    GasFigures gas,
    List<String> missing) {

  /// {@return whether nothing is wrong, however slow it may be}
  public boolean right() {
    return agreements.stream().allMatch(Agreement::holds);
  }
}
