package opml.mnist.digit;

/// Shows a digit in a terminal, two rows of pixels per line, without colours: 28 columns by 14 lines, each ended by \n.
public final class DigitArt {
  private static final String SHADES = " .:-=+*#%@";
  private static final int INK = 96;

  private DigitArt() {}

  /// {@return the digit in half blocks, for terminals with Unicode}
  public static String halfBlocks(Digit digit) {
    StringBuilder art = new StringBuilder();
    for (int row = 0; row < Digit.SIDE; row += 2) {
      for (int column = 0; column < Digit.SIDE; column++) {
        boolean upper = digit.pixel(row, column) >= INK;
        boolean lower = digit.pixel(row + 1, column) >= INK;
        art.append(upper ? lower ? '█' : '▀' : lower ? '▄' : ' ');
      }
      art.append('\n');
    }
    return art.toString();
  }

  /// {@return the digit in ten shades of ASCII}
  public static String ascii(Digit digit) {
    StringBuilder art = new StringBuilder();
    for (int row = 0; row < Digit.SIDE; row += 2) {
      for (int column = 0; column < Digit.SIDE; column++) {
        int ink = digit.pixel(row, column) + digit.pixel(row + 1, column);
        art.append(SHADES.charAt(ink * SHADES.length() / (2 * 255 + 1)));
      }
      art.append('\n');
    }
    return art.toString();
  }
}
