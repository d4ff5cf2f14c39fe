package opml.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntFunction;
import opml.core.hash.Keccak;
import org.jspecify.annotations.Nullable;

/// Answers as OpenAI's API has them, of texts that go on (`text_completion`) or of conversations (`chat.completion`).
final class AnswerJson implements Form {
  /// How many letters of a hash tell answers apart.
  private static final int LETTERS_OF_AN_ID = 24;

  private final CompletionRequest request;
  private final boolean isChat;
  private final String hash;
  private final String id;
  private final String fingerprint;
  private final Receipts receipts;
  private final long created;
  private final TreeMap<Integer, Spoken> answers = new TreeMap<>();
  private int tokens;

  /// @param body what was asked, of which the answer's id is made: the same question has the same answer
  /// @param fingerprint of the model
  /// @param created seconds since 1970
  AnswerJson(
      CompletionRequest request,
      boolean isChat,
      byte[] body,
      String fingerprint,
      Receipts receipts,
      long created) {
    this.request = request;
    this.receipts = receipts;
    this.isChat = isChat;
    this.fingerprint = fingerprint;
    this.created = created;
    this.hash = hash(body);
    this.id = (isChat ? "chatcmpl-" : "cmpl-") + hash;
  }

  /// {@return letters that tell answers apart, by what was asked}
  static String hash(byte[] body) {
    return Keccak.hash(body).toString().substring(2, 2 + LETTERS_OF_AN_ID);
  }

  /// {@return what tells a call of a tool from others}
  ///
  /// @param hash of what was asked
  static String callId(String hash, ToolUse tools, int answer, int call) {
    byte[] what = "%s %d %d".formatted(hash, answer, call).getBytes(StandardCharsets.UTF_8);
    return tools.hasBriefIds() ? hash(what).substring(0, 9) : "call_" + hash(what);
  }

  private ObjectNode head(String object) {
    return ApiBody.MAPPER
        .createObjectNode()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", request.model())
        .put("system_fingerprint", fingerprint)
        .put("seed", request.seed());
  }

  private ObjectNode choice(
      ObjectNode answer, int index, List<Chance> chances, @Nullable String reason) {
    ArrayNode choices = answer.withArray("choices");
    ObjectNode choice = choices.addObject().put("index", index);
    if (chances.isEmpty() && (reason == null || !request.told().showsChances())) {
      choice.putNull("logprobs");
    } else {
      choice.set("logprobs", isChat ? ChanceJson.ofChat(chances) : ChanceJson.ofText(chances));
    }
    return choice.put("finish_reason", reason);
  }

  private ObjectNode chunk() {
    ObjectNode chunk = head(isChat ? "chat.completion.chunk" : "text_completion");
    if (request.told().showsUsage()) {
      chunk.putNull("usage");
    }
    return chunk;
  }

  // --- A stream ---

  /// Each copy of an answer hears the same.
  private void copies(Events out, int answer, IntFunction<ObjectNode> event) {
    for (int copy = 0; copy < request.shows(); copy++) {
      out.add(event.apply(answer * request.shows() + copy));
    }
  }

  @Override
  public void begin(Events out) {
    if (!isChat) {
      return;
    }
    for (int answer = 0; answer < request.answers(); answer++) {
      copies(
          out,
          answer,
          index -> {
            ObjectNode chunk = chunk();
            choice(chunk, index, List.of(), null)
                .putObject("delta")
                .put("role", "assistant")
                .put("content", "");
            return chunk;
          });
    }
  }

  @Override
  public void hear(Heard.Said said, Events out) {
    tell(said.answer(), spoken(said.answer()).hear(said), said.chances(), out);
  }

  /// Tells parts of an answer; how probable tokens were is told with the first of them.
  private void tell(int answer, List<Part> parts, List<Chance> chances, Events out) {
    List<Part> told = parts.isEmpty() && !chances.isEmpty() ? List.of(new Part.Text("")) : parts;
    for (int i = 0; i < told.size(); i++) {
      Part part = told.get(i);
      List<Chance> with = i == 0 ? chances : List.of();
      copies(
          out,
          answer,
          index -> {
            ObjectNode chunk = chunk();
            ObjectNode choice = choice(chunk, index, with, null);
            if (isChat) {
              delta(choice.putObject("delta"), answer, part);
            } else if (part instanceof Part.Text(String text)) {
              choice.put("text", text);
            }
            return chunk;
          });
    }
  }

  private void delta(ObjectNode delta, int answer, Part part) {
    switch (part) {
      case Part.Text(String text) -> delta.put("content", text);
      case Part.Call(int call, String name) ->
          delta
              .putArray("tool_calls")
              .addObject()
              .put("index", call)
              .put("id", callId(hash, request.tools(), answer, call))
              .put("type", "function")
              .putObject("function")
              .put("name", name)
              .put("arguments", "");
      case Part.Arguments(int call, String json) ->
          delta
              .putArray("tool_calls")
              .addObject()
              .put("index", call)
              .putObject("function")
              .put("arguments", json);
    }
  }

  @Override
  public void hear(Heard.Ended ended, Events out) {
    Spoken spoken = spoken(ended.answer());
    tell(ended.answer(), spoken.hear(ended), List.of(), out);
    tokens += ended.tokens() * request.shows();
    copies(
        out,
        ended.answer(),
        index -> {
          ObjectNode chunk = chunk();
          ObjectNode choice = choice(chunk, index, List.of(), spoken.reason());
          if (isChat) {
            choice.putObject("delta");
          } else {
            choice.put("text", "");
          }
          choice.putNull("logprobs");
          return receipts.moveTo(chunk);
        });
    answers.remove(ended.answer());
  }

  @Override
  public void end(Events out) {
    if (request.told().showsUsage()) {
      ObjectNode chunk = chunk();
      chunk.putArray("choices");
      usage(chunk);
      out.add(chunk);
    }
    out.end();
  }

  @Override
  public void fail(ApiException why, Events out) {
    out.add(error(why));
  }

  // --- Whole answers ---

  private Spoken spoken(int answer) {
    return answers.computeIfAbsent(
        answer, _ -> new Spoken(request.tools(), !request.told().isStream()));
  }

  @Override
  public void keep(Heard.Said said) {
    spoken(said.answer()).hear(said);
  }

  @Override
  public void keep(Heard.Ended ended) {
    spoken(ended.answer()).hear(ended);
    tokens += ended.tokens() * request.shows();
  }

  @Override
  public void keep(Heard.Made made) {
    receipts.add(made);
  }

  @Override
  public ObjectNode whole() {
    ObjectNode object = head(isChat ? "chat.completion" : "text_completion");
    answers.forEach(
        (answer, spoken) -> {
          String text = spoken.text();
          for (int copy = 0; copy < request.shows(); copy++) {
            int index = answer * request.shows() + copy;
            ObjectNode choice = choice(object, index, spoken.chances(), spoken.reason());
            if (isChat) {
              choice.set("message", message(answer, spoken, text));
            } else {
              choice.put("text", text);
            }
          }
        });
    usage(object);
    return receipts.moveTo(object);
  }

  private ObjectNode message(int answer, Spoken spoken, String text) {
    ObjectNode message = ApiBody.MAPPER.createObjectNode().put("role", "assistant");
    boolean isCall = !spoken.calls().isEmpty();
    message.put("content", isCall && text.isEmpty() ? null : text);
    message.putNull("refusal");
    if (isCall) {
      ArrayNode calls = message.putArray("tool_calls");
      for (Spoken.Call call : spoken.calls()) {
        calls
            .addObject()
            .put("id", callId(hash, request.tools(), answer, calls.size() - 1))
            .put("type", "function")
            .putObject("function")
            .put("name", call.name())
            .put("arguments", call.arguments().toString());
      }
    }
    return message;
  }

  private void usage(ObjectNode object) {
    int prompt = request.promptTokens();
    object
        .putObject("usage")
        .put("prompt_tokens", prompt)
        .put("completion_tokens", tokens)
        .put("total_tokens", prompt + tokens);
  }

  static ObjectNode error(ApiException e) {
    ObjectNode object = ApiBody.MAPPER.createObjectNode();
    object
        .putObject("error")
        .put("message", e.getMessage())
        .put("type", e.type())
        .put("param", e.param())
        .put("code", e.code());
    return object;
  }

  static byte[] bytes(ObjectNode object) {
    try {
      return ApiBody.MAPPER.writeValueAsString(object).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not JSON: " + object, e);
    }
  }
}
