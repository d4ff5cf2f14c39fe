package opml.llm.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.llm.GgufWriter;

/// A small model of chance as a GGUF file: width 32, two layers, four heads over two, a feed-forward part of 64.
public final class TinyLlama {
  static final int WIDTH = 32;
  static final int LAYERS = 2;
  static final int FEED_FORWARD = 64;
  static final int KV_WIDTH = 16;
  static final int HEAD_WIDTH = 8;

  private static final int HEADS = 4;
  private static final int KV_HEADS = 2;
  private static final int WIDE = 32;
  static final int VOCABULARY = 3 + 256 + 4;

  private TinyLlama() {}

  /// {@return a model whose numbers are about as large as those of real ones}
  ///
  /// @param matrices F32, F16, Q8_0 or Q4_0
  public static byte[] calm(String family, ElementType matrices, Random random) {
    return of(family, matrices, random).changed(TinyLlama::calmed).bytes();
  }

  /// {@return [#calm] of Qwen3's architecture, with heads as wide as the blocks of a cache of Q8_0}
  public static byte[] wideHeads(ElementType matrices, Random random) {
    String family = "qwen3";
    GgufWriter writer = of(family, matrices, random);
    for (String width : List.of("key_length", "value_length")) {
      writer.number(family + ".attention." + width, WIDE);
    }
    for (int layer = 0; layer < LAYERS; layer++) {
      String at = "blk.%d.".formatted(layer);
      matrix(writer, at + "attn_q.weight", matrices, random, HEADS * WIDE, WIDTH);
      matrix(writer, at + "attn_k.weight", matrices, random, KV_HEADS * WIDE, WIDTH);
      matrix(writer, at + "attn_v.weight", matrices, random, KV_HEADS * WIDE, WIDTH);
      matrix(writer, at + "attn_output.weight", matrices, random, WIDTH, HEADS * WIDE);
      vector(writer, at + "attn_q_norm.weight", random, WIDE);
      vector(writer, at + "attn_k_norm.weight", random, WIDE);
    }
    return writer.changed(TinyLlama::calmed).bytes();
  }

  /// {@return [#calm] of floats, with zeros in place of a matrix}
  public static byte[] hollow(String family, String name, Random random) {
    GgufWriter writer = of(family, ElementType.F32, random).changed(TinyLlama::calmed);
    Tensor matrix = writer.tensor(name);
    Tensor zeros = Tensor.ofFloats(matrix.shape(), new float[matrix.shape().count()]);
    return writer.tensor(name, zeros).bytes();
  }

  private static Tensor calmed(Tensor tensor) {
    byte[] bytes = tensor.bytes();
    ByteBuffer numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    ElementType type = tensor.type();
    boolean isNorm = tensor.shape().rank() == 1;
    for (int at = 0; at < bytes.length; at += type.blockBytes()) {
      // Of what is there already, so that nothing else is of chance.
      float small = bytes[at] / 256f;
      switch (type) {
        case F32 -> numbers.putFloat(at, isNorm ? 1 + small : small);
        case F16 -> numbers.putShort(at, Float.floatToFloat16(small));
        default ->
            numbers.putShort(at, Float.floatToFloat16(type == ElementType.Q8_0 ? 0.003f : 0.04f));
      }
    }
    return Tensor.ofBytes(type, tensor.shape(), bytes);
  }

  /// {@return a file with all that a model of a family has, and a tokenizer}
  static GgufWriter of(String family, ElementType matrices, Random random) {
    GgufWriter writer = numbers(family);
    tokenizer(writer);
    matrix(writer, "token_embd.weight", matrices, random, VOCABULARY, WIDTH);
    for (int layer = 0; layer < LAYERS; layer++) {
      String at = "blk.%d.".formatted(layer);
      vector(writer, at + "attn_norm.weight", random, WIDTH);
      matrix(writer, at + "attn_q.weight", matrices, random, WIDTH, WIDTH);
      matrix(writer, at + "attn_k.weight", matrices, random, KV_WIDTH, WIDTH);
      matrix(writer, at + "attn_v.weight", matrices, random, KV_WIDTH, WIDTH);
      matrix(writer, at + "attn_output.weight", matrices, random, WIDTH, WIDTH);
      if (family.equals("qwen2")) {
        vector(writer, at + "attn_q.bias", random, WIDTH);
        vector(writer, at + "attn_k.bias", random, KV_WIDTH);
        vector(writer, at + "attn_v.bias", random, KV_WIDTH);
      }
      if (family.equals("qwen3")) {
        vector(writer, at + "attn_q_norm.weight", random, HEAD_WIDTH);
        vector(writer, at + "attn_k_norm.weight", random, HEAD_WIDTH);
      }
      vector(writer, at + "ffn_norm.weight", random, WIDTH);
      matrix(writer, at + "ffn_gate.weight", matrices, random, FEED_FORWARD, WIDTH);
      matrix(writer, at + "ffn_up.weight", matrices, random, FEED_FORWARD, WIDTH);
      matrix(writer, at + "ffn_down.weight", matrices, random, WIDTH, FEED_FORWARD);
    }
    vector(writer, "output_norm.weight", random, WIDTH);
    matrix(writer, "output.weight", matrices, random, VOCABULARY, WIDTH);
    return writer;
  }

  private static GgufWriter numbers(String family) {
    return new GgufWriter()
        .text("general.architecture", family)
        .text("general.name", "Tiny")
        .number(family + ".context_length", 128)
        .number(family + ".embedding_length", WIDTH)
        .number(family + ".block_count", LAYERS)
        .number(family + ".feed_forward_length", FEED_FORWARD)
        .number(family + ".attention.head_count", HEADS)
        .number(family + ".attention.head_count_kv", KV_HEADS)
        .real(family + ".attention.layer_norm_rms_epsilon", 1e-6f)
        .real(family + ".rope.freq_base", 500_000);
  }

  private static void tokenizer(GgufWriter writer) {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    List<Integer> types = new ArrayList<>(List.of(2, 3, 3));
    for (int b = 0; b < 256; b++) {
      tokens.add("<0x%02X>".formatted(b));
      types.add(6);
    }
    for (String piece : List.of("▁", "a", "b", "▁a")) {
      tokens.add(piece);
      types.add(1);
    }
    List<Float> scores = new ArrayList<>();
    tokens.forEach(token -> scores.add(-(float) scores.size()));
    writer
        .text("tokenizer.ggml.model", "llama")
        .texts("tokenizer.ggml.tokens", tokens)
        .ints("tokenizer.ggml.token_type", types)
        .floats("tokenizer.ggml.scores", scores);
  }

  private static void vector(GgufWriter writer, String name, Random random, int size) {
    float[] floats = new float[size];
    for (int i = 0; i < size; i++) {
      floats[i] = (float) random.nextGaussian();
    }
    writer.tensor(name, Tensor.ofFloats(Shape.of(size), floats));
  }

  private static void matrix(
      GgufWriter writer, String name, ElementType type, Random random, int rows, int columns) {
    Shape shape = Shape.of(rows, columns);
    byte[] bytes = new byte[(int) Tensor.byteSize(type, shape)];
    random.nextBytes(bytes);
    // Floats of chance may be endless, so what has them gets others.
    ByteBuffer finite = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (type == ElementType.F32) {
      for (int at = 0; at < bytes.length; at += Float.BYTES) {
        finite.putFloat(at, (float) random.nextGaussian() / 4);
      }
    } else if (type == ElementType.Q8_0) {
      for (int at = 0; at < bytes.length; at += type.blockBytes()) {
        finite.putShort(at, Float.floatToFloat16(0.25f / (64 + random.nextInt(64))));
      }
    }
    writer.tensor(name, Tensor.ofBytes(type, shape, bytes));
  }
}
