package opml.lab.conformance.riscv;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A folder as builds of tests leave it: executables, and beside them sources, listings and object files.
///
/// @param executables what is to be run: files that begin as ELF files do and are linked, and whatever is named `.elf`
/// @param skipped the others, each with the reason
public record TestFolder(List<Path> executables, Map<Path, String> skipped) {
  private static final int HEAD_BYTES = 18;
  private static final int MAGIC = 0x464c457f;
  private static final int TYPE_AT = 16;
  private static final int TYPE_OBJECT = 1;
  private static final String SUFFIX = ".elf";

  public TestFolder {
    executables = List.copyOf(executables);
  }

  /// {@return what is in the folder, in the order of names}
  ///
  /// @throws IOException if it cannot be read, or a file in it cannot
  public static TestFolder of(Path folder) throws IOException {
    List<Path> entries;
    try (Stream<Path> listed = Files.list(folder)) {
      entries = listed.sorted().toList();
    }
    List<Path> executables = new ArrayList<>();
    Map<Path, String> skipped = new LinkedHashMap<>();
    for (Path entry : entries) {
      String reason = reason(entry);
      if (reason.isEmpty()) {
        executables.add(entry);
      } else {
        skipped.put(entry, reason);
      }
    }
    return new TestFolder(executables, skipped);
  }

  /// {@return why there is nothing to run; empty if there is}
  private static String reason(Path entry) throws IOException {
    if (Files.isDirectory(entry)) {
      return "a folder: give it to a run of its own";
    }
    if (!Files.isRegularFile(entry)) {
      return "not a regular file";
    }
    if (String.valueOf(entry.getFileName()).endsWith(SUFFIX)) {
      return "";
    }
    byte[] head;
    try (InputStream in = Files.newInputStream(entry)) {
      head = in.readNBytes(HEAD_BYTES);
    }
    ByteBuffer words = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    if (head.length < Integer.BYTES || words.getInt(0) != MAGIC) {
      return "not an ELF file";
    }
    if (head.length == HEAD_BYTES && words.getShort(TYPE_AT) == TYPE_OBJECT) {
      return "an object file, not linked";
    }
    return "";
  }
}
