package opml.ethereum.evm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Revert;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// The machine against a node's own, with programs of chance.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class EvmTest {
  private static final Address SELF = Address.ofHex("0x00000000000000000000000000000000000abcde");
  private static final Address OTHER = Address.ofHex("0x00000000000000000000000000000000000beefc");
  private static final int[] COMPUTING = {
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14,
    0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d
  };
  private static final int[] READING = {
    0x30, 0x32, 0x33, 0x34, 0x35, 0x36, 0x38, 0x3a, 0x3d, 0x42, 0x43, 0x44, 0x45, 0x46, 0x48, 0x58,
    0x59, 0x51, 0x54, 0x5c, 0x3b, 0x3f, 0x31, 0x47, 0x41
  };
  private static final int[] ODD = {0x0c, 0x21, 0x4f, 0x5b, 0xfe, 0x56, 0xef, 0x50};

  private static DevChain dev;

  @BeforeAll
  static void start() {
    dev = DevChain.start(DevChain.Options.DEFAULT);
    dev.mine(1);
    for (int slot = 0; slot < 3; slot++) {
      dev.command(
          "anvil_setStorageAt",
          SELF.toString(),
          "0x%064x".formatted(slot),
          "0x%064x".formatted(BigInteger.valueOf(77).pow(9 * slot + 1)));
    }
    dev.setBalance(SELF, Wei.of(123_456));
  }

  @AfterAll
  static void stop() {
    if (dev != null) {
      dev.close();
    }
  }

  /// The node's own state, unproven: what is tried here is the machine.
  private record Told(BlockRef at) implements World {
    @Override
    public BigInteger balance(Address account) {
      return dev.chain().balance(account, at).value();
    }

    @Override
    public Data code(Address account) {
      return dev.chain().code(account, at);
    }

    @Override
    public Bytes32 codeHash(Address account) {
      throw new Unbound("asked for the hash of a code");
    }

    @Override
    public BigInteger storage(Address contract, BigInteger slot) {
      return dev.command(
              "eth_getStorageAt",
              contract.toString(),
              "0x%064x".formatted(slot),
              "0x" + Long.toHexString(at.number()))
          .quantity();
    }

    @Override
    public Block block() {
      var block = dev.command("eth_getBlockByNumber", "0x" + Long.toHexString(at.number()), false);
      return new Block(
          dev.chain().id(),
          at.number(),
          at.timestamp(),
          block.field("miner").address(),
          block.field("mixHash").bytes32(),
          block.field("gasLimit").number(),
          at.baseFee().value());
    }
  }

  private static Evm.Result onTheNode(byte[] code, Data input) {
    dev.command("anvil_setCode", SELF.toString(), "0x" + HexFormat.of().formatHex(code));
    BlockRef head = dev.chain().latest();
    try {
      Call call = new Call(Optional.of(SELF), input, Wei.ZERO, "a program", Revert::unnamed);
      return new Evm.Result(true, dev.chain().call(call, Optional.of(Address.BURNT), head));
    } catch (ChainException.Reverted e) {
      return new Evm.Result(false, e.revert().data());
    } catch (ChainException.Refused e) {
      return new Evm.Result(false, Data.EMPTY);
    }
  }

  /// Programs that push numbers, compute, read and write memory, and return all of it.
  private static byte[] program(Random random) {
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    int depth = 0;
    int length = 5 + random.nextInt(60);
    for (int i = 0; i < length; i++) {
      int kind = depth < 4 ? 0 : random.nextInt(10);
      if (kind <= 2) {
        depth += push(random, code);
      } else if (kind <= 5) {
        int opcode = pick(random, COMPUTING);
        code.write(opcode);
        depth -= opcode == 0x08 || opcode == 0x09 ? 2 : opcode == 0x15 || opcode == 0x19 ? 0 : 1;
      } else if (kind == 6) {
        int opcode = pick(random, READING);
        boolean takes =
            opcode == 0x35
                || opcode == 0x51
                || opcode == 0x54
                || opcode == 0x5c
                || opcode == 0x3b
                || opcode == 0x31;
        if (opcode == 0x3f) {
          continue;
        }
        if (takes) {
          small(random, code);
        }
        code.write(opcode);
        depth++;
      } else if (kind == 7) { // MSTORE, MSTORE8, MCOPY, KECCAK256 at small places
        int what = random.nextInt(6);
        small(random, code);
        small(random, code);
        switch (what) {
          case 0 -> code.write(0x52);
          case 1 -> code.write(0x53);
          case 2 -> {
            code.write(0x20);
            depth++;
          }
          default -> {
            small(random, code);
            code.write(new int[] {0x5e, 0x37, 0x39}[what - 3]);
          }
        }
      } else if (kind == 8) {
        int below = random.nextInt(Math.min(depth, 16));
        if (random.nextBoolean()) {
          code.write(0x80 + below);
          depth++;
        } else if (below > 0) {
          code.write(0x8f + below);
        }
      } else if (random.nextInt(12) == 0) {
        code.write(pick(random, ODD));
        depth--;
      }
    }
    for (int i = 0; i < depth; i++) { // all of the stack, then return it
      code.writeBytes(new byte[] {0x61, (byte) (i >> 3), (byte) (i << 5), 0x52});
    }
    int end = random.nextInt(4) == 0 ? 0xfd : 0xf3;
    code.writeBytes(new byte[] {0x61, 8, 0, 0x5f, (byte) end});
    return code.toByteArray();
  }

  private static int push(Random random, ByteArrayOutputStream code) {
    int length = random.nextInt(4) == 0 ? 32 : random.nextInt(9);
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    if (random.nextInt(4) == 0) {
      Arrays.fill(bytes, (byte) (random.nextBoolean() ? -1 : 0));
    }
    code.write(0x5f + length);
    code.writeBytes(bytes);
    return 1;
  }

  private static void small(Random random, ByteArrayOutputStream code) {
    code.writeBytes(new byte[] {0x60, (byte) random.nextInt(200)});
  }

  private static int pick(Random random, int[] from) {
    return from[random.nextInt(from.length)];
  }

  @RepeatedTest(3)
  void programsOfChanceComeToTheSame() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      byte[] code = program(random);
      byte[] bytes = new byte[random.nextInt(100)];
      random.nextBytes(bytes);
      Data input = Data.of(bytes);
      Evm.Result expected = onTheNode(code, input);
      Evm.Result result = Evm.run(new Told(dev.chain().latest()), Address.BURNT, SELF, code, input);
      assertThat(result)
          .as("seed %d, program %d: %s", seed, i, HexFormat.of().formatHex(code))
          .isEqualTo(expected);
    }
  }

  /// A program that calls the other contract with its own input, and returns what came back behind whether it worked.
  private static byte[] calling(int opcode) {
    String value = opcode == 0xf1 ? "5f" : "";
    return HexFormat.of()
        .parseHex(
            "365f5f37" // the input to memory
                + "61080061100036" // where the result goes, and the length of the input
                + "5f"
                + value
                + "73"
                + OTHER.toString().substring(2)
                + "5a%02x".formatted(opcode)
                + "5f523d5f60203e3d602001" // whether it worked, then all that it returned
                + "5ff3");
  }

  @Test
  void callsOfOtherContractsComeToTheSame() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int opcode : new int[] {0xf1, 0xf4, 0xfa}) {
      for (int i = 0; i < 10; i++) {
        byte[] called = program(random);
        dev.command("anvil_setCode", OTHER.toString(), "0x" + HexFormat.of().formatHex(called));
        Data input = Data.of(new byte[random.nextInt(64)]);
        byte[] code = calling(opcode);
        Evm.Result expected = onTheNode(code, input);
        BlockRef head = dev.chain().latest();
        assertThat(Evm.call(new Told(head), Address.BURNT, SELF, BigInteger.ZERO, input))
            .as(
                "seed %d, 0x%02x, program %d: %s",
                seed, opcode, i, HexFormat.of().formatHex(called))
            .isEqualTo(expected);
        assertThat(expected.succeeded()).isTrue();
      }
    }
  }

  @Test
  void whatTheStateAloneDoesNotDecideComesToNothing() {
    Map<String, String> programs =
        Map.of(
            "5f5f55", "it is no view",
            "5f5fa0", "it is no view",
            "5f5f5ff0", "it is no view",
            "5fff", "it is no view",
            "5f40", "hashes of blocks",
            "5f5f5f5f600160025af1", "it sends money",
            "5f5f5f5f60025afa", "the precompiled contract 2",
            "5b5f56", "more than 1,048,576 instructions",
            "5f5f5f5f305afa", "more than 16 deep",
            "5f6401000000005200", "bytes of memory");
    programs.forEach(
        (program, why) -> {
          byte[] code = HexFormat.of().parseHex(program);
          dev.command("anvil_setCode", SELF.toString(), "0x" + program);
          BlockRef head = dev.chain().latest();
          assertThatThrownBy(() -> Evm.run(new Told(head), Address.BURNT, SELF, code, Data.EMPTY))
              .as(program)
              .isInstanceOf(Unbound.class)
              .hasMessageContaining(why);
        });
  }

  @Test
  void whoPaysSeesNoBalance() {
    dev.command("anvil_setCode", SELF.toString(), "0x4700");
    Told world = new Told(dev.chain().latest());
    assertThatThrownBy(() -> Evm.call(world, Address.BURNT, SELF, BigInteger.ONE, Data.EMPTY))
        .isInstanceOf(Unbound.class)
        .hasMessageContaining("while money is on its way");
  }
}
