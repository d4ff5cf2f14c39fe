package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import opml.llm.tokenizer.Tokenizer;

/// Makes of a field the tokens of texts: it has one text or several, each as a string or as the numbers of its tokens.
final class PromptReader {
  private final String field;
  private final int mostTexts;
  private final AskedModel model;
  private final Tokenizer tokenizer;

  /// @param mostTexts that there may be
  PromptReader(String field, int mostTexts, AskedModel model) {
    this.field = field;
    this.mostTexts = mostTexts;
    this.model = model;
    this.tokenizer = model.tokenizer();
  }

  /// {@return each text's tokens, at least one and fewer than the model's context}
  ///
  /// @throws ApiException if there are none such
  List<int[]> read(JsonNode node) {
    List<int[]> prompts = new ArrayList<>();
    if (node.isTextual()) {
      prompts.add(tokens(node.textValue()));
    } else if (!node.isArray()) {
      throw ApiBody.wrongType(field, "a string or an array", node);
    } else if (node.path(0).isIntegralNumber()) {
      prompts.add(numbers(node));
    } else {
      if (node.isEmpty() || node.size() > mostTexts) {
        throw ApiException.invalid(
            field, "Invalid '%s': expected are 1 to %d texts.".formatted(field, mostTexts));
      }
      node.forEach(
          each -> {
            if (each.isArray()) {
              prompts.add(numbers(each));
            } else {
              ApiBody.require(each.isTextual(), field, "a string", each);
              prompts.add(tokens(each.textValue()));
            }
          });
    }
    prompts.forEach(prompt -> requirePlace(field, model, prompt));
    return prompts;
  }

  private int[] tokens(String text) {
    int[] tokens = tokenizer.encode(text, true, true);
    return tokens.length == 0 ? tokenizer.begin().stream().toArray() : tokens;
  }

  private int[] numbers(JsonNode node) {
    int[] tokens = new int[node.size()];
    for (int i = 0; i < tokens.length; i++) {
      JsonNode token = node.get(i);
      ApiBody.require(token.isIntegralNumber(), field, "an integer", token);
      if (!token.canConvertToInt()
          || token.intValue() < 0
          || token.intValue() >= tokenizer.size()) {
        throw ApiException.invalid(
            field, "Invalid '%s': there is no token %s.".formatted(field, token));
      }
      tokens[i] = token.intValue();
    }
    return tokens;
  }

  /// Refuses a text that has no tokens, or leaves no room behind it.
  static void requirePlace(String field, AskedModel model, int... prompt) {
    if (prompt.length == 0) {
      throw ApiException.invalid(field, "Invalid '%s': it has no tokens.".formatted(field));
    }
    if (prompt.length >= model.context()) {
      throw ApiException.invalid(
          field,
          "context_length_exceeded",
          "This model's maximum context length is %d tokens. However, your %s resulted in %d tokens."
              .formatted(model.context(), field, prompt.length));
    }
  }
}
