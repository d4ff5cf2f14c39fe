package opml.agent.chain;

/// What a contract reverted with.
///
/// @param name of the custom error, `Error` for a reason in words, `Panic` for a broken assertion of
///     the compiler's; empty if nobody knows
/// @param data the bytes, selector first; empty if the contract reverted without a word
public record Revert(String name, Values values, Data data) {
  public static Revert unnamed(Data data) {
    return new Revert("", Values.NONE, data);
  }

  /// {@return whether it is this custom error}
  public boolean is(String error) {
    return name.equals(error);
  }

  @Override
  public String toString() {
    if (name.isEmpty()) {
      return data.isEmpty() ? "without a reason" : "with " + Text.shortened(data.toString());
    }
    return switch (name) {
      case "Error" -> "with \"" + Text.shortened(values.text(0)) + "\"";
      case "Panic" -> "with a panic: " + ContractAbi.panic(values.uint(0));
      default -> "with " + name + values;
    };
  }
}
