package opml.formats.onnx.file;

/// Models as bytes, with constants that our writer never writes.
public final class RawModels {
  static final int FLOAT = OnnxType.FLOAT.code();

  private RawModels() {}

  /// {@return a model `y = x + c` of floats, whose constant is this tensor}
  static byte[] sum(int count, RawMessage constant) {
    return model(sumGraph(count).with(5, constant));
  }

  /// {@return a model `y = x + c` of `count` floats that lie in another file}
  public static byte[] externalSum(int count, String location) {
    return sum(count, external("c", FLOAT, entry("location", location), count));
  }

  /// {@return the same, with constants from a byte of the other file on}
  public static byte[] externalSum(int count, String location, long offset) {
    return sum(
        count,
        external("c", FLOAT, entry("location", location), count)
            .with(13, entry("offset", Long.toString(offset))));
  }

  /// {@return a model `y = x + c`, with constants beside it that nobody could read, and a node that reads them}
  public static byte[] sumAndDamagedConstants() {
    return model(
        sumGraph(1)
            .with(5, tensor("c", FLOAT, 1).with(9, new byte[4]))
            .with(5, tensor("half", OnnxType.FLOAT16.code(), 1).with(9, new byte[2]))
            .with(5, tensor("short", FLOAT, 1000).with(9, new byte[1]))
            .with(5, external("away", FLOAT, entry("location", "/dev/zero"), 1))
            .with(
                1, new RawMessage().with(1, "half").with(1, "short").with(2, "z").with(4, "Add")));
  }

  /// {@return the graph without its constants}
  static RawMessage sumGraph(int count) {
    return new RawMessage()
        .with(1, new RawMessage().with(1, "x").with(1, "c").with(2, "y").with(4, "Add"))
        .with(2, "g")
        .with(11, value("x", count))
        .with(12, value("y", count));
  }

  static byte[] model(RawMessage graph) {
    return head().with(7, graph).toBytes();
  }

  /// {@return what stands before the graph}
  static RawMessage head() {
    return new RawMessage().with(1, 8).with(8, new RawMessage().with(2, 13));
  }

  /// {@return a tensor without data}
  static RawMessage tensor(String name, int type, long... dims) {
    return new RawMessage().withPacked(1, dims).with(2, type).with(8, name);
  }

  static RawMessage external(String name, int type, RawMessage entry, long... dims) {
    return tensor(name, type, dims).with(13, entry).with(14, 1);
  }

  static RawMessage entry(String key, String value) {
    return new RawMessage().with(1, key).with(2, value);
  }

  /// {@return the declaration of an input or output of floats}
  static RawMessage value(String name, int... dims) {
    RawMessage shape = new RawMessage();
    for (int dim : dims) {
      shape.with(1, new RawMessage().with(1, dim));
    }
    RawMessage type = new RawMessage().with(1, FLOAT).with(2, shape);
    return new RawMessage().with(1, name).with(2, new RawMessage().with(1, type));
  }
}
