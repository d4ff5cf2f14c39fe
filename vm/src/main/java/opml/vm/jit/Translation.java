package opml.vm.jit;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import org.jspecify.annotations.Nullable;

/// The translated regions of one program in one memory, and the hits that choose them.
///
/// It holds the memory's arrays but not the memory, so that the classes, which hold the arrays, too, are unloaded when
/// the memory is dropped.
final class Translation {
  private static final Logger LOG = System.getLogger(Translation.class.getName());

  /// HotSpot compiles no method of more bytes than 8000 (its flag HugeMethodLimit).
  private static final int LARGEST_METHOD = 8000;

  /// Hits of a word that is never to be translated; no run counts up from here.
  private static final int NEVER = Integer.MIN_VALUE;

  private final Guest guest;
  private final byte[] bytes;
  private final byte[] dirty;
  private final JitSettings settings;
  private final CodeCache cache;
  private final @Nullable Region[] regions;
  private int count;
  private int size;
  private long steps;
  private boolean stopped;

  Translation(Program program, Memory memory, JitSettings settings, CodeCache cache) {
    this.guest = new Guest(program);
    this.bytes = memory.bytes();
    this.dirty = memory.dirtyPages();
    this.settings = settings;
    this.cache = cache;
    this.regions = new Region[guest.words()];
  }

  /// {@return the hits of each word; those of a region's head, and of a word that is to become one, are at least [#hot()]}
  int[] hits() {
    return guest.hits();
  }

  /// {@return the number of hits to stop at}
  int hot() {
    return steps < settings.warmUp() ? Integer.MAX_VALUE : settings.hot();
  }

  /// Takes note of steps executed outside of regions.
  void interpreted(long count) {
    steps += count;
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
  @Nullable Region at(int word) {
    Region region = regions[word];
    if (region == null && ++guest.hits()[word] >= hot()) {
      region = translate(word);
      regions[word] = region;
      if (region == null && !stopped) {
        guest.hits()[word] = NEVER;
      }
    }
    return region;
  }

  private @Nullable Region translate(int head) {
    String where = "0x" + Integer.toHexString(4 * head);
    try {
      for (int limit = settings.methodBytes(); limit > 0; limit -= 1000) {
        Map<Place, Block> blocks = new RegionSelector(guest, settings).select(head, limit);
        if (blocks.isEmpty()) {
          return null;
        }
        byte[] type = new RegionWriter(guest, blocks, bytes.length).write();
        int length = codeLength(type);
        if (length >= LARGEST_METHOD) {
          continue;
        }
        if (!cache.makeRoom(this, length, settings.cacheBytes())) {
          stop("the cache of translated code is full, at " + where, null);
          return null;
        }
        Region region = define(type);
        count++;
        size += length;
        LOG.log(
            Level.DEBUG,
            () -> "region at %s: %d blocks, %d bytes".formatted(where, blocks.size(), length));
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
    LOG.log(Level.WARNING, why + "; the rest of this program is interpreted", cause);
    stopped = true;
    int[] hits = guest.hits();
    for (int word = 0; word < hits.length; word++) {
      if (word == regions.length || regions[word] == null) {
        hits[word] = NEVER;
      }
    }
  }

  private Region define(byte[] type) throws ReflectiveOperationException {
    MethodHandles.Lookup defined =
        MethodHandles.lookup().defineHiddenClassWithClassData(type, List.of(bytes, dirty), true);
    return (Region) defined.lookupClass().getDeclaredConstructor().newInstance();
  }

  static int codeLength(byte[] type) {
    return ClassFile.of().parse(type).methods().stream()
        .filter(method -> method.methodName().equalsString("run"))
        .flatMap(method -> method.findAttribute(Attributes.code()).stream())
        .mapToInt(CodeAttribute::codeLength)
        .sum();
  }
}
