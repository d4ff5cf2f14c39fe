package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import opml.llm.chat.ChatJson;
import opml.llm.chat.ChatTemplate;
import opml.llm.tape.Sampling;
import opml.llm.template.Datum;
import opml.llm.template.TemplateException;
import opml.llm.tokenizer.Tokenizer;

/// Makes of a body what is to be said, and refuses what we do not have rather than leaving it out in silence.
final class RequestReader {
  private static final int MOST_PROMPTS = 64;
  private static final int MOST_COPIES = 128;

  /// Answers that are kept until they are sent, all in one body.
  private static final int MOST_WHOLE_ANSWERS = 128;

  private static final int MOST_STOPS = 4;
  private static final int MOST_BIASES = 300; // as OpenAI's API has it

  /// How many of the last tokens are penalised if nobody says, as in llama.cpp.
  private static final int PENALISED = 64;

  private static final int MOST_LETTERS_OF_A_STOP = 1_000;

  /// What OpenAI's API says where nobody asks for a length.
  private static final int DEFAULT_MOST = 16;

  private static final Set<String> COMMON =
      Set.of(
          "model",
          "stop",
          "n",
          "seed",
          "stream",
          "stream_options",
          "max_tokens",
          "temperature",
          "top_p",
          "presence_penalty",
          "frequency_penalty",
          "logit_bias",
          // As llama.cpp's server has them.
          "top_k",
          "min_p",
          "typical_p",
          "repeat_penalty",
          "repeat_last_n",
          "logprobs",
          // These change nothing of an answer.
          "user",
          "metadata",
          "store",
          "service_tier",
          "safety_identifier",
          "prompt_cache_key");

  private static final Set<String> OF_COMPLETIONS = with("prompt", "echo", "suffix", "best_of");

  private static final Set<String> OF_CHATS =
      with(
          "messages",
          "max_completion_tokens",
          "top_logprobs",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "response_format",
          "modalities",
          "chat_template_kwargs");

  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool", "function");

  private final ApiBody body;
  private final String name;
  private final ServedModel model;
  private final Tokenizer tokenizer;

  /// @param name what clients call the model
  RequestReader(ApiBody body, String name, ServedModel model) {
    this.body = body;
    this.name = name;
    this.model = model;
    this.tokenizer = model.tokenizer();
  }

  private static Set<String> with(String... more) {
    Set<String> all = new TreeSet<>(COMMON);
    all.addAll(List.of(more));
    return all;
  }

  CompletionRequest completion() {
    body.requireKnown(OF_COMPLETIONS);
    List<int[]> prompts = prompts(body.get("prompt"));
    if (body.find("suffix").isPresent()) {
      throw ApiException.invalid("suffix", "Texts between others are not made here.");
    }
    if (body.find("logprobs").isPresent()) {
      throw ApiException.invalid("logprobs", "Probabilities are not told here.");
    }
    int copies = body.whole("n", 1, 1, MOST_COPIES);
    if (body.whole("best_of", copies, 1, MOST_COPIES) < copies) {
      throw ApiException.invalid("best_of", "Invalid 'best_of': it must not be less than 'n'.");
    }
    List<String> echo =
        body.flag("echo", false)
            ? prompts.stream().map(prompt -> tokenizer.decode(prompt, false)).toList()
            : List.of();
    return request(prompts, echo, body.whole("max_tokens", DEFAULT_MOST, 0, Integer.MAX_VALUE));
  }

  CompletionRequest chat(ZonedDateTime now) {
    body.requireKnown(OF_CHATS);
    ChatTemplate template =
        model
            .template()
            .orElseThrow(
                () ->
                    ApiException.invalid(
                        "model",
                        "The model `%s` has no template for conversations.".formatted(name)));
    if (body.flag("logprobs", false) || body.whole("top_logprobs", 0, 0, 20) > 0) {
      throw ApiException.invalid("logprobs", "Probabilities are not told here.");
    }
    requireText();
    List<Datum> messages = messages(body.get("messages"));
    Map<String, Datum> more = new LinkedHashMap<>();
    body.find("chat_template_kwargs")
        .ifPresent(
            kwargs -> {
              ApiBody.require(kwargs.isObject(), "chat_template_kwargs", "an object", kwargs);
              more.putAll(ChatJson.entries(kwargs));
            });
    int[] prompt;
    try {
      prompt = template.tokens(template.text(messages, more, now));
    } catch (TemplateException e) {
      throw ApiException.invalid(
          "messages", "The model's template for conversations: " + e.getMessage());
    }
    requirePlace("messages", prompt);
    int most = body.whole("max_tokens", Integer.MAX_VALUE, 1, Integer.MAX_VALUE);
    most = body.whole("max_completion_tokens", most, 1, Integer.MAX_VALUE);
    return request(List.of(prompt), List.of(), most);
  }

  /// What asks for another form than text.
  private void requireText() {
    body.find("tools")
        .filter(tools -> !tools.isEmpty() && !"none".equals(choice()))
        .ifPresent(
            _ -> {
              throw ApiException.invalid("tools", "Tools are not called here yet.");
            });
    body.find("response_format")
        .filter(format -> !format.path("type").asText().equals("text"))
        .ifPresent(
            _ -> {
              throw ApiException.invalid(
                  "response_format", "Answers have no other form here than text.");
            });
    body.find("modalities")
        .filter(all -> all.size() != 1 || !all.path(0).asText().equals("text"))
        .ifPresent(
            _ -> {
              throw ApiException.invalid("modalities", "Answers are texts here.");
            });
  }

  private String choice() {
    return body.find("tool_choice").map(JsonNode::asText).orElse("auto");
  }

  private CompletionRequest request(List<int[]> prompts, List<String> echo, int most) {
    Sampling sampling = sampling();
    int copies = body.whole("n", 1, 1, MOST_COPIES);
    if (copies > 1 && sampling.temperature() > 0) {
      throw ApiException.invalid(
          "n",
          "Invalid 'n': with a temperature, 1 is expected; ask again with another 'seed' instead.");
    }
    body.text("user");
    boolean isStream = body.flag("stream", false);
    boolean showsUsage =
        body.find("stream_options")
            .map(
                options -> {
                  ApiBody.require(options.isObject(), "stream_options", "an object", options);
                  return options.path("include_usage").asBoolean();
                })
            .orElse(false);
    if (!isStream && prompts.size() * copies > MOST_WHOLE_ANSWERS) {
      throw ApiException.invalid(
          "n",
          "Invalid 'n': %d answers to each of %d prompts; more than %d come as a stream only."
              .formatted(copies, prompts.size(), MOST_WHOLE_ANSWERS));
    }
    return new CompletionRequest(
        name, prompts, echo, most, stops(), sampling, copies, isStream, showsUsage);
  }

  /// {@return how tokens are chosen}: the most likely one each time, unless a temperature is asked for. Without a seed
  /// it is 0, so that the same request always has the same answer.
  private Sampling sampling() {
    long seed = 0;
    if (body.find("seed").isPresent()) {
      JsonNode asked = body.get("seed");
      ApiBody.require(
          asked.canConvertToLong() && asked.isIntegralNumber(), "seed", "an integer", asked);
      seed = asked.longValue();
    }
    try {
      Sampling sampling =
          new Sampling(
                  seed,
                  (float) body.real("temperature", 0),
                  body.whole("top_k", 0, 0, Integer.MAX_VALUE),
                  (float) body.real("top_p", 1),
                  (float) body.real("min_p", 0),
                  (float) body.real("typical_p", 1),
                  body.whole("repeat_last_n", PENALISED, -1, Integer.MAX_VALUE),
                  (float) body.real("repeat_penalty", 1),
                  (float) body.real("frequency_penalty", 0),
                  (float) body.real("presence_penalty", 0))
              .withBiases(biases());
      sampling.requireTokens(tokenizer.size());
      return sampling;
    } catch (IllegalArgumentException e) {
      String what = String.valueOf(e.getMessage());
      String field = what.replaceFirst("[: ].*", "").replace('-', '_');
      throw ApiException.invalid(field, "Invalid '%s': %s.".formatted(field, what));
    }
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

  private List<String> stops() {
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

  private List<int[]> prompts(JsonNode node) {
    List<int[]> prompts = new ArrayList<>();
    if (node.isTextual()) {
      prompts.add(tokens(node.textValue()));
    } else if (!node.isArray()) {
      throw ApiBody.wrongType("prompt", "a string or an array", node);
    } else if (node.path(0).isIntegralNumber()) {
      prompts.add(numbers(node));
    } else {
      if (node.isEmpty() || node.size() > MOST_PROMPTS) {
        throw ApiException.invalid("prompt", "Invalid 'prompt': expected are 1 to 64 texts.");
      }
      node.forEach(
          each -> {
            if (each.isArray()) {
              prompts.add(numbers(each));
            } else {
              ApiBody.require(each.isTextual(), "prompt", "a string", each);
              prompts.add(tokens(each.textValue()));
            }
          });
    }
    prompts.forEach(prompt -> requirePlace("prompt", prompt));
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
      ApiBody.require(token.isIntegralNumber(), "prompt", "an integer", token);
      if (!token.canConvertToInt()
          || token.intValue() < 0
          || token.intValue() >= tokenizer.size()) {
        throw ApiException.invalid(
            "prompt", "Invalid 'prompt': there is no token %s.".formatted(token));
      }
      tokens[i] = token.intValue();
    }
    return tokens;
  }

  private void requirePlace(String param, int... prompt) {
    if (prompt.length == 0) {
      throw ApiException.invalid(param, "Invalid '%s': it has no tokens.".formatted(param));
    }
    if (prompt.length >= model.context()) {
      throw ApiException.invalid(
          param,
          "context_length_exceeded",
          "This model's maximum context length is %d tokens. However, your %s resulted in %d tokens."
              .formatted(model.context(), param, prompt.length));
    }
  }

  private List<Datum> messages(JsonNode node) {
    ApiBody.require(node.isArray(), "messages", "an array", node);
    if (node.isEmpty()) {
      throw ApiException.invalid("messages", "Invalid 'messages': there is none.");
    }
    List<Datum> messages = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      messages.add(message("messages[%d]".formatted(i), node.get(i)));
    }
    return messages;
  }

  private static Datum message(String place, JsonNode node) {
    ApiBody.require(node.isObject(), place, "an object", node);
    JsonNode role = node.path("role");
    ApiBody.require(role.isTextual(), place + ".role", "a string", role);
    if (!ROLES.contains(role.textValue())) {
      throw ApiException.invalid(
          place + ".role", "Invalid value: '%s'.".formatted(role.textValue()));
    }
    Map<String, Datum> message = new LinkedHashMap<>(ChatJson.entries(node));
    // Templates know the older name.
    message.put(
        "role", Datum.of(role.textValue().equals("developer") ? "system" : role.textValue()));
    message.put("content", content(place + ".content", node.path("content")));
    if (message.get("tool_calls") instanceof Datum.Nothing) {
      message.remove("tool_calls");
    }
    return Datum.map(message);
  }

  /// {@return what is said}; of several parts their texts, since most templates know no parts
  private static Datum content(String place, JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return Datum.of("");
    }
    if (node.isTextual()) {
      return Datum.of(node.textValue());
    }
    ApiBody.require(node.isArray(), place, "a string or an array", node);
    StringBuilder text = new StringBuilder();
    for (JsonNode part : node) {
      JsonNode said = part.path("text");
      if (!part.path("type").asText().equals("text") || !said.isTextual()) {
        throw ApiException.invalid(place, "Parts of a message are texts here.");
      }
      text.append(said.textValue());
    }
    return Datum.of(text.toString());
  }
}
