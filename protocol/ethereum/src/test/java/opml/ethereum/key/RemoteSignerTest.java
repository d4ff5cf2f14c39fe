package opml.ethereum.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Revert;
import opml.ethereum.chain.UnsignedTransaction;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.rlp.Rlp;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.TransactionListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.web3j.crypto.Sign;

class RemoteSignerTest {
  private static final Rpc.Options QUICK =
      new Rpc.Options(
          Duration.ofSeconds(5), Duration.ofSeconds(10), 1, Duration.ofMillis(5), 256 << 10);

  private final Wallet wallet = Wallet.ofChance();
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);
  private HttpServer server;

  /// {@return a signer whose answers, whole, are what `answers` makes of a request}
  private RemoteSigner signer(Function<JsonNode, String> answers) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          JsonNode request = new ObjectMapper().readTree(exchange.getRequestBody());
          byte[] body = answers.apply(request).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/token");
    return new RemoteSigner(new Rpc(url, QUICK), wallet.address());
  }

  /// {@return a signer that answers what `signs` makes of the transaction that it is asked for}
  private RemoteSigner signing(Function<UnsignedTransaction, Data> signs) throws IOException {
    return signer(request -> result(request, "\"" + signs.apply(asked(request)) + "\""));
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop(0);
    }
  }

  private static String result(JsonNode request, String json) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}".formatted(request.get("id"), json);
  }

  private static String error(JsonNode request, int code, String message) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,\"message\":\"%s\"}}"
        .formatted(request.get("id"), code, message);
  }

  private static UnsignedTransaction asked(JsonNode request) {
    JsonNode fields = request.get("params").get(0);
    Optional<Address> to =
        Optional.ofNullable(fields.get("to")).map(JsonNode::textValue).map(Address::ofHex);
    Data data = Data.ofHex(fields.get("data").textValue());
    return new UnsignedTransaction(
        number(fields, "chainId").longValueExact(),
        number(fields, "nonce").longValueExact(),
        number(fields, "gas").longValueExact(),
        new Wei(number(fields, "maxPriorityFeePerGas")),
        new Wei(number(fields, "maxFeePerGas")),
        new Call(to, data, new Wei(number(fields, "value")), "asked", Revert::unnamed));
  }

  private static BigInteger number(JsonNode fields, String name) {
    return new BigInteger(fields.get(name).textValue().substring(2), 16);
  }

  private UnsignedTransaction transaction() {
    byte[] data = new byte[random.nextInt(3) * random.nextInt(80)];
    random.nextBytes(data);
    Optional<Address> to =
        random.nextInt(4) == 0 ? Optional.empty() : Optional.of(Wallet.ofChance().address());
    long tip = random.nextLong(1L << random.nextInt(1, 40));
    return new UnsignedTransaction(
        1 + random.nextInt(1 << 20),
        random.nextInt(3) == 0 ? 0 : random.nextLong(1L << 40),
        21_000 + random.nextInt(1 << 24),
        Wei.of(tip),
        Wei.of(tip + random.nextLong(1L << 40)),
        new Call(to, Data.of(data), Wei.of(random.nextLong(1L << 62)), "any", Revert::unnamed));
  }

  @Test
  void whatIsSignedAsAskedIsTaken() throws IOException {
    RemoteSigner signer = signing(wallet::sign);
    for (int i = 0; i < 50; i++) {
      UnsignedTransaction transaction = transaction();
      assertThat(signer.sign(transaction)).as("seed %d", seed).isEqualTo(wallet.sign(transaction));
    }
    assertThat(signer.address()).isEqualTo(wallet.address());
  }

  @Test
  void signersThatAnswerInOtherWaysAreUnderstood() throws IOException {
    List<String> methods = new ArrayList<>();
    RemoteSigner signer =
        signer(
            request -> {
              methods.add(request.get("method").textValue());
              return methods.size() == 1
                  ? error(request, -32601, "the method eth_signTransaction does not exist")
                  : result(request, "{\"raw\":\"" + wallet.sign(asked(request)) + "\",\"tx\":{}}");
            });
    UnsignedTransaction transaction = transaction();
    assertThat(signer.sign(transaction)).isEqualTo(wallet.sign(transaction));
    assertThat(methods).containsExactly("eth_signTransaction", "account_signTransaction");
  }

  @Test
  void whatIsSignedOtherwiseIsRefusedFieldByField() throws IOException {
    Wallet other = Wallet.ofChance();
    List<UnsignedTransaction> last = new ArrayList<>();
    RemoteSigner signer =
        signing(asked -> last.isEmpty() ? other.sign(asked) : wallet.sign(last.getFirst()));
    UnsignedTransaction t = transaction();
    assertThatThrownBy(() -> signer.sign(t))
        .isInstanceOf(ChainException.Unsigned.class)
        .hasMessageContaining("signed by " + other.address())
        .hasMessageContaining(wallet.address().toString())
        .hasMessageNotContaining("token");
    Call call = t.call();
    Wei more = t.maxFee().plus(Wei.of(1));
    Data data = call.data().then(Data.of(new byte[1]));
    Call elsewhere =
        new Call(Optional.of(other.address()), call.data(), call.value(), "", Revert::unnamed);
    Call saying = new Call(call.to(), data, call.value(), "", Revert::unnamed);
    List<UnsignedTransaction> changed =
        List.of(
            new UnsignedTransaction(
                t.chainId() + 1, t.nonce(), t.gasLimit(), t.tip(), t.maxFee(), call),
            new UnsignedTransaction(
                t.chainId(), t.nonce() + 1, t.gasLimit(), t.tip(), t.maxFee(), call),
            new UnsignedTransaction(
                t.chainId(), t.nonce(), t.gasLimit() + 1, t.tip(), t.maxFee(), call),
            new UnsignedTransaction(
                t.chainId(), t.nonce(), t.gasLimit(), t.tip().plus(Wei.of(1)), more, call),
            new UnsignedTransaction(t.chainId(), t.nonce(), t.gasLimit(), t.tip(), more, call),
            new UnsignedTransaction(
                t.chainId(), t.nonce(), t.gasLimit(), t.tip(), t.maxFee(), elsewhere),
            new UnsignedTransaction(
                t.chainId(),
                t.nonce(),
                t.gasLimit(),
                t.tip(),
                t.maxFee(),
                call.paying(call.value().plus(Wei.of(1)))),
            new UnsignedTransaction(
                t.chainId(), t.nonce(), t.gasLimit(), t.tip(), t.maxFee(), saying));
    List<String> words =
        List.of(
            "chainId is",
            "nonce is",
            "gas is",
            "maxPriorityFeePerGas is",
            "maxFeePerGas is",
            "to is 0x" + other.address().toString().substring(2),
            "value is",
            "data is");
    for (int i = 0; i < changed.size(); i++) {
      last.clear();
      last.add(changed.get(i));
      assertThatThrownBy(() -> signer.sign(t))
          .as("seed %d", seed)
          .isInstanceOf(ChainException.Unsigned.class)
          .hasMessageContaining("signed something else")
          .hasMessageContaining(words.get(i));
    }
  }

  @Test
  void anythingElseIsNoSignature() throws IOException {
    UnsignedTransaction transaction = transaction();
    String right = wallet.sign(transaction).toString();
    List<String> answers =
        List.of(
            "null",
            "7",
            "{}",
            "[]",
            "\"\"",
            "\"0x\"",
            "\"0x02\"",
            "\"0x02c0\"",
            "\"0x01" + right.substring(4) + "\"",
            "\"" + right + "00\"",
            "\"" + right.substring(0, right.length() - 2) + "\"",
            "{\"raw\":7}",
            "\"<html>\"");
    for (String answer : answers) {
      RemoteSigner signer = signer(request -> result(request, answer));
      assertThatThrownBy(() -> signer.sign(transaction))
          .as(answer)
          .isInstanceOf(ChainException.Unsigned.class)
          .hasMessageContaining("signer http://127.0.0.1:");
      stop();
    }
    // A bit somewhere in the answer.
    for (int i = 0; i < 200; i++) {
      byte[] bytes = Data.ofHex(right).toArray();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Data spoilt = Data.of(bytes);
      RemoteSigner signer = signing(_ -> spoilt);
      assertThatThrownBy(() -> signer.sign(transaction))
          .as("seed %d, %s", seed, spoilt)
          .isInstanceOf(ChainException.Unsigned.class);
      stop();
    }
  }

  @Test
  void anAnswerOfFarTooManyFieldsIsNotTakenApart() throws IOException {
    // Each of its bytes is an item of its own.
    Data many = Data.of(new byte[] {2}).then(Data.of(Rlp.of(ones(100_000)).encode()));
    RemoteSigner signer = signing(_ -> many);
    assertThatThrownBy(() -> signer.sign(transaction()))
        .isInstanceOf(ChainException.Unsigned.class)
        .hasMessageContaining("answered 100,005 bytes, far more than asked for");
  }

  private static List<Rlp> ones(int count) {
    return Collections.nCopies(count, Rlp.of(1));
  }

  @Test
  void theOtherSignatureOfTheSameTransactionIsNotTaken() throws IOException {
    // s and n - s are both valid by mathematics; only the lower one counts (EIP-2).
    RemoteSigner signer = signing(asked -> mirrored(wallet.sign(asked)));
    assertThatThrownBy(() -> signer.sign(transaction()))
        .isInstanceOf(ChainException.Unsigned.class)
        .hasMessageContaining("upper half");
  }

  private static Data mirrored(Data signed) {
    byte[] bytes = signed.toArray();
    List<Rlp> fields =
        new ArrayList<>(Rlp.decode(Arrays.copyOfRange(bytes, 1, bytes.length)).items());
    BigInteger order = Sign.CURVE_PARAMS.getN();
    fields.set(9, Rlp.of(BigInteger.ONE.subtract(fields.get(9).number())));
    fields.set(11, Rlp.of(order.subtract(fields.get(11).number())));
    return Data.of(new byte[] {2}).then(Data.of(Rlp.of(fields).encode()));
  }

  @Test
  void aSignerThatRefusesOrIsAwayIsSaidToBe() throws IOException {
    RemoteSigner refusing = signer(request -> error(request, -32000, "Request denied"));
    assertThatThrownBy(() -> refusing.sign(transaction()))
        .isInstanceOf(ChainException.Unsigned.class)
        .hasMessageContaining("did not sign for 0x")
        .hasMessageContaining("Request denied");
    stop();
    assertThatThrownBy(() -> refusing.sign(transaction()))
        .isInstanceOf(ChainException.Unsigned.class)
        .hasMessageContaining("no node answers");
  }

  @Test
  @EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
  void aSenderWorksWithARealSigner() {
    try (DevChain dev = DevChain.start(DevChain.Options.DEFAULT);
        Rpc rpc = new Rpc(dev.url())) {
      Address account = dev.account(0).address();
      RemoteSigner signer = new RemoteSigner(rpc, account);
      Sender sender = new Sender(dev.chain(), signer, SendPolicy.DEFAULT, TransactionListener.NONE);
      Address to = Address.ofHex("0x00000000000000000000000000000000000000aa");
      assertThat(sender.send(Call.transfer(to, Wei.ether(1))).from()).isEqualTo(account);
      assertThat(dev.chain().balance(to, dev.chain().latest())).isEqualTo(Wei.ether(1));
      // It does not know this account.
      Address stranger = Wallet.ofChance().address();
      dev.command("anvil_setBalance", stranger.toString(), "0xde0b6b3a7640000");
      Sender other =
          new Sender(
              dev.chain(),
              new RemoteSigner(rpc, stranger),
              SendPolicy.DEFAULT,
              TransactionListener.NONE);
      assertThatThrownBy(() -> other.send(Call.transfer(to, Wei.of(1))))
          .isInstanceOf(ChainException.Unsigned.class)
          .hasMessageContaining("did not sign for 0x");
    }
  }
}
