package opml.cli.option;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.codec.Names;
import opml.llm.forward.CacheType;
import opml.llm.forward.TextLimits;

/// Where a model's file was published. For a language model, the place's fragment says how long its texts are and how
/// keys and values are kept, since the model's id follows from that too:
/// `https://example.org/model.gguf#context=2048&answer=512&cache=f16`.
///
/// @param uri without a fragment
/// @param text of a language model
public record TextPlace(String uri, Optional<TextLimits> text) {
  private static final String CONTEXT = "context";
  private static final String ANSWER = "answer";
  private static final String CACHE = "cache";
  private static final List<String> KEYS = List.of(CONTEXT, ANSWER, CACHE);

  /// {@return a place as anybody may have published it} Fragments that say nothing of texts are left out.
  ///
  /// @throws IllegalArgumentException if its fragment says half of it, or what no text can be like
  public static TextPlace of(String published) {
    int at = published.indexOf('#');
    if (at < 0) {
      return new TextPlace(published, Optional.empty());
    }
    String uri = published.substring(0, at);
    Map<String, String> said = said(published.substring(at + 1));
    return new TextPlace(uri, said.isEmpty() ? Optional.empty() : Optional.of(limits(said)));
  }

  private static Map<String, String> said(String fragment) {
    Map<String, String> said = new HashMap<>();
    for (String pair : fragment.split("&", -1)) {
      int end = pair.indexOf('=');
      String key = end < 0 ? pair : pair.substring(0, end);
      if (KEYS.contains(key)
          && said.put(key, pair.substring(Math.min(key.length() + 1, pair.length()))) != null) {
        throw new IllegalArgumentException(
            "behind the # of its place, %s stands twice".formatted(key));
      }
    }
    return said;
  }

  private static TextLimits limits(Map<String, String> said) {
    for (String key : KEYS) {
      if (!said.containsKey(key)) {
        throw new IllegalArgumentException(
            "behind the # of its place, expected are %s; %s is missing"
                .formatted(String.join(", ", KEYS), key));
      }
    }
    String type = said.getOrDefault(CACHE, "");
    CacheType cacheType =
        TextOptions.cacheType(type)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "behind the # of its place, %s is '%s', which is none of %s"
                            .formatted(CACHE, Names.shown(type), TextOptions.cacheTypes())));
    return new TextLimits(number(said, CONTEXT), number(said, ANSWER), cacheType);
  }

  private static int number(Map<String, String> said, String key) {
    String text = said.getOrDefault(key, "");
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException(
          "behind the # of its place, %s is '%s'; expected is a number of tokens, up to %,d"
              .formatted(key, Names.shown(text), TextLimits.MOST_CONTEXT));
    }
    return Integer.parseInt(text);
  }

  /// {@return the place as it is published}
  public String published() {
    return uri
        + text.map(
                limits ->
                    "#%s=%d&%s=%d&%s=%s"
                        .formatted(
                            CONTEXT,
                            limits.context(),
                            ANSWER,
                            limits.capacity(),
                            CACHE,
                            TextOptions.label(limits.cacheType())))
            .orElse("");
  }
}
