package opml.kernels.layout;

/// A tensor (outer, channels, inner) that is quantised, by one scale or one for each channel.
///
/// @param perChannel whether each channel has a scale and a zero point of its own
/// @param unsigned whether the integers are unsigned
public record ChannelAxis(int outer, int channels, int inner, int perChannel, int unsigned) {
  /// {@return which scale and zero point a channel has}
  public int scale(int channel) {
    return perChannel != 0 ? channel : 0;
  }
}
