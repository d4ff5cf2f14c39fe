package opml.formats.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.StoredBytes;
import opml.formats.file.TensorTable.Entry;
import org.junit.jupiter.api.Test;

class TensorTableTest {
  private static final ByteSource FILE = file(1000);

  @Test
  void tensorsOfEveryTypeLieInAnyOrderAtAnyAlignment() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    List<Entry> entries = new ArrayList<>();
    long at = 0;
    for (ElementType type : ElementType.values()) {
      List<Long> dims = List.of(random.nextLong(4), 3L * type.blockElements());
      at += random.nextLong(3);
      entries.add(new Entry(type.label(), type, dims, at, type.byteSize(dims)));
      at += type.byteSize(dims);
    }
    Collections.shuffle(entries, new Random(seed));
    ByteSource.InMemory file = file(Math.toIntExact(at));
    TensorTable table = TensorTable.of(file, entries);
    for (Entry entry : entries) {
      StoredBytes stored = table.bytes(entry.name());
      assertThat(stored.name()).isEqualTo("model.bin, " + entry.name());
      byte[] read = new byte[Math.toIntExact(stored.byteSize())];
      stored.read(0, MemorySegment.ofArray(read));
      int from = Math.toIntExact(entry.offset());
      assertThat(read)
          .as("%s, seed %d", entry, seed)
          .isEqualTo(Arrays.copyOfRange(file.bytes(), from, from + read.length));
    }
    assertThatThrownBy(() -> table.bytes("other")).hasMessage("no tensor other");
  }

  @Test
  void anEmptyTensorLiesAnywhereInside() {
    for (long at : new long[] {0, 7, 1000}) {
      Entry full = new Entry("full", ElementType.U8, List.of(1000L), 0, 1000);
      Entry empty = new Entry("empty", ElementType.F32, List.of(3L, 0L), at, 0);
      assertThat(TensorTable.of(FILE, List.of(full, empty)).bytes("empty").byteSize()).isZero();
    }
    refused(
        "model.bin: w at 1001: expected 0 bytes from 1001 on, but the file has 1000",
        new Entry("w", ElementType.F32, List.of(0L), 1001, 0));
  }

  @Test
  void whatDoesNotLieInsideIsRefused() {
    refused(
        "model.bin: w at 997: expected 4 bytes from 997 on, but the file has 1000",
        new Entry("w", ElementType.F32, List.of(), 997, 4));
    refused(
        "model.bin: w at 9223372036854775807: expected 4 bytes from 9223372036854775807 on,"
            + " but the file has 1000",
        new Entry("w", ElementType.F32, List.of(), Long.MAX_VALUE, 4));
    refused(
        "model.bin: w at -4: 4 bytes from -4 on: neither may be negative",
        new Entry("w", ElementType.F32, List.of(), -4, 4));
    refused(
        "model.bin: w at 0: -4 bytes from 0 on: neither may be negative",
        new Entry("w", ElementType.F32, List.of(), 0, -4));
  }

  @Test
  void bytesAreAsManyAsTypeAndDimensionsNeed() {
    refused(
        "model.bin: w at 0: q4_k 2x512 has 576 bytes, but 1024 are declared",
        new Entry("w", ElementType.Q4_K, List.of(2L, 512L), 0, 1024));
    refused(
        "model.bin: w at 0: f16 scalar has 2 bytes, but 4 are declared",
        new Entry("w", ElementType.F16, List.of(), 0, 4));
    refused(
        "model.bin: w at 0: a row of 128 elements is no whole number of blocks of 256, as q6_k has them",
        new Entry("w", ElementType.Q6_K, List.of(256L, 128L), 0, 26_880));
    refused(
        "model.bin: w at 0: more than 2^63 - 1 elements or bytes: [4294967296, 2147483648]",
        new Entry("w", ElementType.U8, List.of(1L << 32, 1L << 31), 0, 0));
    refused(
        "model.bin: w at 0: negative dimension in [-1]",
        new Entry("w", ElementType.U8, List.of(-1L), 0, 1));
  }

  @Test
  void tensorsAreApartOrTied() {
    TensorTable tied = TensorTable.of(FILE, List.of(bytes("a", 10, 5), bytes("b", 10, 5)));
    assertThat(tied.bytes("b").byteSize()).isEqualTo(5);
    refused(
        "model.bin: a at 14: its 5 bytes overlap the 5 of b at 10",
        bytes("a", 14, 5),
        bytes("b", 10, 5));
    // inside, from the same place on, and behind one that lies inside
    refused(
        """
        model.bin: 3 things are wrong with its tensors:
          long at 0: its 100 bytes overlap the 20 of short at 0
          inside at 30: its 5 bytes overlap the 100 of long at 0
          behind at 60: its 60 bytes overlap the 100 of long at 0""",
        bytes("behind", 60, 60),
        bytes("inside", 30, 5),
        bytes("long", 0, 100),
        bytes("short", 0, 20));
  }

  @Test
  void namesStandOnceAndAllFaultsAreTold() {
    refused(
        """
        model.bin: 4 things are wrong with its tensors:
          a at 40: the name is taken by the tensor at 0
          b\\u000Ac at 990: expected 20 bytes from 990 on, but the file has 1000
          d at 0: f64 1 has 8 bytes, but 4 are declared
          a at 40: its 8 bytes overlap the 50 of a at 0""",
        bytes("a", 0, 50),
        bytes("a", 40, 8),
        bytes("b\nc", 990, 20),
        new Entry("d", ElementType.F64, List.of(1L), 0, 4));
  }

  @Test
  void aTableOfNothingButFaultsIsToldInAMessageThatCanBeRead() {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      entries.add(bytes("t" + i, i % 500, 501));
    }
    assertThatThrownBy(() -> TensorTable.of(FILE, entries))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("model.bin: 499 things are wrong with its tensors:\n")
        .hasMessageEndingWith("\n  and 399 more");
  }

  private static Entry bytes(String name, long offset, long count) {
    return new Entry(name, ElementType.U8, List.of(count), offset, count);
  }

  private static ByteSource.InMemory file(int size) {
    byte[] bytes = new byte[size];
    new Random(1).nextBytes(bytes);
    return new ByteSource.InMemory("model.bin", bytes);
  }

  private static void refused(String message, Entry... entries) {
    assertThatThrownBy(() -> TensorTable.of(FILE, List.of(entries)))
        .isInstanceOf(MalformedException.class)
        .hasMessage(message);
  }
}
