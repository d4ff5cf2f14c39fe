package opml.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A model that has learnt texts by heart: a real checkpoint of llama2.c, in which the token that follows depends on
/// the last one alone. Its layers add nothing; a token's row of the classifier is the embedding of the token before it.
final class ByHeart {
  private static final int WIDTH = 128;
  private static final int FEED_FORWARD = 32;
  private static final int HEADS = 4;
  private static final int FIRST_PIECE = 3 + 256;
  private static final int END = 2;

  private ByHeart() {}

  /// Writes a checkpoint with its tokenizer.
  ///
  /// @param texts in pieces, none of which may be there twice; each is said behind a prompt that ends with a letter,
  ///     and again and again if the last piece is empty
  static Path write(Path file, int context, Map<Character, List<String>> texts) throws IOException {
    List<String> pieces = new ArrayList<>();
    texts.values().stream()
        .flatMap(List::stream)
        .filter(piece -> !piece.isEmpty())
        .forEach(pieces::add);
    int vocabulary = FIRST_PIECE + pieces.size();
    float[][] embedding = new float[vocabulary][WIDTH];
    Random random = new Random(1);
    for (float[] row : embedding) {
      for (int i = 0; i < WIDTH; i++) {
        row[i] = random.nextBoolean() ? 1 : -1;
      }
    }
    float[][] classifier = new float[vocabulary][WIDTH];
    int next = FIRST_PIECE;
    for (Map.Entry<Character, List<String>> text : texts.entrySet()) {
      int before = 3 + text.getKey();
      int follows = END;
      for (String piece : text.getValue()) {
        if (piece.isEmpty()) {
          follows = next - text.getValue().size() + 1;
          break;
        }
        classifier[next] = embedding[before].clone();
        before = next++;
      }
      for (int i = 0; i < WIDTH; i++) {
        classifier[follows][i] += embedding[before][i];
      }
    }
    ByteBuffer out = ByteBuffer.allocate(1 << 21).order(ByteOrder.LITTLE_ENDIAN);
    // A vocabulary below 0 tells that the classifier is not the embedding.
    for (int number : new int[] {WIDTH, FEED_FORWARD, 1, HEADS, HEADS, -vocabulary, context}) {
      out.putInt(number);
    }
    put(out, embedding);
    fill(out, WIDTH, 1); // norm before the attention
    fill(out, 4 * WIDTH * WIDTH, 0);
    fill(out, WIDTH, 1); // norm before the feed-forward part
    fill(out, 3 * WIDTH * FEED_FORWARD, 0);
    fill(out, WIDTH, 1); // the last norm
    fill(out, context * (WIDTH / HEADS), 0); // rotations, which are not read
    put(out, classifier);
    out.putInt(pieces.stream().mapToInt(String::length).max().orElse(1));
    for (int id = 0; id < vocabulary; id++) {
      byte[] text = text(id, pieces).getBytes(StandardCharsets.UTF_8);
      out.putFloat(id - vocabulary).putInt(text.length).put(text);
    }
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return Files.write(file, bytes);
  }

  private static void put(ByteBuffer out, float[]... rows) {
    for (float[] row : rows) {
      for (float each : row) {
        out.putFloat(each);
      }
    }
  }

  private static void fill(ByteBuffer out, int count, float value) {
    for (int i = 0; i < count; i++) {
      out.putFloat(value);
    }
  }

  private static String text(int id, List<String> pieces) {
    return switch (id) {
      case 0 -> "<unk>";
      case 1 -> "<s>";
      case END -> "</s>";
      default -> id < FIRST_PIECE ? "<0x%02X>".formatted(id - 3) : pieces.get(id - FIRST_PIECE);
    };
  }
}
