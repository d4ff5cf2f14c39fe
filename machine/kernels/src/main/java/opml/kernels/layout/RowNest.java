package opml.kernels.layout;

/// Two nested loops over a result without gaps: rows, and the elements of a row.
public record RowNest(int rows, int count) {}
