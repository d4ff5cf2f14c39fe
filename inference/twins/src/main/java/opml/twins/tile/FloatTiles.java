package opml.twins.tile;

import java.util.Optional;

/// The innermost loops around which vector code stands: of products of floats, and of bytes.
///
/// @param windows where b's vectors are apart, or a table says where, and a is packed
/// @param strips where rows of a are as they are, and b is packed
/// @param bytes of 8-bit integers, whose weights or whose activations are packed by the call
/// @param convolutions what else convolutions have
public record FloatTiles(
    FloatTile windows, StripTile strips, Int8Tile bytes, Optional<ConvolutionTiles> convolutions) {
  /// {@return bytes of a vector}
  public int vectorBytes() {
    return windows.vectorBytes();
  }
}
