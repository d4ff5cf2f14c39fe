package opml.lab.conformance.bits;

/// What a model gave in one JVM, with so many threads and inputs.
///
/// @param jvm the options that made the JVM differ
/// @param asked which kernels were asked for
/// @param ran the best of them that the JVM has: without vector instructions or a machine tile, they are others
/// @param outputs the hash of all outputs
/// @param states the hash of all final states
public record BitsCell(
    String jvm, String asked, String ran, int threads, int batch, String outputs, String states) {
  /// {@return whether another cell has the same bits}
  boolean agrees(BitsCell other) {
    return outputs.equals(other.outputs) && states.equals(other.states);
  }
}
