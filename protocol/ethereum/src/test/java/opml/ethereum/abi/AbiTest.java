package opml.ethereum.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.TxHash;
import org.junit.jupiter.api.Test;

class AbiTest {
  private static final Address SOMEBODY =
      Address.ofHex("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");

  private static AbiParameter of(String type, AbiParameter... members) {
    return new AbiParameter("", AbiType.parse(type, List.of(members)), false);
  }

  private static String words(String... words) {
    StringBuilder text = new StringBuilder("0x");
    for (String word : words) {
      text.append("0".repeat(64 - word.length())).append(word);
    }
    return text.toString();
  }

  /// The last example of the ABI specification: `f(uint256,uint32[],bytes10,bytes)`.
  @Test
  void theSpecificationsExampleIsEncodedAndDecoded() {
    List<AbiParameter> types = List.of(of("uint256"), of("uint32[]"), of("bytes10"), of("bytes"));
    List<Object> values =
        List.of(
            BigInteger.valueOf(0x123),
            List.of(BigInteger.valueOf(0x456), BigInteger.valueOf(0x789)),
            Data.of("1234567890".getBytes(StandardCharsets.US_ASCII)),
            Data.of("Hello, world!".getBytes(StandardCharsets.US_ASCII)));
    Data data = Data.of(AbiEncoder.encode("f", types, values));
    assertThat(data.toString())
        .isEqualTo(
            words("123", "80")
                + "31323334353637383930"
                + "0".repeat(44)
                + words("e0", "2", "456", "789", "d").substring(2)
                + "48656c6c6f2c20776f726c6421"
                + "0".repeat(38));
    assertThat(AbiDecoder.decode("f", types, data).values()).isEqualTo(values);
  }

  @Test
  void randomValuesOfRandomTypesReadBackAndDamageIsNeverMisread() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      List<AbiParameter> types = new ArrayList<>();
      List<Object> values = new ArrayList<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        AbiType type = randomType(random, 3);
        types.add(new AbiParameter("v" + i, type, false));
        values.add(randomValue(random, type));
      }
      byte[] bytes = AbiEncoder.encode("f", types, values);
      assertThat(AbiDecoder.decode("f", types, Data.of(bytes)).values())
          .as("seed %d, round %d", seed, round)
          .isEqualTo(values);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      requireCanonical(seed, types, Data.of(bytes));
      byte[] noise = new byte[random.nextInt(256)];
      random.nextBytes(noise);
      requireCanonical(seed, types, Data.of(noise));
    }
  }

  /// Either it is refused, or it is the one encoding of what it says.
  private static void requireCanonical(long seed, List<AbiParameter> types, Data data) {
    Values values;
    try {
      values = AbiDecoder.decode("f", types, data);
    } catch (ChainException.Malformed e) {
      return;
    }
    assertThat(Data.of(AbiEncoder.encode("f", types, values.values())))
        .as("seed %d", seed)
        .isEqualTo(data);
  }

  private static AbiType randomType(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 7 : 10)) {
      case 0 -> new AbiType.Uint(8 * (1 + random.nextInt(32)));
      case 1 -> new AbiType.Int(8 * (1 + random.nextInt(32)));
      case 2 -> new AbiType.Account();
      case 3 -> new AbiType.Bool();
      case 4 -> new AbiType.FixedBytes(1 + random.nextInt(32));
      case 5 -> new AbiType.Bytes();
      case 6 -> new AbiType.Utf8();
      case 7 -> new AbiType.ListOf(randomType(random, depth - 1));
      case 8 -> new AbiType.FixedList(randomType(random, depth - 1), 1 + random.nextInt(3));
      default -> {
        List<AbiParameter> members = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
          members.add(new AbiParameter("m" + i, randomType(random, depth - 1), false));
        }
        yield new AbiType.Tuple(members);
      }
    };
  }

  private static Object randomValue(Random random, AbiType type) {
    return switch (type) {
      case AbiType.Uint(int bits) -> new BigInteger(bits, random);
      case AbiType.Int(int bits) ->
          new BigInteger(bits, random).subtract(BigInteger.ONE.shiftLeft(bits - 1));
      case AbiType.Account _ -> Address.of(randomBytes(random, 20));
      case AbiType.Bool _ -> random.nextBoolean();
      case AbiType.FixedBytes(int size) ->
          size == 32
              ? Bytes32.of(randomBytes(random, 32))
              : (Object) Data.of(randomBytes(random, size));
      case AbiType.Bytes _ -> Data.of(randomBytes(random, random.nextInt(70)));
      case AbiType.Utf8 _ -> "é".repeat(random.nextInt(40));
      case AbiType.ListOf(AbiType element) -> randomValues(random, element, random.nextInt(4));
      case AbiType.FixedList(AbiType element, int size) -> randomValues(random, element, size);
      case AbiType.Tuple(List<AbiParameter> members) ->
          new Values(members, members.stream().map(m -> randomValue(random, m.type())).toList());
    };
  }

  private static List<Object> randomValues(Random random, AbiType element, int count) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(randomValue(random, element));
    }
    return List.copyOf(values);
  }

  private static byte[] randomBytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void onlyTheOneEncodingOfAValueIsRead() {
    refuse("not true", "neither true nor false", words("2"), of("bool"));
    refuse("wide uint", "beyond uint8", words("100"), of("uint8"));
    refuse("wide int", "beyond int8", words("80"), of("int8"));
    refuse("wide address", "padding", words("1" + "0".repeat(40)), of("address"));
    refuse("padding of bytes4", "padding", words("1"), of("bytes4"));
    refuse("left over", "32 bytes left over", words("1", "2"), of("bool"));
    refuse("short", "expected 64 bytes more", words("1"), of("bool"), of("bool"));
    refuse("gap", "where the next tail is", words("40", "0", "0"), of("bytes"));
    refuse("shared tail", "where the next tail", words("40", "40", "0"), of("bytes"), of("bytes"));
    refuse("backward offset", "where the next tail is", words("0"), of("bytes"));
    refuse("padding of bytes", "padding", words("20", "1", "ff"), of("bytes"));
    refuse("long bytes", "beyond the data", words("20", "ffffffff"), of("bytes"));
    refuse("huge offset", "beyond the data", words("f".repeat(64)), of("bytes"));
    refuse("long list", "expected 160 bytes more", words("20", "5", "1"), of("uint8[]"));
    refuse("not UTF-8", "not UTF-8", words("20", "1") + "ff" + "0".repeat(62), of("string"));
  }

  private static void refuse(String what, String why, String hex, AbiParameter... types) {
    assertThatThrownBy(() -> AbiDecoder.decode(what, List.of(types), Data.ofHex(hex)))
        .isInstanceOf(ChainException.Malformed.class)
        .hasMessageContaining(what + ", offset ")
        .hasMessageContaining(why);
  }

  @Test
  void anArgumentOfTheWrongTypeIsNamed() {
    ContractAbi sampler = Sampler.abi();
    ContractAbi.Function add = sampler.function("add(uint256,uint256)");
    assertThatThrownBy(() -> sampler.encode(add, 1, "two"))
        .hasMessage("Sampler.add, b: expected uint256, got String");
    assertThatThrownBy(() -> sampler.encode(add, 1, -2)).hasMessageContaining("got -2");
    assertThatThrownBy(() -> sampler.encode(add, 1)).hasMessageContaining("takes 2 values");
    assertThatThrownBy(() -> sampler.function("add")).hasMessageContaining("several functions");
    assertThatThrownBy(() -> sampler.function("sub")).hasMessage("Sampler has no function sub");
    assertThatThrownBy(() -> sampler.topic("Nothing")).hasMessageContaining("0 events");
  }

  @Test
  void callsAreDecodedAsTheyWereEncoded() {
    ContractAbi sampler = Sampler.abi();
    ContractAbi.Function refuse = sampler.function("refuse");
    Data call = sampler.encode(refuse, 7, new byte[] {1, 2});
    Values values = sampler.decodeCall(refuse, call);
    assertThat(values.number("code")).isEqualTo(7);
    assertThat(values.data("why")).hasToString("0x0102");
    assertThatThrownBy(() -> sampler.decodeCall(sampler.function("say"), call))
        .hasMessageContaining("not a call of");
    assertThatThrownBy(() -> values.number("codes"))
        .hasMessageContaining("no value is called codes");
    assertThatThrownBy(() -> values.bool("code")).hasMessageContaining("is a uint256");
  }

  @Test
  void revertsOfAnythingAreReadable() {
    ContractAbi sampler = Sampler.abi();
    assertThat(sampler.decodeRevert(Data.EMPTY)).hasToString("without a reason");
    assertThat(sampler.decodeRevert(Data.ofHex("0x12345678"))).hasToString("with 0x12345678");
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      byte[] noise = randomBytes(random, random.nextInt(200));
      assertThat(sampler.decodeRevert(Data.of(noise)).data()).as("seed %d", seed).isNotNull();
      // The selector of Error(string), then noise.
      assertThat(sampler.decodeRevert(Data.ofHex("0x08c379a0").then(Data.of(noise))).name())
          .as("seed %d", seed)
          .isEmpty();
    }
    assertThat(SOMEBODY.toString()).startsWith("0x5aaeb6");
  }

  @Test
  void artifactsThatCannotBeDeployedAreRefused() {
    assertThatThrownBy(() -> ContractAbi.load(Sampler.class, "Nothing"))
        .hasMessageContaining("no contract artifact");
    assertThatThrownBy(() -> ContractAbi.parse("X", "{")).hasMessageContaining("X: not JSON");
    assertThatThrownBy(() -> ContractAbi.parse("X", "{}")).hasMessageContaining("no abi");
    assertThatThrownBy(
            () -> ContractAbi.parse("X", "{\"abi\":[],\"bytecode\":{\"object\":\"0x__$1$__\"}}"))
        .hasMessageContaining("not linked");
    assertThatThrownBy(() -> ContractAbi.parse("X", "{\"abi\":[]}").deployment())
        .hasMessageContaining("no bytecode");
  }

  @Test
  void whatAChainHandsOutIsReadAsItWasMeant() {
    ContractAbi sampler = Sampler.abi();
    ContractAbi.Function total = sampler.function("total");
    assertThat(sampler.decodeResult(total, sampler.encodeResult(total, 7L)).number(0)).isEqualTo(7);
    Bytes32 key = Bytes32.ofWord(5);
    ContractAbi.Emitted emitted =
        sampler.encodeEvent("Stored", key, Address.BURNT, 9L, new byte[] {1, 2});
    Event event =
        sampler
            .decode(
                new LogEntry(
                    Address.ZERO,
                    emitted.topics(),
                    emitted.data(),
                    1,
                    Bytes32.ZERO,
                    new TxHash(Bytes32.ZERO),
                    0))
            .orElseThrow();
    assertThat(event.name()).isEqualTo("Stored");
    assertThat(event.values().bytes32(0)).isEqualTo(key);
    assertThat(event.values().address(1)).isEqualTo(Address.BURNT);
    assertThat(event.values().number(2)).isEqualTo(9);
    assertThat(event.values().data(3)).hasToString("0x0102");
  }
}
