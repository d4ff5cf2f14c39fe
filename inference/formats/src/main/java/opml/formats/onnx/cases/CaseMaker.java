package opml.formats.onnx.cases;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.HalfFloats;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.kernels.cases.RandomBytes;

/// Makes random nodes, which operators describe by what may vary.
public final class CaseMaker {
  private final SplittableRandom random;
  private final RandomBytes data;
  private final int lastOpset;
  private final int scale;

  /// @param seed of all that follows
  /// @param lastOpset the last version of the operator set
  /// @param scale how large tensors are: at 1, some tens of elements, which the machine computes at once
  public CaseMaker(long seed, int lastOpset, int scale) {
    this.random = new SplittableRandom(seed);
    this.data = new RandomBytes(random);
    this.lastOpset = lastOpset;
    this.scale = scale;
  }

  /// {@return a node to be, of a version of the operator set that has the operator}
  public Draft node(int since) {
    return new Draft(between(since, lastOpset));
  }

  /// {@return a number from `least` to `most`}
  public int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  /// {@return true, once in so many times}
  public boolean oneIn(int times) {
    return random.nextInt(times) == 0;
  }

  /// {@return one of the values}
  @SafeVarargs
  public final <T> T one(T... values) {
    return values[random.nextInt(values.length)];
  }

  /// {@return one of the types that there are operators for}
  public ElementType type() {
    return one(ElementType.computed().toArray(ElementType[]::new));
  }

  /// {@return a dimension of 1 to 5, times the scale}
  public int size() {
    return between(1, 5 * scale);
  }

  /// {@return the dimensions of a tensor with so many axes, its last ones the larger ones}
  public int[] dims(int rank) {
    int[] dims = new int[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = i >= rank - 2 ? size() : between(1, 3);
    }
    return dims;
  }

  /// {@return f32 numbers, special ones among them}
  public Tensor floats(int... dims) {
    return tensor(ElementType.F32, dims);
  }

  /// {@return one positive scale, as quantised tensors have it, or a list of them}
  public Tensor scales(int... dims) {
    float[] scales = new float[Shape.of(dims).count()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (float) Math.scalb(1 + random.nextDouble(), between(-8, -3));
    }
    return Tensor.ofFloats(Shape.of(dims), scales);
  }

  /// {@return a tensor of a type that there are operators for}
  public Tensor tensor(ElementType type, int... dims) {
    Shape shape = Shape.of(dims);
    int count = shape.count();
    return Tensor.ofBytes(
        type,
        shape,
        switch (type) {
          case F32 -> data.floats(count);
          case BOOL -> bits(count);
          default -> data.bytes(Tensor.byteSize(type, shape));
        });
  }

  /// {@return whole numbers from `least` to `most`, of a type that can have them}
  public Tensor whole(ElementType type, int least, int most, int... dims) {
    Shape shape = Shape.of(dims);
    ByteBuffer bytes =
        ByteBuffer.allocate((int) Tensor.byteSize(type, shape)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      int value = between(least, most);
      switch (type) {
        case F32 -> bytes.putFloat(value);
        case F64 -> bytes.putDouble(value);
        case F16 -> bytes.putShort(HalfFloats.binary16(value));
        case BF16 -> bytes.putShort(HalfFloats.bfloat16(value));
        case I16, U16 -> bytes.putShort((short) value);
        case I32, U32 -> bytes.putInt(value);
        case I64, U64 -> bytes.putLong(value);
        case BOOL -> bytes.put((byte) (value & 1));
        default -> bytes.put((byte) value);
      }
    }
    return Tensor.ofBytes(type, shape, bytes.array());
  }

  private byte[] bits(int count) {
    byte[] bits = data.bytes(count);
    for (int i = 0; i < count; i++) {
      bits[i] &= 1;
    }
    return bits;
  }

  /// A node to be.
  public final class Draft {
    private final int opset;
    private final List<OperatorCase.Operand> operands = new ArrayList<>();
    private final List<OnnxAttribute> attributes = new ArrayList<>();
    private int outputs = 1;

    private Draft(int opset) {
      this.opset = opset;
    }

    public int opset() {
      return opset;
    }

    /// {@return inputs so far}
    public int operands() {
      return operands.size();
    }

    /// The node has so many outputs, all of them the model's.
    public Draft outputs(int count) {
      outputs = count;
      return this;
    }

    /// The next input is one of the model's.
    public Draft given(Tensor value) {
      operands.add(new OperatorCase.Operand.Given(value));
      return this;
    }

    /// The next input is a constant.
    public Draft constant(Tensor value) {
      operands.add(new OperatorCase.Operand.Constant(value));
      return this;
    }

    /// The next input is one or the other.
    public Draft either(Tensor value) {
      return oneIn(2) ? given(value) : constant(value);
    }

    /// The next input is left out.
    public Draft absent() {
      operands.add(new OperatorCase.Operand.Absent());
      return this;
    }

    public Draft integer(String name, long value) {
      attributes.add(new OnnxAttribute.IntValue(name, value));
      return this;
    }

    public Draft flag(String name, boolean value) {
      return integer(name, value ? 1 : 0);
    }

    public Draft integers(String name, int... values) {
      long[] longs = new long[values.length];
      for (int i = 0; i < values.length; i++) {
        longs[i] = values[i];
      }
      attributes.add(OnnxAttribute.Ints.of(name, longs));
      return this;
    }

    public Draft real(String name, float value) {
      attributes.add(new OnnxAttribute.FloatValue(name, value));
      return this;
    }

    public Draft reals(String name, float... values) {
      List<Float> all = new ArrayList<>();
      for (float value : values) {
        all.add(value);
      }
      attributes.add(new OnnxAttribute.Floats(name, all));
      return this;
    }

    public Draft texts(String name, String... values) {
      attributes.add(new OnnxAttribute.Texts(name, List.of(values)));
      return this;
    }

    public Draft text(String name, String value) {
      attributes.add(new OnnxAttribute.Text(name, value));
      return this;
    }

    public Draft tensor(String name, Tensor value) {
      attributes.add(new OnnxAttribute.TensorValue(name, value));
      return this;
    }

    public OperatorCase end() {
      return new OperatorCase(opset, operands, attributes, outputs);
    }
  }
}
