package opml.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// An answer as OpenAI's Responses API has it: items, each a text or a call of a function, and events that tell of each
/// how it comes to be.
final class ResponseJson implements Form {
  private final CompletionRequest request;
  private final ResponseHead head;
  private final String hash;
  private final Receipts receipts;
  private final Consumer<ObjectNode> finished;
  private final Spoken spoken;
  private final ArrayNode output = ApiBody.MAPPER.createArrayNode();

  /// Chances of the tokens of the text that is being said.
  private final List<Chance> chances = new ArrayList<>();

  /// Of an answer that is sent whole.
  private final Events unsent = new Events(_ -> {});

  private final StringBuilder text = new StringBuilder();
  private Open open = Open.NONE;
  private int sequence;

  /// What kind of item is not at its end yet.
  private enum Open {
    NONE,
    TEXT,
    CALL
  }

  /// @param hash of what was asked
  /// @param finished hears the whole response once it is at its end
  ResponseJson(
      CompletionRequest request,
      ResponseHead head,
      String hash,
      Receipts receipts,
      Consumer<ObjectNode> finished) {
    this.request = request;
    this.receipts = receipts;
    this.head = head;
    this.hash = hash;
    this.finished = finished;
    this.spoken = new Spoken(request.tools(), true);
  }

  // --- Events ---

  private void event(Events out, String type, Consumer<ObjectNode> more) {
    ObjectNode event =
        ApiBody.MAPPER.createObjectNode().put("type", type).put("sequence_number", sequence++);
    more.accept(event);
    out.add(type, event);
  }

  private void ofItem(Events out, String type, Consumer<ObjectNode> more) {
    event(
        out,
        type,
        event -> {
          event.put("item_id", item().path("id").asText()).put("output_index", output.size() - 1);
          more.accept(event);
        });
  }

  private void ofPart(Events out, String type, Consumer<ObjectNode> more) {
    ofItem(
        out,
        type,
        event -> {
          event.put("content_index", 0);
          more.accept(event);
        });
  }

  private ObjectNode item() {
    return (ObjectNode) output.get(output.size() - 1);
  }

  @Override
  public void begin(Events out) {
    for (String type : List.of("response.created", "response.in_progress")) {
      event(out, type, event -> event.set("response", head.of("in_progress", output.deepCopy())));
    }
  }

  @Override
  public void hear(Heard.Said said, Events out) {
    List<Part> parts = spoken.hear(said);
    List<Chance> with = said.chances();
    for (Part part : parts) {
      tell(part, with, out);
      with = List.of();
    }
    if (!with.isEmpty() && open == Open.TEXT) {
      tell(new Part.Text(""), with, out);
    }
  }

  private void tell(Part part, List<Chance> with, Events out) {
    switch (part) {
      case Part.Text(String more) -> {
        openText(out);
        text.append(more);
        chances.addAll(with);
        ofPart(
            out,
            "response.output_text.delta",
            event -> event.put("delta", more).set("logprobs", ChanceJson.entries(with)));
      }
      case Part.Call(int index, String name) -> {
        close(out);
        open = Open.CALL;
        output
            .addObject()
            .put("id", "fc_" + id())
            .put("type", "function_call")
            .put("status", "in_progress")
            .put("call_id", AnswerJson.callId(hash, request.tools(), 0, index))
            .put("name", name)
            .put("arguments", "");
        added(out);
      }
      case Part.Arguments(int _, String json) -> {
        text.append(json);
        ofItem(out, "response.function_call_arguments.delta", event -> event.put("delta", json));
      }
    }
  }

  private String id() {
    return "%s%02d".formatted(hash, output.size());
  }

  private void openText(Events out) {
    if (open == Open.TEXT) {
      return;
    }
    close(out);
    open = Open.TEXT;
    output
        .addObject()
        .put("id", "msg_" + id())
        .put("type", "message")
        .put("status", "in_progress")
        .put("role", "assistant")
        .putArray("content");
    added(out);
    ofPart(out, "response.content_part.added", event -> event.set("part", part()));
  }

  private void added(Events out) {
    event(
        out,
        "response.output_item.added",
        event -> event.put("output_index", output.size() - 1).set("item", item().deepCopy()));
  }

  private ObjectNode part() {
    ObjectNode part =
        ApiBody.MAPPER.createObjectNode().put("type", "output_text").put("text", text.toString());
    part.putArray("annotations");
    part.set("logprobs", ChanceJson.entries(chances));
    return part;
  }

  private void close(Events out) {
    if (open == Open.NONE) {
      return;
    }
    if (open == Open.TEXT) {
      ofPart(
          out,
          "response.output_text.done",
          event -> event.put("text", text.toString()).set("logprobs", ChanceJson.entries(chances)));
      ofPart(out, "response.content_part.done", event -> event.set("part", part()));
      item().withArray("content").add(part());
    } else {
      ofItem(
          out,
          "response.function_call_arguments.done",
          event -> event.put("arguments", text.toString()).set("name", item().get("name")));
      item().put("arguments", text.toString());
    }
    item().put("status", "completed");
    event(
        out,
        "response.output_item.done",
        event -> event.put("output_index", output.size() - 1).set("item", item().deepCopy()));
    open = Open.NONE;
    text.setLength(0);
    chances.clear();
  }

  @Override
  public void hear(Heard.Ended ended, Events out) {
    for (Part part : spoken.hear(ended)) {
      tell(part, List.of(), out);
    }
    if (output.isEmpty()) {
      openText(out);
    }
    close(out);
  }

  @Override
  public void end(Events out) {
    ObjectNode response = response();
    event(
        out,
        "response." + response.path("status").asText(),
        event -> event.set("response", response));
  }

  private ObjectNode response() {
    boolean isCut = spoken.reason().equals("length");
    ObjectNode response = head.of(isCut ? "incomplete" : "completed", output);
    if (isCut) {
      item().put("status", "incomplete");
      response.putObject("incomplete_details").put("reason", "max_output_tokens");
    }
    head.use(response, spoken.tokens());
    receipts.moveTo(response);
    finished.accept(response);
    return response;
  }

  @Override
  public void fail(ApiException why, Events out) {
    ObjectNode response = head.of("failed", output);
    response.putObject("error").put("code", "server_error").put("message", why.getMessage());
    event(out, "response.failed", event -> event.set("response", response));
  }

  // --- Whole ---

  @Override
  public void keep(Heard.Said said) {
    hear(said, unsent);
  }

  @Override
  public void keep(Heard.Ended ended) {
    hear(ended, unsent);
  }

  @Override
  public void keep(Heard.Made made) {
    receipts.add(made);
  }

  @Override
  public ObjectNode whole() {
    return response();
  }

  /// {@return what was said, as the message of a conversation}
  ObjectNode message() {
    ObjectNode message =
        ApiBody.MAPPER.createObjectNode().put("role", "assistant").put("content", spoken.text());
    List<Spoken.Call> calls = spoken.calls();
    for (int i = 0; i < calls.size(); i++) {
      message
          .withArray("tool_calls")
          .addObject()
          .put("id", AnswerJson.callId(hash, request.tools(), 0, i))
          .put("type", "function")
          .putObject("function")
          .put("name", calls.get(i).name())
          .put("arguments", calls.get(i).arguments().toString());
    }
    return message;
  }
}
