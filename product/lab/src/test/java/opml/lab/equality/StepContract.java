package opml.lab.equality;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.Data;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.rpc.Rpc;

/// A step contract on a development chain, asked by `eth_call` for many steps at once through `StepBatch.sol`.
final class StepContract {
  private static final String BATCH = "0x00000000000000000000000000000000000ba7c4";
  private static final int HEAD = 70;

  /// The node takes requests of up to 2 MiB of JSON.
  private static final int BYTES_PER_CALL = 700_000;

  private final Rpc rpc;
  private final String address;

  private StepContract(Rpc rpc, String address) {
    this.rpc = rpc;
    this.address = address;
  }

  /// Puts a contract at an address.
  ///
  /// @param number of the contract, so that there can be many
  static StepContract install(DevChain chain, int number, Data step, Data batch) {
    String address = "0x%040x".formatted(0x57e9_0000L + number);
    chain.command("anvil_setCode", address, step.toString());
    chain.command("anvil_setCode", BATCH, batch.toString());
    return new StepContract(patient(chain.url()), address);
  }

  private static Rpc patient(URI url) {
    return new Rpc(
        url,
        new Rpc.Options(
            Duration.ofSeconds(5), Duration.ofMinutes(2), 1, Duration.ofMillis(1), 32 << 20));
  }

  /// {@return the code that stays on chain when this creation code is run}
  static Data deployed(DevChain chain, Data creation) {
    return chain.command("eth_call", Map.of("data", creation.toString()), "latest").data();
  }

  /// {@return the answers of `StepBatch.sol`, one a step}
  List<Bytes32> answers(List<StepCase> steps) {
    List<Bytes32> answers = new ArrayList<>();
    int from = 0;
    while (from < steps.size()) {
      int size = 0;
      int to = from;
      while (to < steps.size() && (to == from || size < BYTES_PER_CALL)) {
        size += HEAD + steps.get(to).witness().length;
        to++;
      }
      answers.addAll(call(steps.subList(from, to)));
      from = to;
    }
    return answers;
  }

  private List<Bytes32> call(List<StepCase> steps) {
    String data = "0x" + HexFormat.of().formatHex(calldata(steps));
    Data out =
        rpc.once("eth_call", Map.of("to", BATCH, "data", data, "gas", "0x2540be400"), "latest")
            .data();
    if (out.length() != 64 + 32 * steps.size()) {
      throw new IllegalStateException(
          "%d bytes of answers to %d questions".formatted(out.length(), steps.size()));
    }
    List<Bytes32> answers = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      answers.add(out.word(64 + 32 * i));
    }
    return answers;
  }

  private byte[] calldata(List<StepCase> steps) {
    int size = steps.stream().mapToInt(step -> HEAD + step.witness().length).sum();
    ByteBuffer out = ByteBuffer.allocate(4 + 96 + (size + 31) / 32 * 32);
    byte[] signature = "run(address,bytes)".getBytes(StandardCharsets.US_ASCII);
    out.put(Keccak.hash(signature).toArray(), 0, 4);
    out.put(new byte[12]).put(Data.ofHex(address).toArray());
    out.put(Bytes32.ofWord(64).toArray()).put(Bytes32.ofWord(size).toArray());
    for (StepCase step : steps) {
      out.putInt(step.witness().length);
      out.put(step.prestate().toArray()).put(step.program().codeRoot().toArray());
      out.put((byte) step.program().codeDepth()).put((byte) step.program().memDepth());
      out.put(step.witness());
    }
    return out.array();
  }

  /// {@return the answer that this error is}
  static Bytes32 error(String signature) {
    byte[] answer =
        Arrays.copyOf(
            Keccak.hash(signature.getBytes(StandardCharsets.US_ASCII)).toArray(), Bytes32.BYTES);
    Arrays.fill(answer, 4, 31, (byte) 0);
    answer[31] = 1;
    return Bytes32.of(answer);
  }

  /// {@return whether an answer is an error's selector}
  static boolean refused(Bytes32 answer) {
    byte[] bytes = answer.toArray();
    return bytes[31] == 1 && Arrays.equals(bytes, 4, 31, new byte[27], 0, 27);
  }
}
