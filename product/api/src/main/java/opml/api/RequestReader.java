package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import opml.llm.chat.ChatJson;
import opml.llm.chat.ChatTemplate;
import opml.llm.grammar.Grammar;
import opml.llm.template.Datum;
import opml.llm.template.TemplateException;
import opml.llm.tokenizer.Tokenizer;

/// Makes of a body what is to be said, and refuses what we do not have rather than leaving it out in silence.
final class RequestReader {
  private static final int MOST_PROMPTS = 64;
  private static final int MOST_COPIES = 128;

  /// Answers that are kept until they are sent, all in one body.
  private static final int MOST_WHOLE_ANSWERS = 128;

  /// Probabilities that are kept until they are sent.
  private static final int MOST_CHANCES = 1 << 20;

  /// Letters of prompts that are sent again: more than that nobody checks ([opml.receipt.ReceiptJson]).
  private static final int MOST_LETTERS = 1 << 24;

  /// How many of the most probable tokens are told in each one's place, at most.
  private static final int MOST_OTHERS = 20;

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
          "dry_multiplier",
          "dry_base",
          "dry_allowed_length",
          "dry_penalty_last_n",
          "dry_sequence_breakers",
          "grammar",
          "response_format",
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
          "modalities",
          "chat_template_kwargs");

  private final ApiBody body;
  private final String name;
  private final AskedModel model;
  private final Tokenizer tokenizer;

  /// @param name what clients call the model
  RequestReader(ApiBody body, String name, AskedModel model) {
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
    List<int[]> prompts = new PromptReader("prompt", MOST_PROMPTS, model).read(body.get("prompt"));
    if (body.find("suffix").isPresent()) {
      throw ApiException.invalid("suffix", "Texts between others are not made here.");
    }
    int copies = body.whole("n", 1, 1, MOST_COPIES);
    if (body.whole("best_of", copies, 1, MOST_COPIES) < copies) {
      throw ApiException.invalid("best_of", "Invalid 'best_of': it must not be less than 'n'.");
    }
    List<String> echo = body.flag("echo", false) ? texts(prompts) : List.of();
    int others = body.whole("logprobs", -1, 0, MOST_OTHERS);
    if (others >= 0 && !echo.isEmpty()) {
      throw ApiException.invalid(
          "logprobs", "How probable a prompt is is not told; ask without 'echo'.");
    }
    int most = body.whole("max_tokens", DEFAULT_MOST, 0, Integer.MAX_VALUE);
    return request(prompts, echo, most, others, ToolUse.NONE, new FormReader(body).read());
  }

  private List<String> texts(List<int[]> prompts) {
    List<String> texts = new ArrayList<>();
    long letters = 0;
    for (int[] prompt : prompts) {
      texts.add(tokenizer.decode(prompt, false));
      letters += texts.getLast().length();
      if (letters > MOST_LETTERS) {
        throw ApiException.invalid(
            "echo",
            "Invalid 'echo': the prompts have more than %,d letters.".formatted(MOST_LETTERS));
      }
    }
    return texts;
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
                        ("The model `%s` has no template for conversations; 'opml api' takes one as"
                                + " --chat-template FILE, or 'chatml'. Texts go on without one, at"
                                + " /v1/completions.")
                            .formatted(name)));
    requireText();
    int others = others();
    ToolReader.Tools tools = new ToolReader(body, template).read();
    Grammar form = new FormReader(body).read();
    if (tools.use().isWanted() && !form.isAny()) {
      throw ApiException.invalid(
          "response_format",
          "Answers either have a form or call tools here; with one, 'tool_choice' must be 'none'.");
    }
    Map<String, Datum> more = new LinkedHashMap<>();
    more.put("tools", tools.told());
    body.find("chat_template_kwargs")
        .ifPresent(
            kwargs -> {
              ApiBody.require(kwargs.isObject(), "chat_template_kwargs", "an object", kwargs);
              more.putAll(ChatJson.entries(kwargs));
            });
    int[] prompt = prompt(template, more, now, tools.forced().map(CallGrammar::begun).orElse(""));
    PromptReader.requirePlace("messages", model, prompt);
    int most = body.whole("max_tokens", Integer.MAX_VALUE, 1, Integer.MAX_VALUE);
    most = body.whole("max_completion_tokens", most, 1, Integer.MAX_VALUE);
    return request(
        List.of(prompt),
        List.of(),
        most,
        others,
        tools.use(),
        tools.forced().map(CallGrammar::grammar).orElse(form));
  }

  /// @param begun what stands at the begin of the answer already
  private int[] prompt(
      ChatTemplate template, Map<String, Datum> more, ZonedDateTime now, String begun) {
    try {
      return template.tokens(text(template, more, now) + begun);
    } catch (TemplateException e) {
      throw ApiException.invalid(
          "messages", "The model's template for conversations: " + e.getMessage());
    }
  }

  /// A template that joins a call's arguments to a text wants them as a text, and fails otherwise.
  private String text(ChatTemplate template, Map<String, Datum> more, ZonedDateTime now) {
    JsonNode messages = body.get("messages");
    try {
      return template.text(new MessageReader(true).read(messages), more, now);
    } catch (TemplateException e) {
      if (messages.findValue("tool_calls") == null) {
        throw e;
      }
      return template.text(new MessageReader(false).read(messages), more, now);
    }
  }

  /// {@return how many of the most probable tokens are told; -1 where not even the chosen one's probability is}
  private int others() {
    boolean isTold = body.flag("logprobs", false);
    int others = body.whole("top_logprobs", 0, 0, MOST_OTHERS);
    if (!isTold && others > 0) {
      throw ApiException.invalid(
          "top_logprobs", "Invalid 'top_logprobs': 'logprobs' must be true for it.");
    }
    return isTold ? others : -1;
  }

  private void requireText() {
    body.find("modalities")
        .filter(all -> all.size() != 1 || !all.path(0).asText().equals("text"))
        .ifPresent(
            _ -> {
              throw ApiException.invalid("modalities", "Answers are texts here.");
            });
  }

  /// @param others how many of the most probable tokens are told in each one's place; -1 for no probabilities
  private CompletionRequest request(
      List<int[]> prompts, List<String> echo, int most, int others, ToolUse tools, Grammar form) {
    ChoiceReader choices = new ChoiceReader(body, tokenizer.size());
    int copies = body.whole("n", 1, 1, MOST_COPIES);
    body.text("user");
    boolean isStream = body.flag("stream", false);
    if (!isStream && prompts.size() * copies > MOST_WHOLE_ANSWERS) {
      throw ApiException.invalid(
          "n",
          "Invalid 'n': %d answers to each of %d prompts; more than %d come as a stream only."
              .formatted(copies, prompts.size(), MOST_WHOLE_ANSWERS));
    }
    CompletionRequest wanted =
        new CompletionRequest(
            name,
            prompts,
            echo,
            most,
            choices.stops(),
            choices.sampling().withGrammar(form),
            choices.seed(),
            copies,
            new CompletionRequest.Told(
                isStream, showsUsage(isStream), others >= 0, Math.max(others, 0)),
            tools);
    if (!isStream) {
      requireRoom(wanted, model.context());
    }
    return wanted;
  }

  /// Refuses what would be kept until it is sent, and is too much.
  ///
  /// @param context tokens of a text, at most
  static void requireRoom(CompletionRequest wanted, int context) {
    if (wanted.chances(context) > MOST_CHANCES) {
      throw ApiException.invalid(
          "logprobs",
          "Invalid 'logprobs': up to %,d probabilities, and no more than %,d are told at once; ask for fewer tokens, or"
                  .formatted(wanted.chances(context), MOST_CHANCES)
              + " for a stream.");
    }
    if (wanted.letters() > MOST_LETTERS) {
      throw ApiException.invalid(
          "n",
          "Invalid 'n': with so many prompts as long as these, %d answers to each come as a stream only."
              .formatted(wanted.copies()));
    }
  }

  private boolean showsUsage(boolean isStream) {
    return body.find("stream_options")
        .map(
            options -> {
              ApiBody.require(options.isObject(), "stream_options", "an object", options);
              if (!isStream) {
                throw ApiException.invalid(
                    "stream_options",
                    "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
              }
              JsonNode asked = options.path("include_usage");
              ApiBody.require(
                  asked.isBoolean() || asked.isNull() || asked.isMissingNode(),
                  "stream_options.include_usage",
                  "a boolean",
                  asked);
              return asked.asBoolean();
            })
        .orElse(false);
  }
}
