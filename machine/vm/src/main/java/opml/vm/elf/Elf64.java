package opml.vm.elf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.state.ProgramDescriptor;

/// Loads static ELF64 executables for RV64IM, little-endian, without compressed instructions and hardware floats
/// (ELF-64 object file format, version 1.5; RISC-V ELF psABI, "File Header").
///
/// The data memory holds every loadable byte at its address and is sized to leave at least a megabyte above the last of
/// them for a stack. A code address is the same number in the code tree and in the file, and whatever is executable
/// must lie below 2 MiB.
///
/// An image linked elsewhere, such as at 0x80000000, is moved down by a base: the multiple of 1 GiB, the largest
/// memory, that it lies above. Data addresses mean the same with and without the base, since the machine takes every
/// address modulo the size of its memory. Code addresses do not: pc begins at the entry less the base, so all that is
/// relative to pc is right, and a jump to an absolute address halts the machine as illegal.
public final class Elf64 {
  /// Largest file looked at.
  private static final int MAX_FILE_BYTES = 1 << 30;

  /// Least room above the last loadable byte.
  private static final long STACK_BYTES = 1 << 20;

  /// The largest memory, and what a base is a multiple of.
  private static final long MAX_MEMORY_BYTES = (long) Bytes32.BYTES << MemoryImage.MAX_DEPTH;

  /// How far below the address that it was told a linker puts the file's own headers.
  private static final long HEADER_PAGE_BYTES = 0x1000;

  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int MAX_SEGMENTS = 64;

  private static final int TYPE_EXECUTABLE = 2;
  private static final int TYPE_SHARED = 3;
  private static final int MACHINE_RISCV = 243;

  private static final int FLAG_COMPRESSED = 1;
  private static final int FLAG_FLOAT_ABI = 6;
  private static final int FLAG_REDUCED_REGISTERS = 8;

  private static final int LOAD = 1;
  private static final int DYNAMIC = 2;
  private static final int INTERPRETER = 3;
  private static final int EXECUTABLE = 1;

  private final String name;
  private final ByteBuffer file;

  private Elf64(byte[] bytes, String name) {
    this.name = name;
    this.file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// {@return the executable in a file}
  ///
  /// @throws IOException if it cannot be read
  /// @throws MalformedException if it is not an executable of the kind described above; the message names file and
  ///     offset
  public static Executable load(Path path) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_FILE_BYTES);
      if (in.read() >= 0) {
        throw new MalformedException(path + ": larger than " + MAX_FILE_BYTES + " bytes");
      }
    }
    return load(bytes, path.toString());
  }

  /// {@return the executable that these bytes are; `name` names them in errors}
  public static Executable load(byte[] bytes, String name) {
    return new Elf64(bytes, name).load();
  }

  /// A loadable segment.
  private record Segment(
      int at, long offset, long address, long fileBytes, long memoryBytes, boolean executable)
      implements Comparable<Segment> {
    @Override
    public int compareTo(Segment other) {
      return Long.compare(address, other.address);
    }

    long end() {
      return address + memoryBytes;
    }
  }

  private Executable load() {
    checkIdentity();
    checkHeader();
    List<Segment> linked = segments();
    long base = base(linked.getFirst());
    List<Segment> segments = new ArrayList<>();
    for (Segment segment : linked) {
      segments.add(moved(segment, base));
    }
    checkOverlap(segments);
    long end = segments.getLast().end();
    MemoryImage memory = memory(segments, end);
    byte[] code = code(segments, base);
    long entry = file.getLong(24) - base;
    if (!isInCode(segments, entry) || (entry & 3) != 0) {
      throw bad(24, "entry 0x%x is not in an executable segment", file.getLong(24));
    }
    return new Executable(Program.of(code, memory.depth()), memory, entry, base);
  }

  private static boolean isInCode(List<Segment> segments, long entry) {
    for (Segment segment : segments) {
      if (segment.executable() && segment.address() <= entry && entry < segment.end()) {
        return true;
      }
    }
    return false;
  }

  private void checkIdentity() {
    if (file.limit() < HEADER_BYTES) {
      throw bad(0, "an ELF header has 64 bytes, the file %d", file.limit());
    }
    if (file.getInt(0) != 0x464c457f) {
      throw bad(0, "not an ELF file: it does not begin with 7f 45 4c 46");
    }
    if (file.get(4) != 2) {
      throw bad(4, "a 64-bit file is expected, its class is %d", file.get(4) & 0xff);
    }
    if (file.get(5) != 1) {
      throw bad(5, "a little-endian file is expected, its data encoding is %d", file.get(5) & 0xff);
    }
  }

  private void checkHeader() {
    int type = file.getShort(16) & 0xffff;
    if (type == TYPE_SHARED) {
      throw bad(
          16,
          "a static executable is expected, this is position-independent: link with -static -no-pie");
    }
    if (type != TYPE_EXECUTABLE) {
      throw bad(16, "an executable is expected, its type is %d", type);
    }
    int machine = file.getShort(18) & 0xffff;
    if (machine != MACHINE_RISCV) {
      throw bad(18, "a RISC-V file (243) is expected, its machine is %d", machine);
    }
    int flags = file.getInt(48);
    if ((flags & FLAG_COMPRESSED) != 0) {
      throw bad(48, "it uses compressed instructions: compile with -march=rv64im");
    }
    if ((flags & FLAG_FLOAT_ABI) != 0) {
      throw bad(48, "it uses a floating-point ABI: compile with -mabi=lp64");
    }
    if ((flags & FLAG_REDUCED_REGISTERS) != 0) {
      throw bad(48, "it uses the reduced register set: compile with -mabi=lp64");
    }
  }

  private List<Segment> segments() {
    long table = file.getLong(32);
    int size = file.getShort(54) & 0xffff;
    int count = file.getShort(56) & 0xffff;
    if (size != PROGRAM_HEADER_BYTES) {
      throw bad(54, "program headers of 56 bytes are expected, not of %d", size);
    }
    if (count == 0 || count > MAX_SEGMENTS) {
      throw bad(56, "1 to %d program headers are expected, not %d", MAX_SEGMENTS, count);
    }
    if (table < 0 || table > file.limit() - (long) count * size) {
      throw bad(
          32,
          "truncated: %d program headers at 0x%x, the file ends at 0x%x",
          count,
          table,
          file.limit());
    }
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = (int) table + i * size;
      int type = file.getInt(at);
      if (type == DYNAMIC || type == INTERPRETER) {
        throw bad(at, "dynamically linked: link with -static");
      }
      if (type == LOAD && file.getLong(at + 40) != 0) {
        segments.add(segment(at));
      }
    }
    if (segments.isEmpty()) {
      throw bad(56, "there is no loadable segment");
    }
    Collections.sort(segments);
    return segments;
  }

  private Segment segment(int at) {
    long offset = file.getLong(at + 8);
    long address = file.getLong(at + 16);
    long fileBytes = file.getLong(at + 32);
    long memoryBytes = file.getLong(at + 40);
    if (offset < 0 || fileBytes < 0 || fileBytes > file.limit() - offset) {
      throw bad(
          at,
          "truncated: a segment of 0x%x bytes at 0x%x, the file ends at 0x%x",
          fileBytes,
          offset,
          file.limit());
    }
    if (memoryBytes < fileBytes) {
      throw bad(
          at, "a segment has 0x%x bytes in the file and 0x%x in memory", fileBytes, memoryBytes);
    }
    return new Segment(
        at, offset, address, fileBytes, memoryBytes, (file.getInt(at + 4) & EXECUTABLE) != 0);
  }

  /// {@return what the image is moved down by}
  private static long base(Segment first) {
    long start = first.address() + (first.offset() == 0 ? HEADER_PAGE_BYTES : 0);
    return start & -MAX_MEMORY_BYTES;
  }

  /// {@return the segment moved down by the base; without the file's headers, where they lie below it}
  private Segment moved(Segment segment, long base) {
    long address = segment.address() - base;
    long cut =
        segment.offset() == 0 && address < 0 && address >= -HEADER_PAGE_BYTES
            ? Math.min(-address, segment.fileBytes())
            : 0;
    address += cut;
    long memoryBytes = segment.memoryBytes() - cut;
    long room = MAX_MEMORY_BYTES - STACK_BYTES;
    if (address < 0 || address > room || memoryBytes > room - address) {
      throw bad(
          segment.at(),
          "a segment of 0x%x bytes at 0x%x does not fit a memory of 0x%x bytes at 0x%x: link it lower",
          segment.memoryBytes(),
          segment.address(),
          MAX_MEMORY_BYTES,
          base);
    }
    return new Segment(
        segment.at(),
        segment.offset() + cut,
        address,
        segment.fileBytes() - cut,
        memoryBytes,
        segment.executable());
  }

  private void checkOverlap(List<Segment> sorted) {
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).address() < sorted.get(i - 1).end()) {
        throw bad(sorted.get(i).at(), "segments overlap at 0x%x", sorted.get(i).address());
      }
    }
  }

  private MemoryImage memory(List<Segment> segments, long end) {
    List<MemoryImage.Piece> pieces = new ArrayList<>();
    for (Segment segment : segments) {
      pieces.add(MemoryImage.Piece.of(segment.address(), bytes(segment)));
    }
    return new MemoryImage(MerkleRoot.depthFor(end + STACK_BYTES), pieces);
  }

  private byte[] code(List<Segment> segments, long base) {
    int max = Bytes32.BYTES << ProgramDescriptor.MAX_CODE_DEPTH;
    byte[] code = new byte[0];
    for (Segment segment : segments) {
      if (segment.executable()) {
        if (segment.end() > max) {
          throw bad(
              segment.at(),
              "code ends at 0x%x, but must lie below 0x%x: link it lower",
              segment.end() + base,
              max + base);
        }
        code = Arrays.copyOf(code, (int) segment.end());
        System.arraycopy(
            file.array(),
            (int) segment.offset(),
            code,
            (int) segment.address(),
            (int) segment.fileBytes());
      }
    }
    return code;
  }

  private byte[] bytes(Segment segment) {
    int from = (int) segment.offset();
    return Arrays.copyOfRange(file.array(), from, from + (int) segment.fileBytes());
  }

  private MalformedException bad(int offset, String format, Object... arguments) {
    return new MalformedException(
        "%s, offset %d: %s".formatted(name, offset, format.formatted(arguments)));
  }
}
