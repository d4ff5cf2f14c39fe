package opml.kernels.layout;

/// Which scale an element of a tensor (outer, n, inner) has.
///
/// @param block neighbours along the axis that share one, at least 1
/// @param outerStep scales from one outer index to the next
/// @param step scales from one block of the axis to the next
/// @param innerStep scales from one inner index to the next
public record BlockScales(int block, int outerStep, int step, int innerStep) {
  /// {@return the number of an element's scale}
  public int of(int outer, int j, int inner) {
    return outer * outerStep + j / block * step + inner * innerStep;
  }
}
