package opml.kernels.layout;

import java.lang.foreign.MemorySegment;

/// What makes 8-bit integers of accumulators.
///
/// @param multiplier of each channel, or one for all, an int
/// @param shift of each channel, or one for all, an int
/// @param bias of each channel, an int that the accumulator begins with
public record Scales(MemorySegment multiplier, MemorySegment shift, MemorySegment bias) {}
