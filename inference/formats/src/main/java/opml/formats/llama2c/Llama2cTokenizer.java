package opml.formats.llama2c;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import opml.core.codec.MalformedException;
import opml.formats.file.ByteSource;
import opml.formats.file.FileBytes;

/// The vocabulary that llama2.c has in a file of its own: the longest length, and then for each token its score, its
/// length and its bytes. Which token is what follows from its number: unknown, begin, end, the 256 bytes, pieces.
///
/// A byte's text is `<0x0A>`, in old files the character of that number; a space stands for SentencePiece's `▁`.
///
/// @param name what errors call it
/// @param pieces the texts of the tokens as SentencePiece writes them
public record Llama2cTokenizer(String name, List<String> pieces, List<Float> scores) {
  /// The tokens without a text, and the bytes.
  public static final int UNKNOWN = 0;

  public static final int BEGIN = 1;
  public static final int END = 2;
  public static final int FIRST_BYTE = 3;
  public static final int FIRST_PIECE = FIRST_BYTE + 256;

  private static final int MOST_BYTES = 1 << 26;
  private static final int HEAD = 2 * Integer.BYTES;

  public Llama2cTokenizer {
    pieces = List.copyOf(pieces);
    scores = List.copyOf(scores);
    if (pieces.size() != scores.size()) {
      throw new IllegalArgumentException(
          "%d pieces and %d scores".formatted(pieces.size(), scores.size()));
    }
  }

  /// {@return the tokenizer in a file}
  ///
  /// @param vocabulary how many tokens its model has
  /// @throws MalformedException if it is none, or of another vocabulary
  /// @throws IOException if it cannot be read
  public static Llama2cTokenizer read(Path file, int vocabulary) throws IOException {
    try (FileBytes source = FileBytes.of(file.toString(), file)) {
      return read(source, 0, vocabulary);
    }
  }

  /// {@return the tokenizer that a source has from a place on to its end}
  static Llama2cTokenizer read(ByteSource source, long from, int vocabulary) throws IOException {
    long size = source.size() - from;
    if (size > MOST_BYTES) {
      throw new MalformedException(
          "%s, offset %d: a tokenizer has at most %,d bytes, and %,d are there"
              .formatted(source.name(), from, MOST_BYTES, size));
    }
    byte[] bytes = new byte[(int) size];
    source.read(from, MemorySegment.ofArray(bytes));
    return new Reading(source.name(), from, ByteBuffer.wrap(bytes)).tokenizer(vocabulary);
  }

  private record Reading(String name, long from, ByteBuffer in) {
    Reading {
      in.order(ByteOrder.LITTLE_ENDIAN);
    }

    Llama2cTokenizer tokenizer(int vocabulary) {
      require(Integer.BYTES, "a tokenizer");
      in.getInt(); // the longest length, which follows from the others
      List<String> pieces = new ArrayList<>();
      List<Float> scores = new ArrayList<>();
      for (int id = 0; id < vocabulary; id++) {
        require(HEAD, "score and length of token %d of %d".formatted(id, vocabulary));
        scores.add(in.getFloat());
        pieces.add(piece(id, bytes(id)));
      }
      if (in.hasRemaining()) {
        throw malformed(
            "expected the end behind %,d tokens, found %,d bytes more"
                .formatted(vocabulary, in.remaining()));
      }
      return new Llama2cTokenizer(name, pieces, scores);
    }

    private byte[] bytes(int id) {
      int length = in.getInt();
      require(length, "token " + id);
      byte[] bytes = new byte[length];
      in.get(bytes);
      return bytes;
    }

    private String piece(int id, byte[] bytes) {
      return switch (id) {
        case UNKNOWN -> "<unk>";
        case BEGIN -> "<s>";
        case END -> "</s>";
        default -> id < FIRST_PIECE ? byteOf(id, bytes) : text(id, bytes);
      };
    }

    private String byteOf(int id, byte[] bytes) {
      int expected = id - FIRST_BYTE;
      String written = "<0x%02X>".formatted(expected);
      String found = new String(bytes, StandardCharsets.UTF_8);
      if (!found.equals(written) && !found.equals(Character.toString(expected))) {
        throw malformed(
            "token %d: expected %s, found %,d other bytes".formatted(id, written, bytes.length));
      }
      return written;
    }

    private String text(int id, byte[] bytes) {
      try {
        return StandardCharsets.UTF_8
            .newDecoder()
            .decode(ByteBuffer.wrap(bytes))
            .toString()
            .replace(' ', '▁');
      } catch (CharacterCodingException _) {
        throw malformed("token %d: expected UTF-8".formatted(id));
      }
    }

    private void require(int bytes, String what) {
      if (bytes < 0 || bytes > in.remaining()) {
        throw malformed(
            "%s: expected %s bytes, and %,d are left"
                .formatted(what, Integer.toUnsignedString(bytes), in.remaining()));
      }
    }

    private MalformedException malformed(String problem) {
      return new MalformedException(
          "%s, offset %d: %s".formatted(name, from + in.position(), problem));
    }
  }
}
