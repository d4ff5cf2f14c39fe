package opml.kernels.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.kernels.bound.StepBound;
import org.jspecify.annotations.Nullable;

/// The programs that kernels compile to, pinned by their code roots, in editions: whenever a kernel's program changes,
/// an edition begins, and the program before stays, with its code, so that a model that was registered with it can
/// still be run and disputed. A kernel's bits never change under its name; another function is another kernel.
///
/// The compiler's pin tool writes the resources and a test of the compiler checks them; the engine only reads them, and
/// so needs no compiler. One line of the list is one program, its fields separated by tabs: name, edition in which it
/// began, code root, code depth, stack bytes, constants in hexadecimal, step bound. Lines that begin with `#` are
/// comments. The code lies in a file of its own, named by its root.
public final class PinnedPrograms {
  /// The list, in this module.
  public static final String RESOURCE = "opml/kernels/programs.tsv";

  private static final String CODE = "opml/kernels/programs/%s.rv64";

  /// A line of the list.
  ///
  /// @param kernel its name
  /// @param edition in which the program began, from 1
  public record Entry(String kernel, int edition, PinnedProgram program) {
    /// {@return the line, without its end}
    public String line() {
      return String.join(
          "\t",
          kernel,
          Integer.toString(edition),
          program.codeRoot().toString(),
          Integer.toString(program.codeDepth()),
          Integer.toString(program.stackBytes()),
          HexFormat.of().formatHex(program.constants()),
          program.bound().toString());
    }
  }

  /// The programs of one edition.
  public static final class Edition implements Function<Kernel, PinnedProgram> {
    private final List<Entry> entries;
    private final int number;

    private Edition(List<Entry> entries, int number) {
      this.entries = entries;
      this.number = number;
    }

    /// {@return whether the kernel was there, and did not come later}
    public boolean has(Kernel kernel) {
      return entries.stream()
          .anyMatch(entry -> entry.kernel().equals(kernel.name()) && entry.edition() <= number);
    }

    /// {@return a kernel's program; that of the first edition that has it, for a kernel that came later}
    @Override
    public PinnedProgram apply(Kernel kernel) {
      return latest(entries, kernel, number);
    }
  }

  private PinnedPrograms() {}

  /// {@return the program of a kernel in the latest edition}
  ///
  /// @throws IllegalStateException when the resource lacks it or is malformed
  public static PinnedProgram of(Kernel kernel) {
    return latest(Loaded.of(kernel.name()), kernel, Integer.MAX_VALUE);
  }

  /// {@return what kernels compiled to, by editions, the latest first}
  public static List<Edition> editions() {
    return editions(entries());
  }

  /// {@return all programs of all editions, in the order of the list}
  public static List<Entry> entries() {
    return All.ENTRIES;
  }

  /// {@return the name of a program's code, relative to the list}
  public static String codeFile(PinnedProgram program) {
    String path = CODE.formatted(program.codeRoot());
    return path.substring(RESOURCE.lastIndexOf('/') + 1);
  }

  /// {@return the code of a program of any edition, instructions of four bytes from pc 0}
  ///
  /// @throws IllegalStateException when it is not there, or has another root
  public static byte[] code(PinnedProgram program) {
    String path = CODE.formatted(program.codeRoot());
    try (@Nullable InputStream in = PinnedPrograms.class.getModule().getResourceAsStream(path)) {
      byte[] code = in == null ? new byte[0] : in.readAllBytes();
      if (code.length == 0 || !isCode(code, program)) {
        throw new IllegalStateException(path + " is not there, or has another root");
      }
      return code;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isCode(byte[] code, PinnedProgram program) {
    return MerkleRoot.depthFor(code.length) == program.codeDepth()
        && MerkleRoot.of(code, program.codeDepth()).equals(program.codeRoot());
  }

  static List<Edition> editions(List<Entry> entries) {
    return entries.stream()
        .map(Entry::edition)
        .distinct()
        .sorted(Comparator.reverseOrder())
        .map(edition -> new Edition(entries, edition))
        .toList();
  }

  private static PinnedProgram latest(List<Entry> entries, Kernel kernel, int edition) {
    Optional<PinnedProgram> program = Optional.empty();
    for (Entry entry : entries) {
      if (entry.kernel().equals(kernel.name())
          && (entry.edition() <= edition || program.isEmpty())) {
        program = Optional.of(entry.program());
      }
    }
    return program.orElseThrow(
        () ->
            new IllegalStateException(
                RESOURCE + " has no program for the kernel " + kernel + ": run ./opml kernel pin"));
  }

  /// Reads a list.
  ///
  /// @throws IllegalStateException that names the line that is malformed
  public static List<Entry> parse(String text) {
    List<Entry> entries = new ArrayList<>();
    Set<String> known = new HashSet<>();
    int last = 1;
    for (Line line : lines(text)) {
      Entry entry = line.entry();
      String place = line.place();
      if (entry.edition() < last) {
        throw new IllegalStateException(
            place + "edition %d behind %d".formatted(entry.edition(), last));
      }
      if (!known.add(entry.kernel() + " " + entry.edition())) {
        throw new IllegalStateException(
            place + "a second program for %s in one edition".formatted(entry.kernel()));
      }
      last = entry.edition();
      entries.add(entry);
    }
    return List.copyOf(entries);
  }

  private static List<Line> lines(String text) {
    List<Line> lines = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        lines.add(new Line(number, line));
      }
    }
    return lines;
  }

  /// A line of the list, not read yet.
  private record Line(int number, String text) {
    String place() {
      return RESOURCE + " line " + number + ": ";
    }

    boolean isOf(String kernel) {
      return text.startsWith(kernel) && text.startsWith("\t", kernel.length());
    }

    Entry entry() {
      String[] fields = text.split("\t", -1);
      if (fields.length != 7) {
        throw new IllegalStateException(place() + "expected 7 fields, found " + fields.length);
      }
      try {
        return new Entry(
            fields[0],
            Integer.parseInt(fields[1]),
            new PinnedProgram(
                Bytes32.ofHex(fields[2]),
                Integer.parseInt(fields[3]),
                HexFormat.of().parseHex(fields[5]),
                Integer.parseInt(fields[4]),
                StepBound.parse(fields[6])));
      } catch (IllegalArgumentException malformed) {
        throw new IllegalStateException(place() + malformed.getMessage(), malformed);
      }
    }
  }

  /// Read once, when the first program is asked for; each kernel's lines when its own is: a model has few of the
  /// kernels, and bounds take a while to read.
  private static final class Loaded {
    static final String TEXT = load();
    static final List<Line> LINES = lines(TEXT);
    static final ConcurrentMap<String, List<Entry>> OF_KERNELS = new ConcurrentHashMap<>();

    static List<Entry> of(String kernel) {
      return OF_KERNELS.computeIfAbsent(
          kernel, name -> LINES.stream().filter(line -> line.isOf(name)).map(Line::entry).toList());
    }

    private static String load() {
      try (@Nullable InputStream in =
          PinnedPrograms.class.getModule().getResourceAsStream(RESOURCE)) {
        return in == null ? "" : new String(in.readAllBytes(), UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// All lines, read when somebody asks for all.
  private static final class All {
    static final List<Entry> ENTRIES = parse(Loaded.TEXT);
  }
}
