package opml.formats.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.StoredBytes;
import opml.engine.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileBytesTest {
  private static final int SIZE = 3_000_001;

  @TempDir private Path folder;
  private Path path;
  private byte[] content;
  private FileBytes file;

  @BeforeEach
  void write() throws IOException {
    content = new byte[SIZE];
    new Random(1).nextBytes(content);
    path = Files.write(folder.resolve("w.bin"), content);
    Files.setLastModifiedTime(path, FileTime.fromMillis(1_000_000));
    file = FileBytes.of("the weights", path);
  }

  @Test
  void anyPartIsReadWhereverItIsToGo() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      for (int at : new int[] {0, 1, 4095, SIZE - 1, SIZE}) {
        for (MemorySegment target :
            new MemorySegment[] {
              MemorySegment.ofArray(new byte[SIZE - at]), arena.allocate(SIZE - at, 8)
            }) {
          file.read(at, target);
          assertThat(target.mismatch(MemorySegment.ofArray(content).asSlice(at))).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void aFileThatIsCutIsNoticedWhereverItIsReadThen() throws IOException {
    cut(SIZE / 2);
    changed();
    cut(0);
    changed();
  }

  @Test
  void aFileThatHasGrownIsNoticed() throws IOException {
    Files.write(path, new byte[1], StandardOpenOption.APPEND);
    changed();
  }

  @Test
  void aFileThatWasWrittenToIsNoticed() throws IOException {
    content[9] ^= 1;
    Files.write(path, content);
    changed();
  }

  @Test
  void bytesThatChangeThoughSizeAndTimeDoNotAreNoticedOnceTheyWereHashed() throws IOException {
    Tensor hashed = tensor();
    hashed.hashes();
    content[SIZE - 1] ^= 1;
    Files.write(path, content);
    Files.setLastModifiedTime(path, FileTime.fromMillis(1_000_000));
    assertThatThrownBy(hashed::data)
        .isInstanceOf(MalformedException.class)
        .hasMessage("the weights, w: somebody has changed these bytes since they were hashed");
    // a tensor that nobody has hashed is what is there
    assertThat(tensor().bytes()).isEqualTo(content);
  }

  @Test
  void aCopyIsPrivate() throws IOException {
    byte[] before = content.clone();
    Tensor tensor = tensor();
    MemorySegment data = tensor.data();
    content[0] ^= 1;
    Files.write(path, content);
    cut(0);
    assertThat(data.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
    assertThat(tensor.data()).isSameAs(data);
    Tensor same = new Tensor(tensor.type(), tensor.shape(), MemorySegment.ofArray(before));
    assertThat(tensor.digest()).isEqualTo(same.digest());
  }

  @Test
  void aFileThatWasRemovedOrReplacedByNameIsReadOnAsItWas() throws IOException {
    Path other = Files.write(folder.resolve("other.bin"), new byte[7]);
    Files.move(other, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    assertThat(tensor().bytes()).isEqualTo(content);
    Files.delete(path);
    assertThat(tensor().bytes()).isEqualTo(content);
  }

  @Test
  void aReaderThatIsInterruptedDoesNotKeepOthersFromReading() throws Exception {
    try (ExecutorService one = Executors.newSingleThreadExecutor()) {
      Future<?> reading =
          one.submit(
              () -> {
                Thread.currentThread().interrupt();
                MemorySegment target = MemorySegment.ofArray(new byte[16]);
                assertThatThrownBy(() -> file.read(0, target))
                    .isInstanceOf(ClosedByInterruptException.class);
                boolean _ = Thread.interrupted();
                return null;
              });
      reading.get();
    }
    assertThat(tensor().bytes()).isEqualTo(content);
    // opened again, it must be the same file
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> file.read(0, MemorySegment.ofArray(new byte[1])))
        .isInstanceOf(ClosedByInterruptException.class);
    assertThat(Thread.interrupted()).isTrue();
    Files.write(path, new byte[SIZE]);
    changed();
  }

  @Test
  void aClosedFileIsOpenedAgainIfItIsStillTheSame() throws IOException {
    file.close();
    assertThat(tensor().bytes()).isEqualTo(content);
    file.close();
    Path other = Files.write(folder.resolve("other.bin"), content);
    Files.move(other, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    changed();
  }

  @Test
  void nothingOutsideOfTheFileIsAPartOfIt() {
    assertThat(file.part("w", SIZE, 0).byteSize()).isZero();
    assertThatThrownBy(() -> file.part("w", SIZE, 1))
        .hasMessageContaining("no 1 bytes from 3000001");
    assertThatThrownBy(() -> file.part("w", 1, SIZE)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> file.part("w", Long.MAX_VALUE, Long.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void cut(long size) throws IOException {
    try (FileChannel out = FileChannel.open(path, StandardOpenOption.WRITE)) {
      out.truncate(size);
    }
    Files.setLastModifiedTime(path, FileTime.fromMillis(1_000_000));
  }

  private Tensor tensor() {
    StoredBytes part = file.part("w", 0, SIZE);
    return Tensor.stored(ElementType.U8, Shape.of(SIZE), part);
  }

  private void changed() {
    MemorySegment few = MemorySegment.ofArray(new byte[16]);
    for (int at : new int[] {0, SIZE - 16}) {
      assertThatThrownBy(() -> file.read(at, few))
          .isInstanceOf(MalformedException.class)
          .hasMessage("the weights: somebody has changed the file while it was read");
    }
    assertThatThrownBy(tensor()::data).isInstanceOf(MalformedException.class);
    assertThatThrownBy(tensor()::hashes).isInstanceOf(MalformedException.class);
  }
}
