package opml.llm.session;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import opml.core.codec.MalformedException;
import opml.core.codec.WholeFile;
import opml.core.hash.Bytes32;
import opml.engine.tensor.Tensor;
import opml.llm.forward.CacheType;
import opml.llm.forward.SessionGraph;
import opml.llm.model.LanguageModel;

/// A text with its keys and values in a file, so that a prompt that was read once need not be read again.
///
/// The file knows whose keys and values they are: by a digest over the model's numbers and all of its weights, since a
/// model that was tuned a little looks like the one that it was made of, and would go on with a text that it has never
/// read. The context may be another one. No bit of an answer depends on whether there is a file, or what is wrong with
/// it.
///
/// Big-endian: eight bytes [#MAGIC]; version, code of the cache's type, number of tokens, of caches, bytes of a row (32
/// bits each); the model's digest; the tokens; of each cache the rows of all tokens, as they lie in memory; SHA-256 of
/// all that.
public final class SessionFile {
  private static final byte[] MAGIC = "opml-kv\n".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int NUMBERS = 5;
  private static final int HEADER = MAGIC.length + NUMBERS * Integer.BYTES + Bytes32.BYTES;
  private static final int BLOCK = 1 << 16;

  /// Of the rotations, what tells the speed of every pair: the second row.
  private static final int ROWS_OF_ANGLES = 2;

  private final Path path;
  private final Bytes32 model;
  private final CacheType cacheType;

  /// What was found in a file.
  public sealed interface Found {
    /// There is no file yet, or one that was only just made and is empty.
    record Nothing() implements Found {}

    /// The session has what the file's text and the prompt have in common.
    ///
    /// @param tokens that both begin with
    record Beginning(int tokens) implements Found {}

    /// It is a file of sessions, but of no use here.
    ///
    /// @param why in words that follow the file's name
    record Unfit(String why) implements Found {}
  }

  /// @param model the [#fingerprint] of it
  SessionFile(Path path, Bytes32 model, CacheType cacheType) {
    this.path = path;
    this.model = model;
    this.cacheType = cacheType;
  }

  /// {@return what a model's keys and values depend on, but for the text}
  static Bytes32 fingerprint(LanguageModel model, SessionGraph session) {
    MessageDigest digest = sha256();
    update(digest, model.hyperparameters().toString());
    Tensor angles = session.graph().slots().get(session.angles()).initial().orElseThrow();
    int rows = Math.min(ROWS_OF_ANGLES, angles.shape().dim(0));
    digest.update(angles.part(0, 0, rows).digest().toArray());
    List<Tensor> tensors = List.copyOf(model.weights().tensors().values());
    List<Bytes32> digests = tensors.parallelStream().map(Tensor::digest).toList();
    int i = 0;
    for (String name : model.weights().tensors().keySet()) {
      update(digest, name + tensors.get(i).type().label() + tensors.get(i).shape());
      digest.update(digests.get(i).toArray());
      i++;
    }
    return Bytes32.of(digest.digest());
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  /// Has a session's text be what the file's text and a prompt begin with. Of a file that is of no use it has none.
  ///
  /// @throws MalformedException if there is another kind of file at this place
  /// @throws IOException if it cannot be read
  public Found restore(Session session, int... prompt) throws IOException {
    session.cut(0);
    try (InputStream file = Files.newInputStream(path)) {
      MessageDigest digest = sha256();
      DigestInputStream hashed =
          new DigestInputStream(new BufferedInputStream(file, BLOCK), digest);
      return read(new DataInputStream(hashed), digest, Files.size(path), session, prompt);
    } catch (NoSuchFileException e) {
      return new Found.Nothing();
    }
  }

  private Found read(
      DataInputStream in, MessageDigest digest, long size, Session session, int... prompt)
      throws IOException {
    if (size == 0) {
      return new Found.Nothing();
    }
    if (size < MAGIC.length || !Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
      throw new MalformedException(
          "%s, offset 0: not a file that keeps prompts, which begins with opml-kv".formatted(path));
    }
    if (size < HEADER + Bytes32.BYTES) {
      return new Found.Unfit("it ends after %,d bytes, within its header".formatted(size));
    }
    int version = in.readInt();
    int type = in.readInt();
    int count = in.readInt();
    int caches = in.readInt();
    int row = in.readInt();
    Bytes32 of = Bytes32.of(in.readNBytes(Bytes32.BYTES));
    List<MemorySegment> own = session.caches(1);
    if (version != VERSION) {
      return new Found.Unfit("it is of version %d, not %d".formatted(version, VERSION));
    }
    if (!of.equals(model)) {
      return new Found.Unfit("it is another model's");
    }
    if (type != cacheType.code()) {
      return new Found.Unfit(
          "it has keys and values of another type than "
              + cacheType.name().toLowerCase(Locale.ROOT));
    }
    if (caches != own.size() || row != own.getFirst().byteSize()) {
      return new Found.Unfit("its header is damaged");
    }
    long expected = HEADER + count * (Integer.BYTES + (long) caches * row) + Bytes32.BYTES;
    if (count < 1 || size != expected) {
      return new Found.Unfit(
          "it has %,d bytes, and %,d are expected for %,d tokens".formatted(size, expected, count));
    }
    int[] text = new int[count];
    for (int i = 0; i < count; i++) {
      text[i] = in.readInt();
    }
    int first = Arrays.mismatch(text, prompt);
    int common = Math.min(first < 0 ? count : first, session.context());
    // Rows behind the text mean nothing, so nothing is spoilt if the last bytes tell that all are
    // wrong.
    byte[] block = new byte[BLOCK];
    for (MemorySegment cache : session.caches(common)) {
      read(in, cache, (long) row * count, block);
    }
    byte[] sum = digest.digest();
    if (!Arrays.equals(sum, in.readNBytes(Bytes32.BYTES))) {
      return new Found.Unfit("it is damaged: its checksum is another");
    }
    session.restore(common, text);
    return new Found.Beginning(common);
  }

  private static void read(DataInputStream in, MemorySegment into, long bytes, byte[] block)
      throws IOException {
    for (long at = 0; at < bytes; at += block.length) {
      int some = (int) Math.min(block.length, bytes - at);
      in.readFully(block, 0, some);
      int wanted = Math.clamp(into.byteSize() - at, 0, some);
      if (wanted > 0) {
        MemorySegment.copy(block, 0, into, ValueLayout.JAVA_BYTE, at, wanted);
      }
    }
  }

  /// Writes or replaces the file: the session's text with its keys and values, whole or not at all.
  ///
  /// @throws IOException if that fails; a file that was there stays
  /// @throws IllegalArgumentException if the text is empty
  public void save(Session session) throws IOException {
    int[] text = session.tokens();
    if (text.length == 0) {
      throw new IllegalArgumentException("an empty text has nothing to be kept");
    }
    WholeFile.write(path, out -> write(out, session, text));
  }

  private void write(OutputStream plain, Session session, int... text) throws IOException {
    MessageDigest digest = sha256();
    DataOutputStream out = new DataOutputStream(new DigestOutputStream(plain, digest));
    List<MemorySegment> caches = session.caches(text.length);
    out.write(MAGIC);
    out.writeInt(VERSION);
    out.writeInt(cacheType.code());
    out.writeInt(text.length);
    out.writeInt(caches.size());
    out.writeInt((int) (caches.getFirst().byteSize() / text.length));
    out.write(model.toArray());
    for (int token : text) {
      out.writeInt(token);
    }
    byte[] block = new byte[BLOCK];
    for (MemorySegment cache : caches) {
      for (long at = 0; at < cache.byteSize(); at += block.length) {
        int some = (int) Math.min(block.length, cache.byteSize() - at);
        MemorySegment.copy(cache, ValueLayout.JAVA_BYTE, at, block, 0, some);
        out.write(block, 0, some);
      }
    }
    out.flush();
    plain.write(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
