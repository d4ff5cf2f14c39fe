package opml.lab.bench.checkout;

/// A test by its name.
///
/// @param place simple name of its class, or of the contract's file of tests
/// @param name of its method or function
public record NamedTest(String place, String name) {
  /// {@return the test of a table's cell, `PLACE#NAME`}
  ///
  /// @throws IllegalStateException if the cell names none: this build is broken
  public static NamedTest of(String cell) {
    String[] parts = cell.split("#", -1);
    if (parts.length != 2) {
      throw new IllegalStateException("not PLACE#TEST: " + cell);
    }
    return new NamedTest(parts[0], parts[1]);
  }

  /// {@return whether it is a test of contracts, which forge runs}
  public boolean isOfContracts() {
    return place.endsWith(".t.sol");
  }

  @Override
  public String toString() {
    return place + "#" + name;
  }
}
