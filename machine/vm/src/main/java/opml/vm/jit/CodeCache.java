package opml.vm.jit;

import java.util.ArrayList;
import java.util.List;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import org.jspecify.annotations.Nullable;

/// All translations for one memory, kept with it: a replay in the same memory finds the code of the run before. It is
/// bounded; programs that were not run for longest are dropped first. As a memory, it is for one thread at a time.
final class CodeCache {
  /// The one not asked for for longest first.
  private final List<Translation> translations = new ArrayList<>();

  /// {@return the translation of a program in a memory, begun if there is none}
  static Translation of(Program program, Memory memory, JitSettings settings) {
    CodeCache cache = memory.companion(CodeCache.class, CodeCache::new);
    Translation translation = cache.take(program, settings);
    if (translation == null) {
      translation = new Translation(program, memory, settings, cache, Translation.HIDDEN);
    }
    cache.translations.add(translation);
    return translation;
  }

  private @Nullable Translation take(Program program, JitSettings settings) {
    for (int i = 0; i < translations.size(); i++) {
      if (translations.get(i).isFor(program, settings)) {
        return translations.remove(i);
      }
    }
    return null;
  }

  /// Drops other programs' code until so many bytes more fit.
  ///
  /// @return whether they do
  boolean makeRoom(Translation wanting, int bytes, int limit) {
    for (int i = 0; i < translations.size() && size() + bytes > limit; ) {
      if (translations.get(i).equals(wanting)) {
        i++;
      } else {
        translations.remove(i);
      }
    }
    return size() + bytes <= limit;
  }

  /// {@return bytes of all methods}
  int size() {
    int size = 0;
    for (Translation translation : translations) {
      size += translation.size();
    }
    return size;
  }
}
