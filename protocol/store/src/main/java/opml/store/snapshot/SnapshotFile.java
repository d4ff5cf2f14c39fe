package opml.store.snapshot;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import opml.core.codec.ByteReader;
import opml.core.codec.MalformedException;
import opml.core.codec.WholeFile;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.LogEntry;
import opml.hub.EventSubject;
import opml.store.EndedRequest;
import opml.store.Store;
import opml.store.StoreException;
import opml.store.StoreIdentity;
import opml.store.StoredEvent;

/// The events of a hub up to a final block, as a file: a header, rows with their lengths before them, and the root over
/// all of it, in which each row is hashed together with the root of those before.
///
/// The root says that the file is whole, not that it is true. Whoever takes one over compares the header's block with a
/// chain; ids are recomputed from the logs; and what is at stake is compared with the hub's views, as always. Payments
/// are somebody's own and are not in it.
public final class SnapshotFile {
  /// What a file says of itself.
  ///
  /// @param block up to which it goes, which was final
  /// @param events how many there are
  /// @param ended how many requests are over and have a row only
  public record Header(StoreIdentity identity, BlockRef block, long events, long ended) {}

  private static final byte[] MAGIC = "opml snapshot 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int PAGE = 1000;

  private SnapshotFile() {}

  /// Writes what a store has up to its final block, while nobody changes it. The file is there as a whole or not at
  /// all.
  ///
  /// @return the root
  /// @throws IllegalStateException if nothing is final
  public static Bytes32 write(Store store, Path file) throws IOException {
    BlockRef block =
        store
            .projection()
            .finalised()
            .orElseThrow(() -> new IllegalStateException("no block of the store is final yet"));
    List<EndedRequest> ended = store.projection().ended(0, block.number());
    long[] events = {0};
    forEachLog(store, block, _ -> events[0]++);
    Bytes32[] root = {Bytes32.ZERO};
    WholeFile.write(
        file,
        bytes -> {
          Writer writer = new Writer(new DataOutputStream(bytes));
          writer.out.write(MAGIC);
          writer.row(SnapshotRows.bytes(store.identity(), block, events[0], ended.size()));
          for (EndedRequest row : ended) {
            writer.row(SnapshotRows.bytes(row));
          }
          forEachLog(store, block, log -> writer.row(SnapshotRows.bytes(log)));
          writer.out.write(writer.root.toArray());
          writer.out.flush();
          root[0] = writer.root;
        });
    return root[0];
  }

  /// What is done with each log.
  @FunctionalInterface
  private interface LogTask {
    void take(LogEntry log) throws IOException;
  }

  private static void forEachLog(Store store, BlockRef upTo, LogTask task) throws IOException {
    long block = -1;
    long index = -1;
    while (true) {
      List<StoredEvent> page = store.projection().after(block, index, PAGE);
      for (StoredEvent event : page) {
        if (event.block() > upTo.number()) {
          return;
        }
        task.take(event.log());
      }
      if (page.isEmpty()) {
        return;
      }
      block = page.getLast().block();
      index = page.getLast().index();
    }
  }

  /// Reads a whole file, to say what it is.
  ///
  /// @throws MalformedException if it is damaged, or no snapshot
  public static Header check(Path file) throws IOException {
    try (Reader reader = new Reader(file)) {
      reader.ended();
      while (reader.hasNext()) {
        reader.next();
      }
      reader.end();
      return reader.header;
    }
  }

  /// Fills an empty store with a file that [#check] has read, in one transaction.
  ///
  /// @param subjects says of a log what it is about, from its values
  /// @throws MalformedException if the file is damaged, or no snapshot
  /// @throws StoreException.Foreign if it is of another hub or chain
  /// @throws IllegalStateException if the store is not empty
  public static Header read(Store store, Path file, Function<LogEntry, EventSubject> subjects)
      throws IOException {
    try (Reader reader = new Reader(file)) {
      Header header = reader.header;
      if (!header.identity().equals(store.identity())) {
        throw new StoreException.Foreign(
            "%s is a snapshot of %s, not of %s"
                .formatted(file, header.identity(), store.identity()));
      }
      List<EndedRequest> ended = reader.ended();
      store.projection().restore(header.block(), () -> events(reader, subjects), ended);
      return header;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Iterator<StoredEvent> events(
      Reader reader, Function<LogEntry, EventSubject> subjects) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        boolean hasNext = reader.hasNext();
        if (!hasNext) {
          // Before the last event is committed: all or nothing.
          reader.endUnchecked();
        }
        return hasNext;
      }

      @Override
      public StoredEvent next() {
        LogEntry log = reader.nextUnchecked();
        return new StoredEvent(log, subjects.apply(log));
      }
    };
  }

  /// Writes rows, and hashes them.
  private static final class Writer {
    private final DataOutputStream out;
    private Bytes32 root = Bytes32.ZERO;

    Writer(DataOutputStream out) {
      this.out = out;
    }

    void row(byte[] row) throws IOException {
      out.writeInt(row.length);
      out.write(row);
      root = Keccak.node(root, Keccak.hash(row));
    }
  }

  /// Reads rows, and hashes them.
  private static final class Reader implements AutoCloseable {
    private final Path file;
    private final DataInputStream in;
    private final Header header;
    private long left;
    private long number;
    private long events;
    private Bytes32 root = Bytes32.ZERO;

    Reader(Path file) throws IOException {
      this.file = file;
      this.left = Files.size(file) - MAGIC.length;
      this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
      try {
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
          throw new MalformedException(file + " is not a snapshot of opml that is known here");
        }
        this.header = row(SnapshotRows::header);
        this.events = header.events();
      } catch (IOException | RuntimeException e) {
        in.close();
        throw e;
      }
    }

    private <T> T row(Function<ByteReader, T> parser) throws IOException {
      String place = "%s, row %d".formatted(file, number++);
      try {
        int length = in.readInt();
        left -= Integer.BYTES + (long) length;
        if (length < 0 || left < Bytes32.BYTES) {
          throw new MalformedException(place + ": it is cut off, or no row has such a length");
        }
        byte[] row = in.readNBytes(length);
        root = Keccak.node(root, Keccak.hash(row));
        return parser.apply(new ByteReader(place, row));
      } catch (EOFException e) {
        throw new MalformedException(place + ": the file ends here");
      } catch (IllegalArgumentException e) {
        throw new MalformedException(place + ": " + e.getMessage());
      }
    }

    List<EndedRequest> ended() throws IOException {
      List<EndedRequest> ended = new ArrayList<>();
      for (long i = 0; i < header.ended(); i++) {
        ended.add(row(SnapshotRows::ended));
      }
      return ended;
    }

    boolean hasNext() {
      return events > 0;
    }

    LogEntry next() throws IOException {
      if (!hasNext()) {
        throw new NoSuchElementException("there are no more rows");
      }
      events--;
      return row(SnapshotRows::log);
    }

    LogEntry nextUnchecked() {
      try {
        return next();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /// Compares the root, and insists that nothing is left over.
    void end() throws IOException {
      byte[] last = in.readNBytes(Bytes32.BYTES);
      if (last.length != Bytes32.BYTES || in.read() >= 0) {
        throw new MalformedException(file + " does not end behind its root");
      }
      if (!Bytes32.of(last).equals(root)) {
        throw new MalformedException(
            "%s is damaged: its root is %s, and that of its rows is %s"
                .formatted(file, Bytes32.of(last), root));
      }
    }

    void endUnchecked() {
      try {
        end();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
