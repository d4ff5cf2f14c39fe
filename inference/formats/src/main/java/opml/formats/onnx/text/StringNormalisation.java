package opml.formats.onnx.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import opml.core.codec.Names;
import opml.engine.tensor.Shape;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.strings.StringTensor;

/// StringNormalizer: strings without those that are stop words, in lower or upper case. The empty string is left where
/// nothing is.
///
/// @param change of the strings that are left
/// @param stopWords as they are compared: in lower case unless case counts
record StringNormalisation(
    Change change, boolean caseCounts, Locale locale, Set<String> stopWords) {
  /// What becomes of a string's case.
  enum Change {
    LOWER,
    UPPER,
    NONE
  }

  static StringNormalisation of(
      String action, boolean caseCounts, String locale, List<String> stopWords) {
    Change change =
        switch (action) {
          case "LOWER" -> Change.LOWER;
          case "UPPER" -> Change.UPPER;
          case "NONE" -> Change.NONE;
          default -> throw new RefusedNode("unknown case_change_action", Names.shown(action));
        };
    Locale known = locale(locale);
    Set<String> words = new HashSet<>();
    stopWords.forEach(word -> words.add(caseCounts ? word : word.toLowerCase(known)));
    return new StringNormalisation(change, caseCounts, known, words);
  }

  /// {@return the locale of a name as systems have it: `en_US`, `de_DE.UTF-8`, `C`}
  private static Locale locale(String name) {
    String plain = name.replaceFirst("[.@].*", "");
    if (plain.equals("C") || plain.equals("POSIX")) {
      return Locale.ROOT;
    }
    try {
      return new Locale.Builder().setLanguageTag(plain.replace('_', '-')).build();
    } catch (IllformedLocaleException e) {
      throw new RefusedNode("unknown locale", Names.shown(name));
    }
  }

  StringTensor of(StringTensor x) {
    int rank = x.shape().rank();
    if (rank != 1 && (rank != 2 || x.shape().dim(0) != 1)) {
      throw new IllegalArgumentException(
          "the input has shape %s; expected is C or 1xC".formatted(x.shape()));
    }
    List<String> left = new ArrayList<>();
    long chars = 0;
    for (String value : x.values()) {
      if (!stopWords.contains(caseCounts ? value : value.toLowerCase(locale))) {
        String changed =
            switch (change) {
              case LOWER -> value.toLowerCase(locale);
              case UPPER -> value.toUpperCase(locale);
              case NONE -> value;
            };
        chars += changed.length();
        StringTensor.requireChars(chars);
        left.add(changed);
      }
    }
    if (left.isEmpty()) {
      left.add("");
    }
    return new StringTensor(rank == 1 ? Shape.of(left.size()) : Shape.of(1, left.size()), left);
  }
}
