package opml.twins.call;

/// What a byte may hold.
final class Bytes {
  private Bytes() {}

  static boolean holds(int value, boolean unsigned) {
    return unsigned ? value >= 0 && value <= 255 : value >= -128 && value <= 127;
  }
}
