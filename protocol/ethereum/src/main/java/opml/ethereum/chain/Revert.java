package opml.ethereum.chain;

/// What a contract reverted with.
///
/// @param name of the custom error, `Error` for a reason in words, `Panic` for a broken assertion of the compiler's;
///     empty if nobody knows
/// @param words what it says, as people read it
/// @param data the bytes, selector first; empty if the contract reverted without a word
public record Revert(String name, String words, Data data) {
  public static Revert unnamed(Data data) {
    return new Revert(
        "", data.isEmpty() ? "without a reason" : "with " + Text.shortened(data.toString()), data);
  }

  /// {@return whether it is this custom error}
  public boolean is(String error) {
    return name.equals(error);
  }

  @Override
  public String toString() {
    return words;
  }
}
