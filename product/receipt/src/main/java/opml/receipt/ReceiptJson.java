package opml.receipt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Stream;
import opml.core.codec.MalformedException;
import opml.ethereum.key.TypedDomain;
import opml.llm.grammar.JsonFault;

/// Receipts as JSON (`spec/receipt.md`): the domain and the message as libraries for typed data take them, and beside
/// them what the message is about. A receipt has one form but for blanks and the order of fields.
public final class ReceiptJson {
  /// What an answer's JSON has its receipt under, if it has one.
  public static final String ONE = "receipt";

  /// What it has its receipts under, if it has several.
  public static final String SEVERAL = "receipts";

  /// The most bytes that are read: a request of a million tokens, and more.
  public static final int MOST_BYTES = 1 << 24;

  static final String TYPE = "opml-receipt/1";

  private static final int DEEPEST = 64;

  /// What ends a stream of choices.
  private static final String DONE = "[DONE]";

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxStringLength(MOST_BYTES)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private ReceiptJson() {}

  /// {@return a receipt as it travels}
  public static ObjectNode of(AnswerReceipt receipt) {
    ObjectNode object = MAPPER.createObjectNode().put("type", TYPE);
    TypedDomain domain = receipt.domain();
    ObjectNode where = object.putObject("domain");
    where.put("name", domain.name()).put("version", domain.version());
    domain
        .site()
        .ifPresent(
            site ->
                where
                    .put("chainId", site.chainId())
                    .put("verifyingContract", site.contract().toString()));
    Vouched vouched = receipt.vouched();
    object
        .putObject("message")
        .put("model", vouched.model().toString())
        .put("inputRoot", vouched.inputRoot().toString())
        .put("outputRoot", vouched.outputRoot().toString())
        .put("finalState", vouched.finalState().toString())
        .put("seed", Long.toUnsignedString(vouched.seed()))
        .put("deadline", vouched.deadline());
    object
        .put("server", receipt.server().toString())
        .put("signature", receipt.signature().toString());
    object
        .putObject("text")
        .put("context", receipt.limits().context())
        .put("answer", receipt.limits().capacity())
        .put("cache", receipt.limits().cacheType().name().toLowerCase(Locale.ROOT))
        .put("outputBytes", receipt.outputBytes());
    return object.put("request", hex(receipt.request())).put("answer", hex(receipt.answer()));
  }

  private static String hex(byte[] bytes) {
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  /// Puts receipts into an answer's JSON, under [#ONE] or [#SEVERAL]; nothing if there are none.
  public static void put(ObjectNode answer, List<AnswerReceipt> receipts) {
    if (receipts.size() == 1) {
      answer.set(ONE, of(receipts.getFirst()));
    } else if (receipts.size() > 1) {
      ArrayNode all = answer.putArray(SEVERAL);
      receipts.forEach(receipt -> all.add(of(receipt)));
    }
  }

  /// What was found in a text.
  ///
  /// @param receipts in the order of the answers that they are of
  /// @param choices of the answer that they came with
  /// @param faults why clients may show something else than these
  /// @param numbers what else that answer tells; absent if they came with none
  public record Found(
      List<AnswerReceipt> receipts,
      List<ShownChoice> choices,
      List<String> faults,
      Optional<ShownNumbers> numbers) {
    public Found {
      receipts = List.copyOf(receipts);
      choices = List.copyOf(choices);
      faults = List.copyOf(faults);
    }
  }

  /// {@return the receipts in a text: a receipt itself, an answer of the API with its receipts, or a stream of events
  /// that it came as}
  ///
  /// @throws MalformedException if there are none, or one is none, with all reasons
  public static Found read(byte[] bytes) {
    if (bytes.length > MOST_BYTES) {
      throw new MalformedException(
          "more than %,d bytes, which no receipt has".formatted(MOST_BYTES));
    }
    String start =
        new String(bytes, 0, Math.min(bytes.length, 4096), StandardCharsets.UTF_8).stripLeading();
    boolean isStream = Stream.of("data:", "event:", ":").anyMatch(start::startsWith);
    return isStream
        ? found(EventStream.of(new String(bytes, StandardCharsets.UTF_8)))
        : found(List.of(tree(bytes)), List.of());
  }

  private static Found found(EventStream stream) {
    List<JsonNode> roots = new ArrayList<>();
    SequencedSet<String> faults = new LinkedHashSet<>();
    boolean isDone = false;
    for (EventStream.Event event : stream.events()) {
      if (isDone) {
        faults.add("its stream goes on after " + DONE);
      }
      String type = "";
      if (event.data().equals(DONE)) {
        isDone = true;
      } else {
        JsonNode root = tree(event.data().getBytes(StandardCharsets.UTF_8));
        roots.add(root);
        type = root.path("type").asText();
      }
      if (!event.name().equals(type)) {
        // Clients pass over events by names that they do not know.
        faults.add("its stream has an event by another name than its own");
      }
    }
    if (stream.isCut()) {
      faults.add("its stream ends within an event");
    }
    return found(roots, faults);
  }

  private static Found found(List<JsonNode> roots, Collection<String> framing) {
    List<JsonNode> objects = new ArrayList<>();
    List<JsonNode> answers = new ArrayList<>();
    ChoiceTexts texts = new ChoiceTexts();
    for (JsonNode root : roots) {
      if (root.has("type") && root.has("signature")) {
        objects.add(root);
      } else {
        // The stream of a response has all of it in the event that ends it.
        for (JsonNode answer : List.of(root, root.path("response"))) {
          Optional.ofNullable(answer.get(ONE)).ifPresent(objects::add);
          answer.path(SEVERAL).forEach(objects::add);
          answers.add(answer);
        }
        texts.add(root);
      }
    }
    if (objects.isEmpty()) {
      throw new MalformedException(
          "no receipt: expected is an object of type %s, or an answer with one as its '%s'"
              .formatted(TYPE, ONE));
    }
    ReceiptReader reader = new ReceiptReader();
    List<Optional<AnswerReceipt>> read = new ArrayList<>();
    for (int i = 0; i < objects.size(); i++) {
      read.add(reader.read(objects.get(i), objects.size() > 1 ? "receipt %d: ".formatted(i) : ""));
    }
    reader.fail();
    ShownFaults told = new ShownFaults();
    ShownNumbers numbers = ShownNumbers.of(answers, told);
    List<String> faults = new ArrayList<>(framing);
    faults.addAll(texts.faults());
    faults.addAll(told.all());
    return new Found(
        read.stream().map(Optional::orElseThrow).toList(),
        texts.choices(),
        faults,
        answers.isEmpty() ? Optional.empty() : Optional.of(numbers));
  }

  private static JsonNode tree(byte[] bytes) {
    try {
      JsonNode root = MAPPER.readTree(bytes);
      if (root == null || !root.isObject()) {
        throw new MalformedException("not a JSON object");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw new MalformedException("not JSON: " + JsonFault.of(e));
    } catch (IOException e) {
      throw new MalformedException("not JSON: " + e.getMessage());
    }
  }
}
