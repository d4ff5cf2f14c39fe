package opml.hub;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.codec.MalformedException;
import opml.core.codec.WholeFile;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.game.move.Parameters;

/// Where a deployment is, as a JSON file that its users hand to each other. It holds no secret, and nothing in it is
/// believed: the chain is asked for everything again, and what differs is refused.
///
/// @param rpc a node to use where the user names none
public record DeploymentFile(
    long chainId,
    Address hub,
    Address registry,
    long block,
    Parameters parameters,
    Optional<URI> rpc) {
  private static final int MAX_BYTES = 64 << 10;

  private static final Set<String> FIELDS =
      Set.of("chainId", "hub", "registry", "block", "parameters", "rpc");

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /// {@return the file of a deployment}
  public static DeploymentFile of(Deployment deployment, Optional<URI> rpc) {
    return new DeploymentFile(
        deployment.chainId(),
        deployment.hub().address(),
        deployment.registry().address(),
        deployment.block(),
        deployment.parameters(),
        rpc);
  }

  /// {@return what the file says}
  ///
  /// @throws IOException if it cannot be read
  /// @throws MalformedException if it is not such a file; the message names file and field
  public static DeploymentFile read(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new MalformedException(file + ": larger than any deployment file");
    }
    return parse(file.toString(), new String(bytes, StandardCharsets.UTF_8));
  }

  /// {@return what this text says; `source` names it in errors}
  static DeploymentFile parse(String source, String text) {
    JsonNode root;
    try {
      root = MAPPER.readTree(text);
    } catch (JacksonException e) {
      JsonLocation at = e.getLocation();
      throw new MalformedException(
          "%s%s: not JSON: %s"
              .formatted(
                  source,
                  at == null
                      ? ""
                      : ", line %d, column %d".formatted(at.getLineNr(), at.getColumnNr()),
                  e instanceof StreamConstraintsException
                      ? "a number, a name or a nesting without end"
                      : e.getOriginalMessage()));
    }
    if (!root.isObject()) {
      throw new MalformedException(source + ": not a deployment, which is a JSON object");
    }
    return new Reader(source, (ObjectNode) root).deployment();
  }

  /// Opens the deployment on a chain.
  ///
  /// @throws ChainException.WrongChain if it is on another chain
  /// @throws ChainException.NoContract if the hub is not there
  /// @throws ChainException.Malformed if the hub is not the one that the file describes
  public Deployment open(Chain chain) {
    if (chain.id() != chainId) {
      throw new ChainException.WrongChain(
          "the deployment is on chain %d, the node serves chain %d".formatted(chainId, chain.id()));
    }
    Deployment deployment = Deployment.at(chain.snapshot(), hub, block);
    if (!deployment.registry().address().equals(registry)
        || !deployment.parameters().equals(parameters)) {
      throw new ChainException.Malformed(
          "the hub at %s has other parameters than the deployment file says".formatted(hub));
    }
    return deployment;
  }

  /// {@return the deployment as the file describes it, without asking any chain: for what was read of it before}
  public Deployment unchecked() {
    return Deployment.unchecked(chainId, hub, registry, block, parameters);
  }

  /// Writes the file, whole or not at all: what was there before stays until the new one is on the disk.
  ///
  /// @throws IOException if that fails, for example because the disk is full
  public void write(Path file) throws IOException {
    WholeFile.write(file, text().getBytes(StandardCharsets.UTF_8));
  }

  /// {@return the file's content}
  public String text() {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("chainId", chainId);
    root.put("hub", hub.toString());
    root.put("registry", registry.toString());
    root.put("block", block);
    rpc.ifPresent(url -> root.put("rpc", url.toString()));
    ObjectNode fixed = root.putObject("parameters");
    fixed.put("window", parameters.window());
    fixed.put("allowance", parameters.allowance());
    fixed.put("claimBond", parameters.claimBond().value().toString());
    fixed.put("challengeBond", parameters.challengeBond().value().toString());
    fixed.put("challengerShare", parameters.challengerShare());
    fixed.put("requesterShare", parameters.requesterShare());
    try {
      return MAPPER.writeValueAsString(root) + "\n";
    } catch (JacksonException e) {
      throw new IllegalStateException("a tree that cannot be written", e);
    }
  }

  /// Takes a tree apart and says where it is not a deployment.
  private record Reader(String source, ObjectNode root) {
    DeploymentFile deployment() {
      Set<String> unknown = new HashSet<>();
      root.fieldNames().forEachRemaining(unknown::add);
      unknown.removeAll(FIELDS);
      if (!unknown.isEmpty()) {
        throw new MalformedException(source + ": unknown fields " + unknown);
      }
      return new DeploymentFile(
          number("/chainId"),
          address("/hub"),
          address("/registry"),
          number("/block"),
          parameters(),
          rpc());
    }

    private Parameters parameters() {
      long window = number("/parameters/window");
      long allowance = number("/parameters/allowance");
      Wei claimBond = wei("/parameters/claimBond");
      Wei challengeBond = wei("/parameters/challengeBond");
      int challengerShare = share("/parameters/challengerShare");
      int requesterShare = share("/parameters/requesterShare");
      List<String> problems =
          Parameters.problems(
              window, allowance, claimBond, challengeBond, challengerShare, requesterShare);
      if (!problems.isEmpty()) {
        throw new MalformedException(
            source + ": /parameters: no hub has " + String.join("; ", problems));
      }
      return new Parameters(
          window, allowance, claimBond, challengeBond, challengerShare, requesterShare);
    }

    private long number(String place) {
      JsonNode node = root.at(place);
      if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
        throw expected(place, "a number, at least 0");
      }
      return node.longValue();
    }

    private int share(String place) {
      long share = number(place);
      if (share > Parameters.WHOLE) {
        throw expected(place, "a number from 0 to " + Parameters.WHOLE);
      }
      return (int) share;
    }

    private Wei wei(String place) {
      String text = root.at(place).asText();
      if (!root.at(place).isTextual() || !text.matches("[0-9]{1,77}")) {
        throw expected(place, "an amount of wei as a string of decimal digits");
      }
      return new Wei(new BigInteger(text));
    }

    private Address address(String place) {
      String text = root.at(place).asText();
      if (!root.at(place).isTextual() || !text.matches("0x[0-9a-fA-F]{40}")) {
        throw expected(place, "an address, 0x and 40 hexadecimal digits");
      }
      return Address.ofHex(text);
    }

    private Optional<URI> rpc() {
      JsonNode node = root.at("/rpc");
      if (node.isMissingNode()) {
        return Optional.empty();
      }
      if (!node.isTextual() || !node.asText().matches("https?://[!-~]+")) {
        throw expected("/rpc", "an http or https URL");
      }
      try {
        return Optional.of(URI.create(node.asText()));
      } catch (IllegalArgumentException e) {
        throw expected("/rpc", "an http or https URL");
      }
    }

    private MalformedException expected(String place, String what) {
      return new MalformedException(source + ": " + place + " is not " + what);
    }
  }
}
