package opml.lab.bench.onnx;

import java.util.List;

/// What the benchmark of ONNX models found. A figure that was not measured is NaN, and told in `notes`.
///
/// @param cases models with the kernels that are chosen by default, each beside ONNX Runtime
/// @param vectorCases the same without machine code of ours
/// @param commitment what a claim adds
/// @param notes what was not measured, and why
public record OnnxFigures(
    List<Case> cases,
    List<Case> vectorCases,
    List<Cosine> cosine,
    List<Share> commitment,
    Import imported,
    List<String> notes) {
  public OnnxFigures {
    cases = List.copyOf(cases);
    vectorCases = List.copyOf(vectorCases);
    cosine = List.copyOf(cosine);
    commitment = List.copyOf(commitment);
    notes = List.copyOf(notes);
  }

  /// A model on so many threads.
  ///
  /// @param oursMillis a run of ours
  /// @param peerMillis a run of ONNX Runtime's
  /// @param goal of the ratio
  public record Case(String model, int threads, double oursMillis, double peerMillis, double goal) {
    /// {@return how many times as long ONNX Runtime takes}
    public double ratio() {
      return peerMillis / oursMillis;
    }
  }

  /// How close an embedder's vectors are to ONNX Runtime's, and how close those are to each other that it gives with
  /// and without putting nodes together first, as it does by default. Where a float lies between two integers, one bit
  /// decides which it becomes, and nobody has the same bits.
  ///
  /// @param least cosine of all sentences with what the file's own nodes give there
  /// @param reached how many of them reach the goal
  /// @param leastOfPeers the least of ONNX Runtime's two
  public record Cosine(
      String model, int sentences, double least, int reached, double leastOfPeers, double goal) {}

  /// What a claim adds to a run.
  ///
  /// @param runMillis of the model without
  /// @param share of that
  public record Share(String model, double runMillis, double share) {}

  /// A model as a JVM of its own opens it.
  ///
  /// @param megabytes of its file
  /// @param seconds until it can run
  /// @param heapMegabytes that are then in use
  public record Import(double megabytes, double seconds, double heapMegabytes) {
    static final Import NONE = new Import(Double.NaN, Double.NaN, Double.NaN);
  }
}
