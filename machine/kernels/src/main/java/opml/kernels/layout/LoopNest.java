package opml.kernels.layout;

/// Four nested loops, the outermost first, over a result without gaps.
public record LoopNest(int d0, int d1, int d2, int d3) {}
