package opml.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/// A small language model of chance as a llama2.c checkpoint: width 32, two layers, four heads, 64 positions, the bytes
/// and a few letters as tokens, with its tokenizer behind the weights.
public final class TinyCheckpoint {
  private static final int WIDTH = 32;
  private static final int FEED_FORWARD = 64;
  private static final int LAYERS = 2;
  private static final int HEADS = 4;
  private static final int CONTEXT = 64;
  private static final List<String> PIECES = List.of(" ", "a", "b", "c", " a", "ab");
  private static final int FIRST_PIECE = 3 + 256;
  private static final int VOCABULARY = FIRST_PIECE + 6;

  /// Floats of the embedding, of all layers, of the last norm, and what old files have of rotations.
  private static final int FLOATS =
      VOCABULARY * WIDTH
          + LAYERS * (2 * WIDTH + 4 * WIDTH * WIDTH + 3 * WIDTH * FEED_FORWARD)
          + WIDTH
          + CONTEXT * (WIDTH / HEADS);

  private TinyCheckpoint() {}

  /// Writes a model, and its tokenizer unless somebody wants it without one.
  public static Path write(Path file, long seed, boolean hasTokenizer) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    for (int number : new int[] {WIDTH, FEED_FORWARD, LAYERS, HEADS, HEADS, VOCABULARY, CONTEXT}) {
      out.putInt(number);
    }
    Random random = new Random(seed);
    for (int i = 0; i < FLOATS; i++) {
      out.putFloat((float) random.nextGaussian() / 4);
    }
    if (hasTokenizer) {
      out.putInt(6);
      for (int id = 0; id < VOCABULARY; id++) {
        byte[] text = text(id).getBytes(StandardCharsets.UTF_8);
        out.putFloat(id - VOCABULARY).putInt(text.length).put(text);
      }
    }
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return Files.write(file, bytes);
  }

  private static String text(int id) {
    return switch (id) {
      case 0 -> "<unk>";
      case 1 -> "<s>";
      case 2 -> "</s>";
      default -> id < FIRST_PIECE ? "<0x%02X>".formatted(id - 3) : PIECES.get(id - FIRST_PIECE);
    };
  }
}
