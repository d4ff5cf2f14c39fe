package opml.vm.jit;

import java.lang.System.Logger.Level;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.invoke.MethodHandles;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import org.jspecify.annotations.Nullable;

/// The translated regions of one program in one memory, and the hits that choose them.
///
/// It holds the memory's arrays but not the memory, so that the classes, which hold the arrays, too, are unloaded when
/// the memory is dropped.
final class Translation {
  /// Makes a region of a class file.
  @FunctionalInterface
  interface Loader {
    /// @param data what the class finds as its class data
    Region load(byte[] type, List<byte[]> data) throws ReflectiveOperationException;
  }

  /// Hidden classes, which go when nobody has their regions any more.
  static final Loader HIDDEN =
      (type, data) -> {
        MethodHandles.Lookup defined =
            MethodHandles.lookup().defineHiddenClassWithClassData(type, data, true);
        return (Region) defined.lookupClass().getDeclaredConstructor().newInstance();
      };

  /// HotSpot compiles no method of more bytes than 8000 (its flag HugeMethodLimit).
  private static final int LARGEST_METHOD = 8000;

  /// Hits of a word that is never to be translated; no run counts up from here.
  private static final int NEVER = Integer.MIN_VALUE;

  /// Steps interpreted in this process by all machines that translate: how far HotSpot is with the interpreter.
  private static final AtomicLong interpretedByAll = new AtomicLong();

  private final Program program;
  private final Loader loader;
  private final Guest guest;
  private final byte[] bytes;
  private final byte[] dirty;
  private final JitSettings settings;
  private final CodeCache cache;
  private final @Nullable Region[] regions;

  /// Bytes of each region's method.
  private final int[] sizes;

  /// Heads of regions whose guesses were wrong once.
  private final BitSet general = new BitSet();

  /// Steps to interpret before anything is translated.
  private final long wait;

  private int count;
  private int size;
  private long steps;
  private boolean busy;
  private boolean stopped;

  Translation(
      Program program, Memory memory, JitSettings settings, CodeCache cache, Loader loader) {
    // In a young process the interpreter itself is still interpreted, and a translation is soon
    // worth its while.
    this.wait = Math.min(settings.warmUp(), interpretedByAll.get());
    this.program = program;
    this.loader = loader;
    this.guest = new Guest(program);
    this.bytes = memory.bytes();
    this.dirty = memory.dirtyPages();
    this.settings = settings;
    this.cache = cache;
    this.regions = new Region[guest.words()];
    this.sizes = new int[guest.words()];
  }

  /// {@return whether this is the translation of a program under these settings}
  boolean isFor(Program other, JitSettings otherSettings) {
    return settings.equals(otherSettings) && program.isSame(other);
  }

  /// Begins a use, which [#leave] ends.
  ///
  /// @throws IllegalStateException if it is in use: two threads run machines of one memory (seen as a rule, not always)
  void enter() {
    if (busy) {
      throw new IllegalStateException("two threads run machines of one memory");
    }
    busy = true;
  }

  void leave() {
    busy = false;
  }

  /// {@return the hits of each word; those of a region's head, and of a word that is to become one, are at least
  /// [#hot()]}
  int[] hits() {
    return guest.hits();
  }

  /// {@return the number of hits to stop at}
  int hot() {
    return steps < wait ? Integer.MAX_VALUE : settings.hot();
  }

  /// Takes note of steps executed outside of regions.
  void interpreted(long count) {
    steps += count;
    interpretedByAll.addAndGet(count);
  }

  /// {@return the number of regions}
  int count() {
    return count;
  }

  /// {@return bytes of the regions' methods}
  int size() {
    return size;
  }

  /// {@return the region that begins at a word, translated now if the word has become hot}
  ///
  /// @param registers the machine's registers, x0 first
  @Nullable Region at(int word, long[] registers) {
    Region region = regions[word];
    if (region == null && ++guest.hits()[word] >= hot()) {
      region = translate(word, registers);
      regions[word] = region;
      if (region == null && !stopped) {
        guest.hits()[word] = NEVER;
      }
    }
    return region;
  }

  /// Drops the region that begins at a word, since it guessed wrong; the next one guesses nothing.
  void generalise(int word) {
    regions[word] = null;
    count--;
    size -= sizes[word];
    general.set(word);
  }

  private @Nullable Region translate(int head, long[] registers) {
    String where = "0x" + Integer.toHexString(4 * head);
    try {
      for (int limit = settings.methodBytes(); limit > 0; limit -= 1000) {
        Map<Place, BasicBlock> blocks = new RegionSelector(guest, settings).select(head, limit);
        if (blocks.isEmpty()) {
          return null;
        }
        Invariants invariants = new Invariants(guest, blocks.values());
        Map<Integer, Long> constants =
            general.get(head) ? Map.of() : invariants.guess(registers, bytes.length);
        byte[] type = new RegionWriter(guest, blocks, bytes.length, invariants, constants).write();
        // Looked at only where it matters: a class file is longer than its method.
        int length = type.length < LARGEST_METHOD ? type.length : codeLength(type);
        if (length >= LARGEST_METHOD) {
          continue;
        }
        if (!cache.makeRoom(this, length, settings.cacheBytes())) {
          stop("the cache of translated code is full, at " + where, null);
          return null;
        }
        Region region = loader.load(type, List.of(bytes, dirty));
        count++;
        size += length;
        sizes[head] = length;
        return region;
      }
      return null;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError | OutOfMemoryError e) {
      stop("translation failed at " + where, e);
      return null;
    }
  }

  /// Translates nothing from now on; what is translated stays in use.
  private void stop(String why, @Nullable Throwable cause) {
    System.getLogger(Translation.class.getName())
        .log(Level.WARNING, why + "; the rest of this program is interpreted", cause);
    stopped = true;
    int[] hits = guest.hits();
    for (int word = 0; word < hits.length; word++) {
      if (word == regions.length || regions[word] == null) {
        hits[word] = NEVER;
      }
    }
  }

  static int codeLength(byte[] type) {
    return ClassFile.of().parse(type).methods().stream()
        .filter(method -> method.methodName().equalsString("run"))
        .flatMap(method -> method.findAttribute(Attributes.code()).stream())
        .mapToInt(CodeAttribute::codeLength)
        .sum();
  }
}
