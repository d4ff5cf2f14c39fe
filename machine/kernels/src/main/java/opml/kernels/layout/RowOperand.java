package opml.kernels.layout;

import java.lang.foreign.MemorySegment;

/// An operand that [RowNest] runs over.
///
/// @param row elements from a row to the next; 0 repeats the operand for every row
/// @param step elements from one to the next; 0 repeats one along the row
public record RowOperand(MemorySegment data, int row, int step) {}
