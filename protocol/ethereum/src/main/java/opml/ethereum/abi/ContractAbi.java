package opml.ethereum.abi;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.Revert;
import opml.ethereum.chain.Text;
import org.jspecify.annotations.Nullable;

/// What a contract can be asked, what it reports and how it refuses, from the compiler's artifact.
///
/// Functions are named by their name, or by their signature, such as `add(uint256,uint256)`, where
/// the name is overloaded. A misspelt name or an argument of the wrong type is the caller's mistake
/// (`IllegalArgumentException`); bytes from the chain that do not fit are
/// [ChainException.Malformed].
public final class ContractAbi {
  /// A function of the contract.
  public record Function(String name, List<AbiParameter> inputs, List<AbiParameter> outputs) {
    public Function {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }

    public String signature() {
      return name + AbiType.signature(inputs);
    }
  }

  /// @param plain the parameters that are not indexed
  private record Shape(String name, List<AbiParameter> parameters, List<AbiParameter> plain) {
    Shape(String name, List<AbiParameter> parameters) {
      this(name, parameters, parameters.stream().filter(p -> !p.indexed()).toList());
    }

    String signature() {
      return name + AbiType.signature(parameters);
    }
  }

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int SELECTOR_BYTES = 4;

  private final String name;
  private final Data bytecode;
  private final List<AbiParameter> constructor = new ArrayList<>();

  /// By name and by signature; and their selectors, by identity: calls are made and understood all the time.
  private final Map<String, List<Function>> byName = new HashMap<>();

  private final IdentityHashMap<Function, Data> selectors = new IdentityHashMap<>();
  private final Map<Bytes32, Shape> events = new HashMap<>();
  private final Map<Data, Shape> errors = new HashMap<>();

  private ContractAbi(String name, Data bytecode) {
    this.name = name;
    this.bytecode = bytecode;
    addError(new Shape("Error", List.of(parameter("reason", "string"))));
    addError(new Shape("Panic", List.of(parameter("code", "uint256"))));
  }

  /// {@return the artifact `NAME.json` beside a class}
  ///
  /// @throws IllegalStateException if it is missing or not an artifact: then this build is broken
  public static ContractAbi load(Class<?> beside, String name) {
    String resource = name + ".json";
    try (InputStream in = beside.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no contract artifact " + resource + " beside " + beside);
      }
      return parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException("contract artifact " + resource + " is unreadable", e);
    }
  }

  /// {@return the contract of an artifact: `{"abi": [...], "bytecode": "0x..."}`, where the bytecode
  /// may also be an object with a field `object`, as forge writes it}
  ///
  /// @throws IllegalArgumentException if it is not an artifact, or its libraries are not linked
  public static ContractAbi parse(String name, String artifact) {
    JsonNode json;
    try {
      json = MAPPER.readTree(artifact);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(name + ": not JSON: " + e.getOriginalMessage(), e);
    }
    JsonNode code = json.path("bytecode");
    String hex = (code.isObject() ? code.path("object") : code).asText("0x");
    if (hex.contains("__$")) {
      throw new IllegalArgumentException(name + ": the bytecode has libraries that are not linked");
    }
    if (!json.path("abi").isArray()) {
      throw new IllegalArgumentException(name + ": no abi in the artifact");
    }
    ContractAbi contract = new ContractAbi(name, Data.ofHex(hex));
    for (JsonNode entry : json.path("abi")) {
      contract.add(entry);
    }
    return contract;
  }

  private void add(JsonNode entry) {
    String entryName = entry.path("name").asText();
    List<AbiParameter> inputs = parameters(entry.path("inputs"));
    switch (entry.path("type").asText()) {
      case "function" ->
          addFunction(new Function(entryName, inputs, parameters(entry.path("outputs"))));
      case "constructor" -> constructor.addAll(inputs);
      case "event" -> addEvent(new Shape(entryName, inputs));
      case "error" -> addError(new Shape(entryName, inputs));
      // receive and fallback have no name to call them by.
      default -> {}
    }
  }

  private void addFunction(Function function) {
    byName.computeIfAbsent(function.name(), _ -> new ArrayList<>()).add(function);
    byName.computeIfAbsent(function.signature(), _ -> new ArrayList<>()).add(function);
    selectors.put(function, selector(function.signature()));
  }

  private Data selector(Function function) {
    Data known = selectors.get(function);
    return known == null ? selector(function.signature()) : known;
  }

  private void addEvent(Shape event) {
    events.put(hash(event.signature()), event);
  }

  private void addError(Shape error) {
    errors.put(selector(error.signature()), error);
  }

  private static List<AbiParameter> parameters(JsonNode list) {
    List<AbiParameter> parameters = new ArrayList<>();
    for (JsonNode item : list) {
      AbiType type = AbiType.parse(item.path("type").asText(), parameters(item.path("components")));
      parameters.add(
          new AbiParameter(item.path("name").asText(), type, item.path("indexed").asBoolean()));
    }
    return parameters;
  }

  private static AbiParameter parameter(String name, String type) {
    return new AbiParameter(name, AbiType.parse(type, List.of()), false);
  }

  public String name() {
    return name;
  }

  /// {@return the creation code}
  public Data bytecode() {
    return bytecode;
  }

  /// {@return this contract at an address}
  public Contract at(Address address) {
    return new Contract(this, address);
  }

  /// Learns the errors of contracts that this one calls, so that theirs have names too when they come
  /// through.
  ///
  /// @return this
  public ContractAbi withErrorsOf(ContractAbi... others) {
    for (ContractAbi other : others) {
      other.errors.forEach(errors::putIfAbsent);
    }
    return this;
  }

  /// {@return the function of this name or signature}
  ///
  /// @throws IllegalArgumentException if there is none, or several have the name
  public Function function(String nameOrSignature) {
    List<Function> found = byName.getOrDefault(nameOrSignature, List.of());
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          found.isEmpty()
              ? name + " has no function " + nameOrSignature
              : "several functions of "
                  + name
                  + ": "
                  + found.stream().map(Function::signature).toList());
    }
    return found.getFirst();
  }

  /// {@return calldata: the function's selector and its arguments}
  public Data encode(Function function, Object... arguments) {
    String place = name + "." + function.name();
    return selector(function)
        .then(Data.of(AbiEncoder.encode(place, function.inputs(), Arrays.asList(arguments))));
  }

  /// {@return the arguments of calldata for this function}
  ///
  /// @throws ChainException.Malformed if it is not a call of this function
  public Values decodeCall(Function function, Data calldata) {
    if (calldata.length() < SELECTOR_BYTES
        || !calldata.slice(0, SELECTOR_BYTES).equals(selector(function))) {
      throw new ChainException.Malformed("not a call of " + name + "." + function.signature());
    }
    return AbiDecoder.decode(
        name + "." + function.name(),
        function.inputs(),
        calldata.slice(SELECTOR_BYTES, calldata.length()));
  }

  /// {@return what a call of the function returns, as a chain hands it out}
  public Data encodeResult(Function function, Object... results) {
    return Data.of(
        AbiEncoder.encode(
            name + "." + function.name(), function.outputs(), Arrays.asList(results)));
  }

  /// {@return what a call of the function returned}
  public Values decodeResult(Function function, Data result) {
    return AbiDecoder.decode(name + "." + function.name(), function.outputs(), result);
  }

  /// {@return the deployment of the contract}
  public Call deployment(Object... arguments) {
    return new Call(
        Optional.empty(), encodeDeployment(arguments), Wei.ZERO, "new " + name, this::decodeRevert);
  }

  /// {@return creation code and the constructor's arguments}
  public Data encodeDeployment(Object... arguments) {
    if (bytecode.isEmpty()) {
      throw new IllegalArgumentException(name + " has no bytecode: it is abstract or an interface");
    }
    return bytecode.then(
        Data.of(AbiEncoder.encode("new " + name, constructor, Arrays.asList(arguments))));
  }

  /// {@return the topic of an event}
  public Bytes32 topic(String event) {
    List<Bytes32> found =
        events.entrySet().stream()
            .filter(entry -> entry.getValue().name().equals(event))
            .map(Map.Entry::getKey)
            .toList();
    if (found.size() != 1) {
      throw new IllegalArgumentException(name + " has " + found.size() + " events " + event);
    }
    return found.getFirst();
  }

  /// What a log has of an event.
  public record Emitted(List<Bytes32> topics, Data data) {
    public Emitted {
      topics = List.copyOf(topics);
    }
  }

  /// {@return an event as a chain keeps it; what is indexed must be of one word}
  public Emitted encodeEvent(String event, Object... values) {
    Bytes32 topic = topic(event);
    Shape shape = Objects.requireNonNull(events.get(topic));
    String place = name + "." + event;
    List<Bytes32> topics = new ArrayList<>(List.of(topic));
    List<AbiParameter> plain = new ArrayList<>();
    List<Object> data = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      AbiParameter parameter = shape.parameters().get(i);
      if (parameter.indexed()) {
        byte[] word = AbiEncoder.encode(place, List.of(parameter), List.of(values[i]));
        topics.add(Bytes32.of(word));
      } else {
        plain.add(parameter);
        data.add(values[i]);
      }
    }
    return new Emitted(topics, Data.of(AbiEncoder.encode(place, plain, data)));
  }

  /// {@return the event of a log, or nothing if its first topic is not an event of this contract}
  ///
  /// @throws ChainException.Malformed if the log does not fit its event
  public Optional<Event> decode(LogEntry log) {
    Shape shape = log.topics().isEmpty() ? null : events.get(log.topics().getFirst());
    return shape == null ? Optional.empty() : Optional.of(decode(shape, log));
  }

  private Event decode(Shape shape, LogEntry log) {
    String place = name + "." + shape.name();
    List<AbiParameter> plain = shape.plain();
    if (log.topics().size() != 1 + shape.parameters().size() - plain.size()) {
      throw new ChainException.Malformed(
          place + ": a log with " + log.topics().size() + " topics is not this event");
    }
    List<Object> fromData = AbiDecoder.decode(place, plain, log.data()).values();
    List<Object> values = new ArrayList<>();
    int topic = 1;
    int data = 0;
    for (AbiParameter parameter : shape.parameters()) {
      values.add(
          parameter.indexed()
              ? indexed(place, parameter, log.topics().get(topic++))
              : fromData.get(data++));
    }
    return new Event(shape.name(), new Values(shape.parameters(), values), log);
  }

  /// A topic holds a value of one word itself, and of anything larger only the hash.
  private static Object indexed(String place, AbiParameter parameter, Bytes32 topic) {
    return switch (parameter.type()) {
      case AbiType.FixedBytes(int size) when size == Bytes32.BYTES -> topic;
      case AbiType.Bytes _,
          AbiType.Utf8 _,
          AbiType.ListOf _,
          AbiType.FixedList _,
          AbiType.Tuple _ ->
          topic;
      case AbiType.Uint _, AbiType.Int _, AbiType.Account _, AbiType.Bool _, AbiType.FixedBytes _ ->
          AbiDecoder.decode(place, List.of(parameter), Data.of(topic.toArray()))
              .values()
              .getFirst();
    };
  }

  /// {@return what a call reverted with, named where this contract knows the name}
  public Revert decodeRevert(Data data) {
    Shape shape = error(data);
    if (shape == null) {
      return Revert.unnamed(data);
    }
    try {
      return new Revert(shape.name(), words(shape.name(), arguments(shape, data)), data);
    } catch (ChainException.Malformed e) {
      // A hostile contract may revert with anything; then the bytes are all there is to say.
      return Revert.unnamed(data);
    }
  }

  /// {@return what an error of this contract's says}
  ///
  /// @throws ChainException.Malformed if it is not one of this contract's, or does not fit it
  public Values decodeError(Data data) {
    Shape shape = error(data);
    if (shape == null) {
      throw new ChainException.Malformed(name + " has no such error: " + data);
    }
    return arguments(shape, data);
  }

  private @Nullable Shape error(Data data) {
    return data.length() < SELECTOR_BYTES ? null : errors.get(data.slice(0, SELECTOR_BYTES));
  }

  private static Values arguments(Shape shape, Data data) {
    return AbiDecoder.decode(
        shape.name(), shape.parameters(), data.slice(SELECTOR_BYTES, data.length()));
  }

  private static String words(String error, Values values) {
    return switch (error) {
      case "Error" -> "with \"" + Text.shortened(values.text(0)) + "\"";
      case "Panic" -> "with a panic: " + panic(values.uint(0));
      default -> "with " + error + values;
    };
  }

  private static Data selector(String signature) {
    return Data.of(hash(signature).toArray()).slice(0, SELECTOR_BYTES);
  }

  private static Bytes32 hash(String signature) {
    return Keccak.hash(signature.getBytes(StandardCharsets.US_ASCII));
  }

  /// {@return what the EVM means by the code of a `Panic`}
  private static String panic(BigInteger code) {
    return switch (code.bitLength() > 31 ? -1 : code.intValue()) {
      case 0x01 -> "assertion failed";
      case 0x11 -> "arithmetic overflow";
      case 0x12 -> "division by zero";
      case 0x21 -> "no such enum value";
      case 0x31 -> "pop from an empty array";
      case 0x32 -> "index out of bounds";
      case 0x41 -> "out of memory";
      default -> "code " + code;
    };
  }
}
