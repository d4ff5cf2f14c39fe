package opml.twins.call;

/// `add.f32` and `mul.f32`, and others of two operands.
///
/// @param dimensions of y
/// @param a strides of the first operand, 0 where it is repeated
/// @param b strides of the second
public record BroadcastCall(Dimensions dimensions, Dimensions a, Dimensions b) implements TwinCall {

  /// Four numbers, one for each dimension.
  public record Dimensions(int d0, int d1, int d2, int d3) {
    static Dimensions of(long[] s, int at) {
      return new Dimensions((int) s[at], (int) s[at + 1], (int) s[at + 2], (int) s[at + 3]);
    }
  }

  public static BroadcastCall of(long[] s) {
    return new BroadcastCall(Dimensions.of(s, 0), Dimensions.of(s, 4), Dimensions.of(s, 8));
  }

  /// {@return a call of two loops}, as `sub.f32` has it
  public static BroadcastCall rows(long[] s) {
    return new BroadcastCall(
        new Dimensions(1, 1, (int) s[0], (int) s[1]),
        new Dimensions(0, 0, (int) s[2], (int) s[3]),
        new Dimensions(0, 0, (int) s[4], (int) s[5]));
  }

  /// {@return the same with as few and as long inner loops as there can be}: where a dimension continues the one
  /// inside of it in both operands, the two are one
  public BroadcastCall collapsed() {
    int[] d = {dimensions.d0, dimensions.d1, dimensions.d2, dimensions.d3};
    int[] p = {a.d0, a.d1, a.d2, a.d3};
    int[] q = {b.d0, b.d1, b.d2, b.d3};
    int inner = 3;
    for (int i = 2; i >= 0; i--) {
      if (d[inner] == 1) {
        d[inner] = d[i];
        p[inner] = p[i];
        q[inner] = q[i];
      } else if (d[i] == 1
          || p[i] == (long) p[inner] * d[inner] && q[i] == (long) q[inner] * d[inner]) {
        d[inner] *= d[i];
      } else {
        inner--;
        d[inner] = d[i];
        p[inner] = p[i];
        q[inner] = q[i];
      }
    }
    for (int i = 0; i < inner; i++) {
      d[i] = 1;
      p[i] = 0;
      q[i] = 0;
    }
    return new BroadcastCall(
        new Dimensions(d[0], d[1], d[2], d[3]),
        new Dimensions(p[0], p[1], p[2], p[3]),
        new Dimensions(q[0], q[1], q[2], q[3]));
  }

  @Override
  public long[] extents() {
    return new long[] {
      extent(a),
      extent(b),
      Extent.dense(4, dimensions.d0, dimensions.d1, dimensions.d2, dimensions.d3)
    };
  }

  private long extent(Dimensions strides) {
    return Extent.of(
        4,
        dimensions.d0,
        strides.d0,
        dimensions.d1,
        strides.d1,
        dimensions.d2,
        strides.d2,
        dimensions.d3,
        strides.d3);
  }
}
