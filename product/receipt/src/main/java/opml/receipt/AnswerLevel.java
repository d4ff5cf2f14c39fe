package opml.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.core.codec.Names;

/// The levels of an answer's JSON, and what our servers write at each. Clients show what they know, such as refusals,
/// reasoning, audio and quotations, so that a field which is not here might be what somebody reads, unsigned.
enum AnswerLevel {
  ANSWER(
      "id",
      "object",
      "created",
      "model",
      "system_fingerprint",
      "seed",
      "choices",
      "usage",
      ReceiptJson.ONE,
      ReceiptJson.SEVERAL),
  CHOICE("index", "logprobs", "finish_reason", "text", "message", "delta"),
  /// Of how probable tokens were.
  CHANCES("content", "tokens", "token_logprobs", "top_logprobs", "text_offset"),
  MESSAGE("role", "content", "tool_calls"),
  TOOL_CALL("index", "id", "type", "function"),
  FUNCTION("name", "arguments"),

  RESPONSE(
      "id",
      "object",
      "created_at",
      "status",
      "background",
      "incomplete_details",
      "instructions",
      "max_output_tokens",
      "model",
      "output",
      "parallel_tool_calls",
      "previous_response_id",
      "seed",
      "store",
      "temperature",
      "text",
      "tool_choice",
      "tools",
      "top_p",
      "truncation",
      "usage",
      "user",
      "metadata",
      ReceiptJson.ONE,
      ReceiptJson.SEVERAL),
  INCOMPLETE("reason"),
  USAGE(
      "prompt_tokens",
      "completion_tokens",
      "total_tokens",
      "input_tokens",
      "input_tokens_details",
      "output_tokens",
      "output_tokens_details"),
  USAGE_DETAILS("cached_tokens", "reasoning_tokens"),
  ITEM_MESSAGE("id", "type", "status", "role", "content"),
  ITEM_CALL("id", "type", "status", "call_id", "name", "arguments"),
  PART("type", "text", "logprobs"),

  EVENT_RESPONSE("type", "sequence_number", "response"),
  EVENT_ITEM("type", "sequence_number", "output_index", "item"),
  EVENT_PART("type", "sequence_number", "item_id", "output_index", "content_index", "part"),
  EVENT_TEXT_DELTA(
      "type", "sequence_number", "item_id", "output_index", "content_index", "delta", "logprobs"),
  EVENT_TEXT(
      "type", "sequence_number", "item_id", "output_index", "content_index", "text", "logprobs"),
  EVENT_CALL_DELTA("type", "sequence_number", "item_id", "output_index", "delta"),
  EVENT_CALL("type", "sequence_number", "item_id", "output_index", "arguments", "name");

  @SuppressWarnings("ImmutableEnumChecker") // Set.copyOf
  private final Set<String> names;

  AnswerLevel(String... names) {
    this.names = Set.copyOf(Arrays.asList(names));
  }

  /// {@return what is said under names that nobody signs, if anything is}; a null says nothing, nor does what has
  /// nothing in it but such
  Optional<String> strange(JsonNode object) {
    List<String> strange =
        object
            .propertyStream()
            .filter(field -> !names.contains(field.getKey()) && !saysNothing(field.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    return strange.isEmpty() ? Optional.empty() : Optional.of(Names.list(strange));
  }

  /// {@return whether there is nothing in it that could be shown}
  static boolean saysNothing(JsonNode node) {
    return node.isNull()
        || node.isMissingNode()
        || node.isContainerNode() && node.valueStream().allMatch(AnswerLevel::saysNothing);
  }

  /// {@return a text as it was told}; what is none was never said, so that it is told as a difference
  static String written(JsonNode text) {
    return text.isTextual() || text.isMissingNode() ? text.asText() : text.toString();
  }
}
