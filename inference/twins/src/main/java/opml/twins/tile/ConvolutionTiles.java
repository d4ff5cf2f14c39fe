package opml.twins.tile;

/// What convolutions have besides products, where there are registers of 512 bits.
///
/// @param end of sums of 8-bit integers
/// @param bytes of planes of 8-bit integers
/// @param floats of planes of floats
public record ConvolutionTiles(
    ByteEndTile end, ByteDepthwiseTile bytes, FloatDepthwiseTile floats) {}
