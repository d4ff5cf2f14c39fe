package opml.api;

import java.util.List;
import java.util.Set;

/// Reads which texts are to be embedded.
final class EmbeddingReader {
  private static final int MOST_TEXTS = 2_048; // as OpenAI's API has it
  private static final Set<String> KNOWN =
      Set.of("model", "input", "encoding_format", "dimensions", "user");

  private EmbeddingReader() {}

  /// What is to be embedded.
  ///
  /// @param texts tokens of each
  /// @param isBase64 whether vectors are sent as the bytes of their floats, little-endian, in base64
  record Request(List<int[]> texts, boolean isBase64) {
    int tokens() {
      return texts.stream().mapToInt(text -> text.length).sum();
    }
  }

  static Request read(ApiBody body, ServedModel model) {
    body.requireKnown(KNOWN);
    List<int[]> texts =
        new PromptReader("input", MOST_TEXTS, model.asked()).read(body.get("input"));
    String format = body.text("encoding_format").orElse("float");
    if (!Set.of("float", "base64").contains(format)) {
      throw ApiException.invalid(
          "encoding_format",
          "Invalid value: '%s'. Supported values are: 'float' and 'base64'.".formatted(format));
    }
    int width = model.engine().model().hyperparameters().width();
    if (body.whole("dimensions", width, 1, Integer.MAX_VALUE) != width) {
      throw ApiException.invalid(
          "dimensions",
          "Invalid 'dimensions': this model's vectors have %d, and are not cut.".formatted(width));
    }
    body.text("user");
    return new Request(texts, format.equals("base64"));
  }
}
