package opml.vm.jit;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import opml.vm.state.ProgramDescriptor;

/// All translations for one memory, kept with it: a replay in the same memory finds the code of the run before. It is
/// bounded; programs that were not run for longest are dropped first.
final class CodeCache {
  private record Key(ProgramDescriptor program, JitSettings settings) {}

  private final Map<Key, Translation> translations = new LinkedHashMap<>(16, 0.75f, true);

  /// {@return the translation of a program in a memory, begun if there is none}
  static Translation of(Program program, Memory memory, JitSettings settings) {
    CodeCache cache = memory.companion(CodeCache.class, CodeCache::new);
    return cache.translations.computeIfAbsent(
        new Key(program.descriptor(), settings),
        key -> new Translation(program, memory, settings, cache));
  }

  /// Drops other programs' code until so many bytes more fit.
  ///
  /// @return whether they do
  boolean makeRoom(Translation wanting, int bytes, int limit) {
    Iterator<Translation> oldest = translations.values().iterator();
    while (size() + bytes > limit && oldest.hasNext()) {
      Translation translation = oldest.next();
      if (!translation.equals(wanting)) {
        oldest.remove();
      }
    }
    return size() + bytes <= limit;
  }

  /// {@return bytes of all methods}
  int size() {
    return translations.values().stream().mapToInt(Translation::size).sum();
  }
}
