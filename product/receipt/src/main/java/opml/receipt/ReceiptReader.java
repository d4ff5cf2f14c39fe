package opml.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.engine.commit.ModelDescriptor;
import opml.ethereum.key.Signature;
import opml.ethereum.key.TypedDomain;
import opml.kernels.transformer.Tape;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;

/// Reads receipts from JSON that anybody may have written, and notes all that is wrong with them. A field that nobody
/// knows is wrong, too: whoever reads it might think that it is signed.
final class ReceiptReader {
  /// Problems that are told one by one.
  private static final int MOST = 20;

  /// The end of the year 9999, behind which no moment is written with four digits.
  private static final long LAST_SECOND = 253_402_300_799L;

  private final List<String> problems = new ArrayList<>();
  private String place = "";

  /// {@return a receipt, if nothing is wrong with it}
  ///
  /// @param name what problems begin with
  Optional<AnswerReceipt> read(JsonNode object, String name) {
    int before = problems.size();
    place = name;
    Optional<AnswerReceipt> receipt = Optional.empty();
    if (!object.isObject()) {
      problem("a receipt is an object");
    } else {
      receipt = receipt(object);
    }
    return problems.size() == before ? receipt : Optional.empty();
  }

  /// @throws MalformedException with all that was wrong
  void fail() {
    if (!problems.isEmpty()) {
      String first = String.join("; also ", problems.subList(0, Math.min(MOST, problems.size())));
      throw new MalformedException(
          problems.size() <= MOST
              ? first
              : "%s; and %d more".formatted(first, problems.size() - MOST));
    }
  }

  private Optional<AnswerReceipt> receipt(JsonNode object) {
    known(
        object,
        "",
        Set.of("type", "domain", "message", "server", "signature", "text", "request", "answer"));
    Optional<String> type = text(object, "type");
    if (type.isPresent() && !type.get().equals(ReceiptJson.TYPE)) {
      problem(
          "type is '%s', expected is '%s'".formatted(Names.shown(type.get()), ReceiptJson.TYPE));
    }
    Optional<TypedDomain> domain = domain(part(object, "domain"));
    Optional<Vouched> vouched = vouched(part(object, "message"));
    Optional<Address> server = hex(object, "server", Address.BYTES).map(Address::of);
    Optional<Signature> signature =
        hex(object, "signature", Signature.BYTES).flatMap(this::signature);
    JsonNode text = part(object, "text");
    Optional<TextLimits> limits = limits(text);
    Optional<Long> room = number(text, "outputBytes", ModelDescriptor.MAX_OUTPUT_BYTES);
    if (room.isPresent() && room.get() < Tape.ANSWER) {
      problem("text.outputBytes is %d, too few for an answer".formatted(room.get()));
    }
    Optional<byte[]> request = buffer(object, "request", limits.map(CheckGraph::requestBytes));
    Optional<byte[]> answer = buffer(object, "answer", room.map(Long::intValue));
    boolean isWhole =
        domain.isPresent()
            && vouched.isPresent()
            && server.isPresent()
            && signature.isPresent()
            && limits.isPresent()
            && room.isPresent()
            && request.isPresent()
            && answer.isPresent();
    return isWhole
        ? Optional.of(
            new AnswerReceipt(
                domain.get(),
                vouched.get(),
                server.get(),
                signature.get(),
                limits.get(),
                room.get().intValue(),
                request.get(),
                answer.get()))
        : Optional.empty();
  }

  private Optional<TypedDomain> domain(JsonNode domain) {
    known(domain, "domain.", Set.of("name", "version", "chainId", "verifyingContract"));
    Optional<String> name = text(domain, "name");
    Optional<String> version = text(domain, "version");
    boolean isOurs =
        name.equals(Optional.of(AnswerReceipt.NOWHERE.name()))
            && version.equals(Optional.of(AnswerReceipt.NOWHERE.version()));
    if (name.isPresent() && version.isPresent() && !isOurs) {
      problem(
          "domain is of '%s', version '%s'; expected are '%s' and '%s'"
              .formatted(
                  Names.shown(name.get()),
                  Names.shown(version.get()),
                  AnswerReceipt.NOWHERE.name(),
                  AnswerReceipt.NOWHERE.version()));
    }
    if (!domain.has("chainId") && !domain.has("verifyingContract")) {
      return Optional.of(AnswerReceipt.NOWHERE);
    }
    Optional<Long> chain = number(domain, "chainId", Long.MAX_VALUE);
    Optional<Address> contract = hex(domain, "verifyingContract", Address.BYTES).map(Address::of);
    if (chain.isPresent() && chain.get() < 1) {
      problem("domain.chainId is 0, and no chain has this number");
      return Optional.empty();
    }
    return chain.flatMap(
        id -> contract.map(at -> AnswerReceipt.domain(Optional.of(new TypedDomain.Site(id, at)))));
  }

  private Optional<Vouched> vouched(JsonNode message) {
    known(
        message,
        "message.",
        Set.of("model", "inputRoot", "outputRoot", "finalState", "seed", "deadline"));
    Optional<Bytes32> model = word(message, "model");
    Optional<Bytes32> input = word(message, "inputRoot");
    Optional<Bytes32> output = word(message, "outputRoot");
    Optional<Bytes32> end = word(message, "finalState");
    Optional<Long> seed = text(message, "seed").flatMap(this::unsigned);
    Optional<Long> deadline = number(message, "deadline", LAST_SECOND);
    return model.isPresent()
            && input.isPresent()
            && output.isPresent()
            && end.isPresent()
            && seed.isPresent()
            && deadline.isPresent()
        ? Optional.of(
            new Vouched(
                model.get(), input.get(), output.get(), end.get(), seed.get(), deadline.get()))
        : Optional.empty();
  }

  private Optional<TextLimits> limits(JsonNode text) {
    known(text, "text.", Set.of("context", "answer", "cache", "outputBytes"));
    Optional<Long> context = number(text, "context", Integer.MAX_VALUE);
    Optional<Long> answer = number(text, "answer", Integer.MAX_VALUE);
    Optional<CacheType> cache = text(text, "cache").flatMap(this::cacheType);
    if (context.isEmpty() || answer.isEmpty() || cache.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new TextLimits(context.get().intValue(), answer.get().intValue(), cache.get()));
    } catch (IllegalArgumentException e) {
      problem("text: " + e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<CacheType> cacheType(String name) {
    Optional<CacheType> type =
        Arrays.stream(CacheType.values())
            .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(name))
            .findFirst();
    if (type.isEmpty()) {
      problem("text.cache is '%s', which is no type".formatted(Names.shown(name)));
    }
    return type;
  }

  private Optional<Signature> signature(byte[] bytes) {
    try {
      return Optional.of(Signature.of(bytes));
    } catch (IllegalArgumentException e) {
      problem("signature is none: " + e.getMessage());
      return Optional.empty();
    }
  }

  // ------------------------------------------------------------------ fields

  private void problem(String what) {
    problems.add(place + what);
  }

  private void known(JsonNode object, String prefix, Set<String> names) {
    List<String> strange =
        object
            .propertyStream()
            .map(Map.Entry::getKey)
            .filter(name -> !names.contains(name))
            .map(name -> prefix + name)
            .toList();
    if (!strange.isEmpty()) {
      problem("nobody knows " + Names.list(strange));
    }
  }

  private JsonNode part(JsonNode object, String name) {
    JsonNode part = object.path(name);
    if (!part.isObject()) {
      problem(name + " is missing, or no object");
    }
    return part;
  }

  /// Of what is no object, the fields are not asked for: that it is none was told.
  private <T> Optional<T> field(
      JsonNode object, String name, Function<JsonNode, Optional<T>> reading, String expected) {
    if (!object.isObject()) {
      return Optional.empty();
    }
    JsonNode value = object.path(name);
    Optional<T> read = reading.apply(value);
    if (read.isEmpty()) {
      problem(
          value.isMissingNode()
              ? name + " is missing"
              : "%s is %s, expected %s".formatted(name, Names.shown(value.toString()), expected));
    }
    return read;
  }

  private Optional<String> text(JsonNode object, String name) {
    return field(
        object,
        name,
        value -> value.isTextual() ? Optional.of(value.textValue()) : Optional.empty(),
        "is a string");
  }

  private Optional<Long> number(JsonNode object, String name, long most) {
    return field(
        object,
        name,
        value ->
            value.isIntegralNumber()
                    && value.canConvertToLong()
                    && value.longValue() >= 0
                    && value.longValue() <= most
                ? Optional.of(value.longValue())
                : Optional.empty(),
        "is a number from 0 to " + most);
  }

  private Optional<Long> unsigned(String digits) {
    try {
      long number = Long.parseUnsignedLong(digits);
      if (Long.toUnsignedString(number).equals(digits)) {
        return Optional.of(number);
      }
    } catch (NumberFormatException e) {
      // told below
    }
    problem("seed is '%s', expected are digits of 64 bits".formatted(Names.shown(digits)));
    return Optional.empty();
  }

  private Optional<Bytes32> word(JsonNode object, String name) {
    return hex(object, name, Bytes32.BYTES).map(Bytes32::of);
  }

  private Optional<byte[]> hex(JsonNode object, String name, int length) {
    return field(
        object,
        name,
        value -> bytes(value).filter(bytes -> bytes.length == length),
        "are 0x and %d small hexadecimal digits".formatted(2 * length));
  }

  /// Bytes of a slot, without the zeros at its end.
  private Optional<byte[]> buffer(JsonNode object, String name, Optional<Integer> most) {
    return field(
        object,
        name,
        value ->
            bytes(value)
                .filter(bytes -> ShortBuffer.isShort(bytes, most.orElse(Integer.MAX_VALUE))),
        "are 0x and small hexadecimal digits of at most %s bytes, the last of which is not zero"
            .formatted(most.map(String::valueOf).orElse("some")));
  }

  private static Optional<byte[]> bytes(JsonNode value) {
    if (!value.isTextual()) {
      return Optional.empty();
    }
    String text = value.textValue();
    boolean isHex =
        text.startsWith("0x")
            && text.length() % 2 == 0
            && text.chars().skip(2).allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    return isHex ? Optional.of(HexFormat.of().parseHex(text.substring(2))) : Optional.empty();
  }
}
