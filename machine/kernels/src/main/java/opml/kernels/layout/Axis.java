package opml.kernels.layout;

/// One axis of a tensor (outer, n, inner).
public record Axis(int outer, int n, int inner) {}
