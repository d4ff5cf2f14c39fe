package opml.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.ServerResponse;
import java.time.Clock;
import java.time.ZonedDateTime;

/// What models answer: texts, conversations, responses, embeddings.
final class AnswerRoutes implements AutoCloseable {
  /// Responses that are kept to go on from.
  private static final int MOST_RESPONSES = 1_000;

  private static final long MOST_LETTERS = 1 << 24;

  private final ModelShelf models;
  private final Workers workers;
  private final Metrics metrics;
  private final Watchdog watchdog;
  private final Clock clock;
  private final EmbedderShelf embedders;
  private final ResponseStore responses = new ResponseStore(MOST_RESPONSES, MOST_LETTERS);

  /// @param waiting requests for embeddings that wait, at most
  AnswerRoutes(
      ModelShelf models,
      Workers workers,
      Metrics metrics,
      Watchdog watchdog,
      Clock clock,
      int waiting) {
    this.models = models;
    this.workers = workers;
    this.metrics = metrics;
    this.watchdog = watchdog;
    this.clock = clock;
    this.embedders = new EmbedderShelf(waiting);
  }

  /// {@return the model that is asked; where there is one only, nobody need name it}
  static String modelName(ApiBody body, ModelShelf models) {
    return models.names().size() == 1
        ? body.text("model").orElseGet(() -> models.names().iterator().next())
        : body.text("model")
            .orElseThrow(() -> ApiException.invalid("model", "you must provide a model parameter"));
  }

  private int answer(
      CompletionRequest wanted,
      ModelShelf.Entry entry,
      ServedModel model,
      Form form,
      ServerResponse response)
      throws InterruptedException {
    Generation generation = new Generation(wanted, entry, model, workers, metrics);
    workers.submit(generation);
    Relay relay = new Relay(generation, response, watchdog);
    return wanted.told().isStream() ? relay.stream(form) : relay.whole(form);
  }

  Reply complete(byte[] bytes, boolean isChat) throws InterruptedException {
    ApiBody body = ApiBody.of(bytes);
    String name = modelName(body, models);
    ModelShelf.Entry entry = models.get(name);
    ServedModel model = entry.model();
    RequestReader reader = new RequestReader(body, name, model.asked());
    ZonedDateTime now = ZonedDateTime.now(clock);
    CompletionRequest wanted = isChat ? reader.chat(now) : reader.completion();
    Receipts receipts = new Receipts(model.voucher(), wanted);
    AnswerJson json =
        new AnswerJson(wanted, isChat, bytes, model.fingerprint(), receipts, now.toEpochSecond());
    return new Reply(
        wanted.heldBytes(model.context()),
        response -> answer(wanted, entry, model, json, response));
  }

  Reply embed(byte[] bytes) throws InterruptedException {
    ApiBody body = ApiBody.of(bytes);
    String name = modelName(body, models);
    ServedModel model = models.get(name).model();
    EmbeddingWork work =
        new EmbeddingWork(EmbeddingReader.read(body, model), name, model, embedders, metrics);
    return new Reply(
        Reply.ALL,
        response -> {
          embedders.submit(work);
          return new Relay(work, response, watchdog).whole(work);
        });
  }

  // --- Responses ---

  Reply respond(byte[] bytes) throws InterruptedException {
    ApiBody body = ApiBody.of(bytes);
    ResponseBody asked = new ResponseBody(body);
    String name = modelName(body, models);
    ModelShelf.Entry entry = models.get(name);
    ServedModel model = entry.model();
    ArrayNode conversation = conversation(asked.previous());
    conversation.addAll(asked.messages());
    // Templates may tell a model what day it is, so the answer tells the same moment.
    ZonedDateTime now = ZonedDateTime.now(clock);
    CompletionRequest wanted =
        new RequestReader(asked.chat(conversation), name, model.asked()).chat(now);
    // A stream of events, too, tells all again at its end.
    RequestReader.requireRoom(wanted, model.context());
    String hash = AnswerJson.hash(bytes);
    ResponseHead head = new ResponseHead(body, wanted, "resp_" + hash, now.toEpochSecond());
    boolean isStored = asked.isStored();
    // What is held as long as the answer takes is counted below.
    ArrayNode before = isStored ? conversation : ApiBody.MAPPER.createArrayNode();
    // What is kept is known once all was said.
    ResponseJson[] said = new ResponseJson[1];
    said[0] =
        new ResponseJson(
            wanted,
            head,
            hash,
            new Receipts(model.voucher(), wanted),
            whole -> {
              if (isStored) {
                ArrayNode all = before.deepCopy().add(said[0].message());
                responses.put(head.id(), new ResponseStore.Stored(all, whole));
              }
            });
    long held = isStored ? before.toString().length() : 0;
    return new Reply(
        wanted.heldBytes(model.context()) + head.letters() + held,
        response -> answer(wanted, entry, model, said[0], response));
  }

  /// {@return what was said until a response; nothing where there is none}
  private ArrayNode conversation(String id) {
    return id.isEmpty()
        ? ApiBody.MAPPER.createArrayNode()
        : stored(id, "previous_response_id").conversation().deepCopy();
  }

  private ResponseStore.Stored stored(String id, String param) {
    return responses
        .find(id)
        .orElseThrow(
            () ->
                ApiException.missing(
                    param, "Response with id '%s' not found; it may be forgotten.".formatted(id)));
  }

  ObjectNode response(String id) {
    return stored(id, "id").shown();
  }

  ObjectNode forget(String id) {
    stored(id, "id");
    responses.remove(id);
    return ApiBody.MAPPER
        .createObjectNode()
        .put("id", id)
        .put("object", "response.deleted")
        .put("deleted", true);
  }

  @Override
  public void close() {
    embedders.close();
  }
}
