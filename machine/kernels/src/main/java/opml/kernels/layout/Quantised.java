package opml.kernels.layout;

/// How a product of 8-bit integers reads its operands a and b and writes its result y.
///
/// @param aZero zero point of a; likewise the others
/// @param perChannel whether each channel of the result has a multiplier and a shift of its own
/// @param aUnsigned whether the bytes of a and its zero point are unsigned; likewise the others
public record Quantised(
    int aZero, int bZero, int yZero, int perChannel, int aUnsigned, int bUnsigned, int yUnsigned) {}
