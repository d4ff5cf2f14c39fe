package opml.cli.console;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import opml.core.hash.Keccak;
import opml.llm.grammar.Grammar;
import opml.llm.tape.Sampling;
import org.jspecify.annotations.Nullable;

/// How the tokens of an answer were chosen.
public record SamplingText(Sampling sampling) {
  /// {@return the fields that programs get of it}: all that makes the choice another one than of the likeliest token
  public Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> biases = new LinkedHashMap<>();
    sampling.biases().forEach((token, bias) -> biases.put(String.valueOf(token), bias));
    return Json.object(
        "sampling",
        sampling.ways(),
        "seed",
        Long.toUnsignedString(sampling.seed()),
        "biases",
        biases,
        "grammar",
        sampling.grammar().isAny() ? null : grammar());
  }

  /// A grammar's integers may be a hundred thousand; that two are the same shows by their hash.
  private Map<String, @Nullable Object> grammar() {
    Grammar grammar = sampling.grammar();
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * grammar.words()).order(ByteOrder.LITTLE_ENDIAN);
    grammar.write(bytes, 0);
    return Json.object("integers", grammar.words(), "keccak256", Keccak.hash(bytes.array()));
  }

  @Override
  public String toString() {
    Map<String, Number> ways = sampling.ways();
    return ways.isEmpty()
        ? "the likeliest each time"
        : ways.entrySet().stream()
            .map(way -> way.getKey() + " " + way.getValue())
            .collect(Collectors.joining(", ", "chosen with ", ""));
  }
}
