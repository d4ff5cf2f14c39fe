package opml.lab.conformance.bits;

/// What a model gave in one JVM, with so many threads and inputs.
///
/// @param jvm the options that made the JVM differ
/// @param kernels which kernels were asked for
/// @param outputs the hash of all outputs
/// @param states the hash of all final states
public record BitsCell(
    String jvm, String kernels, int threads, int batch, String outputs, String states) {
  /// {@return whether another cell has the same bits, for as many inputs}
  boolean agrees(BitsCell other) {
    return batch != other.batch || outputs.equals(other.outputs) && states.equals(other.states);
  }
}
