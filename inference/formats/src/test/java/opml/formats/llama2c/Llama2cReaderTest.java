package opml.formats.llama2c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.file.ByteSource;
import org.junit.jupiter.api.Test;

/// Checkpoints whose every weight is a number of its own, counted in the order of the format.
class Llama2cReaderTest {
  private static final int WIDTH = 8;
  private static final int FEED_FORWARD = 12;
  private static final int LAYERS = 2;
  private static final int HEADS = 4;
  private static final int KV_WIDTH = 4;
  private static final int VOCABULARY = 3 + 256 + 2;
  private static final int CONTEXT = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private float next;

  @Test
  void theLegacyFormatHasItsWeightsInItsOrder() throws IOException {
    Map<String, Tensor> tensors = read(legacy(false)).tensors();
    int at = VOCABULARY * WIDTH;
    assertThat(tensors.get("token_embd.weight").shape()).isEqualTo(Shape.of(VOCABULARY, WIDTH));
    begins(tensors, "token_embd.weight", 0);
    begins(tensors, "blk.1.attn_norm.weight", at + WIDTH);
    at += LAYERS * WIDTH;
    begins(tensors, "blk.1.attn_q.weight", at + WIDTH * WIDTH);
    at += LAYERS * WIDTH * WIDTH;
    begins(tensors, "blk.1.attn_k.weight", at + KV_WIDTH * WIDTH);
    at += LAYERS * KV_WIDTH * WIDTH;
    begins(tensors, "blk.0.attn_v.weight", at);
    at += LAYERS * KV_WIDTH * WIDTH;
    begins(tensors, "blk.0.attn_output.weight", at);
    at += LAYERS * WIDTH * WIDTH;
    begins(tensors, "blk.0.ffn_norm.weight", at);
    at += LAYERS * WIDTH;
    begins(tensors, "blk.0.ffn_gate.weight", at);
    at += LAYERS * WIDTH * FEED_FORWARD;
    begins(tensors, "blk.0.ffn_down.weight", at);
    assertThat(tensors.get("blk.0.ffn_down.weight").shape())
        .isEqualTo(Shape.of(WIDTH, FEED_FORWARD));
    at += LAYERS * WIDTH * FEED_FORWARD;
    begins(tensors, "blk.0.ffn_up.weight", at);
    at += LAYERS * WIDTH * FEED_FORWARD;
    begins(tensors, "output_norm.weight", at);
    at += WIDTH + CONTEXT * WIDTH / HEADS;
    begins(tensors, "output.weight", at);
    assertThat(read(legacy(true)).tensors()).doesNotContainKey("output.weight");
  }

  @Test
  void versionOneHasItsNormsFirst() throws IOException {
    Llama2cFile file = read(version(1, 1));
    begins(file.tensors(), "blk.0.attn_norm.weight", 0);
    begins(file.tensors(), "blk.1.ffn_norm.weight", 3 * WIDTH);
    begins(file.tensors(), "output_norm.weight", 4 * WIDTH);
    begins(file.tensors(), "token_embd.weight", 5 * WIDTH);
    begins(file.tensors(), "blk.0.attn_q.weight", (5 + VOCABULARY) * WIDTH);
    assertThat(file.tensors()).containsKey("output.weight");
  }

  @Test
  void versionTwoHasBytesInGroups() throws IOException {
    Map<String, Tensor> tensors = read(version(2, 4)).tensors();
    begins(tensors, "output_norm.weight", 4 * WIDTH);
    float[] embedding = tensors.get("token_embd.weight").floats();
    for (int i = 0; i < embedding.length; i++) {
      assertThat(embedding[i]).isEqualTo((byte) i * (0.1f * (1 + i / 4)));
    }
    Tensor part = tensors.get("token_embd.weight").part(0, 7, 3);
    assertThat(part.floats()).isEqualTo(Arrays.copyOfRange(embedding, 7 * WIDTH, 10 * WIDTH));
  }

  @Test
  void whatIsBehindTheWeightsIsItsTokenizer() throws IOException {
    out.writeBytes(legacy(true));
    out.writeBytes(tokenizer(true));
    Llama2cTokenizer tokenizer = read(out.toByteArray()).tokenizer().orElseThrow();
    assertThat(tokenizer.pieces()).startsWith("<unk>", "<s>", "</s>", "<0x00>");
    assertThat(tokenizer.pieces()).endsWith("<0xFF>", "▁a", "é");
    assertThat(tokenizer.scores()).endsWith(-1f, -2f);
    ByteSource written = new ByteSource.InMemory("tok.bin", tokenizer(false));
    assertThat(Llama2cTokenizer.read(written, 0, VOCABULARY).pieces())
        .isEqualTo(tokenizer.pieces());
    assertThatThrownBy(() -> Llama2cTokenizer.read(written, 0, VOCABULARY + 1))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("score and length of token 261 of 262: expected 8 bytes, and 0 are");
  }

  @Test
  void filesThatAreCutOrChangedAreRefusedOrRead() throws IOException {
    long seed = System.nanoTime();
    System.out.println("Llama2cReaderTest: seed " + seed);
    Random random = new Random(seed);
    out.writeBytes(legacy(true));
    out.writeBytes(tokenizer(false));
    byte[] legacy = out.toByteArray();
    for (byte[] whole : new byte[][] {legacy, version(1, 1), version(2, 4)}) {
      int refused = 0;
      for (int round = 0; round < 500; round++) {
        byte[] changed =
            random.nextBoolean()
                ? whole.clone()
                : Arrays.copyOf(whole, random.nextInt(whole.length));
        int reach = Math.min(changed.length, random.nextBoolean() ? 48 : changed.length);
        for (int i = random.nextInt(3); i > 0 && reach > 0; i--) {
          changed[random.nextInt(reach)] = (byte) random.nextInt();
        }
        try {
          read(changed).tensors().values().forEach(Tensor::data);
        } catch (MalformedException e) {
          assertThat(e).hasMessageStartingWith("m.bin");
          refused++;
        }
      }
      assertThat(refused).as("seed %d", seed).isBetween(1, 499);
    }
  }

  private static void begins(Map<String, Tensor> tensors, String name, float first) {
    assertThat(tensors.get(name).f32(0)).as(name).isEqualTo(first);
    assertThat(tensors.get(name).f32(1)).as(name).isEqualTo(first + 1);
  }

  private static Llama2cFile read(byte[] bytes) throws IOException {
    return Llama2cReader.read(new ByteSource.InMemory("m.bin", bytes));
  }

  private byte[] legacy(boolean shares) {
    out.reset();
    next = 0;
    numbers(shares ? VOCABULARY : -VOCABULARY);
    floats(VOCABULARY * WIDTH + LAYERS * inLayer() + WIDTH + CONTEXT * WIDTH / HEADS);
    floats(shares ? 0 : VOCABULARY * WIDTH);
    return taken();
  }

  private byte[] version(int version, int group) {
    out.reset();
    next = 0;
    little(0x616b3432);
    little(version);
    numbers(VOCABULARY);
    out.write(0); // an own classifier
    little(group);
    out.writeBytes(new byte[256 - out.size()]);
    floats(2 * LAYERS * WIDTH + WIDTH);
    int[] matrices = {WIDTH * WIDTH, KV_WIDTH * WIDTH, KV_WIDTH * WIDTH, WIDTH * WIDTH};
    int feedForward = WIDTH * FEED_FORWARD;
    matrix(version, group, VOCABULARY * WIDTH);
    for (int each : matrices) {
      matrix(version, group, each);
      matrix(version, group, each);
    }
    for (int i = 0; i < 3 * LAYERS; i++) {
      matrix(version, group, feedForward);
    }
    matrix(version, group, VOCABULARY * WIDTH);
    return taken();
  }

  private void matrix(int version, int group, int size) {
    if (version == 1) {
      floats(size);
      return;
    }
    for (int i = 0; i < size; i++) {
      out.write(i);
    }
    for (int i = 0; i < size / group; i++) {
      little(Float.floatToIntBits(0.1f * (1 + i)));
    }
  }

  private static int inLayer() {
    return 2 * WIDTH + 2 * WIDTH * WIDTH + 2 * KV_WIDTH * WIDTH + 3 * WIDTH * FEED_FORWARD;
  }

  private void numbers(int vocabulary) {
    for (int number :
        new int[] {WIDTH, FEED_FORWARD, LAYERS, HEADS, HEADS / 2, vocabulary, CONTEXT}) {
      little(number);
    }
  }

  private byte[] tokenizer(boolean isOld) {
    ByteArrayOutputStream before = new ByteArrayOutputStream();
    before.writeBytes(out.toByteArray());
    out.reset();
    little(6);
    token("<unk>", 0);
    token("\n<s>\n", 0);
    token("\n</s>\n", 0);
    for (int b = 0; b < 256; b++) {
      token(isOld ? Character.toString(b) : "<0x%02X>".formatted(b), 0);
    }
    token(" a", -1);
    token("é", -2);
    byte[] bytes = taken();
    out.writeBytes(before.toByteArray());
    return bytes;
  }

  private void token(String text, float score) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    little(Float.floatToIntBits(score));
    little(bytes.length);
    out.writeBytes(bytes);
  }

  private void floats(int count) {
    for (int i = 0; i < count; i++) {
      little(Float.floatToIntBits(next++));
    }
  }

  private void little(int value) {
    for (int i = 0; i < 4; i++) {
      out.write(value >>> (8 * i));
    }
  }

  private byte[] taken() {
    byte[] bytes = out.toByteArray();
    out.reset();
    return bytes;
  }
}
