package opml.ethereum.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Text;
import opml.ethereum.chain.TxHash;

/// What a node answered, read strictly: every getter either gives a value of its type or throws
/// [ChainException.Malformed] with the place of what is wrong.
///
/// Source of the types: the Ethereum execution API specification (QUANTITY, DATA, hash32, address).
/// Leading zeros of a quantity are tolerated, since some nodes write them.
public final class Answer {
  private final String place;
  private final JsonNode json;

  Answer(String place, JsonNode json) {
    this.place = place;
    this.json = json;
  }

  JsonNode json() {
    return json;
  }

  /// {@return whether the node answered null, which is how it says that there is no such thing}
  public boolean isNull() {
    return json.isNull();
  }

  /// {@return whether it is a string, such as numbers and bytes are}
  public boolean isText() {
    return json.isTextual();
  }

  /// {@return the value of a field that must be there; it may be null}
  public Answer field(String name) {
    if (!json.isObject()) {
      throw malformed("an object");
    }
    JsonNode value = json.get(name);
    if (value == null) {
      throw new ChainException.Malformed(place + " has no " + name);
    }
    return new Answer(place + "." + name, value);
  }

  /// {@return the value of a field unless it is missing or null}
  public Optional<Answer> optional(String name) {
    if (!json.isObject()) {
      throw malformed("an object");
    }
    JsonNode value = json.get(name);
    return value == null || value.isNull()
        ? Optional.empty()
        : Optional.of(new Answer(place + "." + name, value));
  }

  /// {@return the names of an object's fields, in their order}
  public List<String> names() {
    if (!json.isObject()) {
      throw malformed("an object");
    }
    List<String> names = new ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /// {@return the elements of an array}
  public List<Answer> elements() {
    if (!json.isArray()) {
      throw malformed("an array");
    }
    List<Answer> elements = new ArrayList<>();
    for (JsonNode element : json) {
      elements.add(new Answer(place + "[" + elements.size() + "]", element));
    }
    return elements;
  }

  /// {@return a text of any content}
  public String text() {
    if (!json.isTextual()) {
      throw malformed("a string");
    }
    return json.textValue();
  }

  public boolean bool() {
    if (!json.isBoolean()) {
      throw malformed("true or false");
    }
    return json.booleanValue();
  }

  /// {@return a number of at most 256 bits}
  public BigInteger quantity() {
    String hex = text();
    if (!hex.startsWith("0x") || hex.length() < 3 || hex.length() > 66) {
      throw malformed("a quantity of up to 256 bits");
    }
    for (int i = 2; i < hex.length(); i++) {
      if (Character.digit(hex.charAt(i), 16) < 0 || hex.charAt(i) > 'f') {
        throw malformed("a quantity in hex digits");
      }
    }
    return new BigInteger(hex.substring(2), 16);
  }

  /// {@return a number of at most 63 bits}
  public long number() {
    BigInteger value = quantity();
    if (value.bitLength() > 63) {
      throw malformed("a quantity below 2^63");
    }
    return value.longValue();
  }

  /// {@return a number that is written as a JSON number, as debugging methods do}
  public long plainNumber() {
    if (!json.canConvertToLong() || !json.isIntegralNumber()) {
      throw malformed("an integer below 2^63");
    }
    return json.longValue();
  }

  public Wei wei() {
    return new Wei(quantity());
  }

  public Data data() {
    return parse("bytes", Data::ofHex);
  }

  public Bytes32 bytes32() {
    Data data = data();
    if (data.length() != Bytes32.BYTES) {
      throw malformed("32 bytes");
    }
    return data.word(0);
  }

  public TxHash txHash() {
    return new TxHash(bytes32());
  }

  /// {@return an address; a node's upper and lower case are not taken for a checksum}
  public Address address() {
    Data data = data();
    if (data.length() != Address.BYTES) {
      throw malformed("an address");
    }
    return Address.of(data.toArray());
  }

  /// {@return the value that `parser` makes of this text, whose refusal is this answer's fault}
  private <T> T parse(String expected, Function<String, T> parser) {
    try {
      return parser.apply(text());
    } catch (IllegalArgumentException e) {
      throw malformed(expected);
    }
  }

  private ChainException.Malformed malformed(String expected) {
    return new ChainException.Malformed(
        place + ": expected " + expected + ", got " + Text.shortened(excerpt()));
  }

  private String excerpt() {
    // A container is named rather than printed: it may be as large as the answer.
    return json.isContainerNode() ? json.getNodeType() + " of " + json.size() : json.toString();
  }

  @Override
  public String toString() {
    return place + " = " + Text.shortened(excerpt());
  }
}
