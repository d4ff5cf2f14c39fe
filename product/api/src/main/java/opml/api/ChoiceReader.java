package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import opml.llm.tape.AskedChance;
import opml.llm.tape.DrySampling;
import opml.llm.tape.Sampling;

/// Reads how the tokens of an answer are chosen, and what ends it.
final class ChoiceReader {
  private static final int MOST_STOPS = 4;
  private static final int MOST_BIASES = 300; // as OpenAI's API has it
  private static final int MOST_LETTERS_OF_A_STOP = 1_000;

  /// How many of the last tokens are penalised if nobody says, as in llama.cpp.
  private static final int PENALISED = 64;

  private static final String BREAKERS = "dry_sequence_breakers";

  /// What says more of repeated sequences, for which something is to be taken off at all.
  private static final List<String> OF_DRY =
      List.of("dry_base", "dry_allowed_length", "dry_penalty_last_n", BREAKERS);

  private final ApiBody body;
  private final int vocabulary;

  /// @param vocabulary number of the model's tokens
  ChoiceReader(ApiBody body, int vocabulary) {
    this.body = body;
    this.vocabulary = vocabulary;
  }

  /// {@return the seed}; 0 if nobody names one, so that the same request always has the same answer
  long seed() {
    if (body.find("seed").isEmpty()) {
      return 0;
    }
    JsonNode asked = body.get("seed");
    ApiBody.require(
        asked.canConvertToLong() && asked.isIntegralNumber(), "seed", "an integer", asked);
    return asked.longValue();
  }

  /// {@return how tokens are chosen}: as [AskedChance] has it for all of us
  Sampling sampling() {
    AskedChance chance =
        new AskedChance(
            real("temperature"),
            body.find("seed").map(_ -> seed()),
            body.find("top_k")
                .map(_ -> body.whole("top_k", 0, Integer.MIN_VALUE, Integer.MAX_VALUE)),
            real("top_p"),
            real("min_p"),
            real("typical_p"));
    try {
      Sampling sampling =
          chance
              .sampling(0)
              .repeatLastN(body.whole("repeat_last_n", PENALISED, -1, Integer.MAX_VALUE))
              .repeatPenalty((float) body.real("repeat_penalty", 1))
              .frequencyPenalty((float) body.real("frequency_penalty", 0))
              .presencePenalty((float) body.real("presence_penalty", 0))
              .dry(dry())
              .biases(biases())
              .build();
      sampling.requireTokens(vocabulary);
      return sampling;
    } catch (IllegalArgumentException e) {
      throw invalid(e);
    }
  }

  private Optional<Float> real(String name) {
    return body.find(name).map(_ -> (float) body.real(name, 0));
  }

  /// {@return what is told about a refused way to choose}
  ///
  /// @param e its message begins with the option's name
  static ApiException invalid(IllegalArgumentException e) {
    String what = String.valueOf(e.getMessage());
    String field =
        what.replaceFirst("[: ].*", "")
            .replace('-', '_')
            .replaceFirst("^dry_sequence_breaker$", BREAKERS);
    return ApiException.invalid(field, "Invalid '%s': %s.".formatted(field, what));
  }

  private DrySampling dry() {
    if (body.find("dry_multiplier").isEmpty()) {
      for (String name : OF_DRY) {
        if (body.find(name).isPresent()) {
          throw ApiException.invalid(
              name, "Invalid '%s': it is of no effect without 'dry_multiplier'.".formatted(name));
        }
      }
    }
    List<String> breakers = new ArrayList<>();
    body.find(BREAKERS)
        .ifPresentOrElse(
            texts -> {
              ApiBody.require(texts.isArray(), BREAKERS, "an array of strings", texts);
              for (JsonNode text : texts) {
                ApiBody.require(text.isTextual(), BREAKERS, "an array of strings", texts);
                breakers.add(text.textValue());
              }
            },
            () -> breakers.addAll(DrySampling.BREAKERS));
    return DrySampling.of(
        (float) body.real("dry_multiplier", 0),
        (float) body.real("dry_base", DrySampling.BASE),
        body.whole("dry_allowed_length", DrySampling.ALLOWED_LENGTH, 0, Integer.MAX_VALUE),
        body.whole("dry_penalty_last_n", DrySampling.LAST_N, -1, Integer.MAX_VALUE),
        breakers);
  }

  private Map<Integer, Float> biases() {
    Map<Integer, Float> biases = new TreeMap<>();
    body.find("logit_bias")
        .ifPresent(
            object -> {
              ApiBody.require(object.isObject(), "logit_bias", "an object", object);
              object
                  .properties()
                  .forEach(
                      entry -> {
                        boolean isToken = entry.getKey().matches("[0-9]{1,9}");
                        ApiBody.require(
                            isToken && entry.getValue().isNumber(),
                            "logit_bias",
                            "numbers by numbers of tokens",
                            object);
                        biases.put(Integer.parseInt(entry.getKey()), entry.getValue().floatValue());
                      });
            });
    if (biases.size() > MOST_BIASES) {
      throw ApiException.invalid(
          "logit_bias",
          "Invalid 'logit_bias': expected are at most %d tokens.".formatted(MOST_BIASES));
    }
    return biases;
  }

  /// {@return the texts that end an answer}
  List<String> stops() {
    List<String> stops = new ArrayList<>();
    body.find("stop")
        .ifPresent(
            node -> {
              if (node.isArray()) {
                node.forEach(stop -> stops.add(stop(stop)));
              } else {
                stops.add(stop(node));
              }
            });
    if (stops.size() > MOST_STOPS) {
      throw ApiException.invalid("stop", "Invalid 'stop': expected are at most 4 texts.");
    }
    return stops;
  }

  private static String stop(JsonNode node) {
    ApiBody.require(node.isTextual(), "stop", "a string", node);
    if (node.textValue().isEmpty() || node.textValue().length() > MOST_LETTERS_OF_A_STOP) {
      throw ApiException.invalid(
          "stop", "Invalid 'stop': expected are texts of 1 to 1000 letters.");
    }
    return node.textValue();
  }
}
