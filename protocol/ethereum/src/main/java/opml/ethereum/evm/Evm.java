package opml.ethereum.evm;

import java.io.Serial;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import opml.core.account.Address;
import opml.core.hash.Keccak;
import opml.ethereum.chain.Data;

/// The Ethereum virtual machine as far as a view needs it: instructions that read and compute. What a view returns then
/// follows from the contract's code and storage alone, which a block's header commits to; so nobody needs to believe
/// the node that would otherwise say it.
///
/// There is no gas: what ends here in a result would end in the same result on the chain, if the gas is enough. What
/// writes, makes contracts, sends money, calls a precompiled contract, or goes on beyond [#STEPS_MOST] is [Unbound].
///
/// Source: Ethereum's Yellow Paper, appendix H; the Execution Layer Specification up to Osaka.
public final class Evm {
  /// Instructions of a call, all inner ones included.
  static final int STEPS_MOST = 1 << 20;

  private static final int DEPTH_MOST = 16;
  private static final int STACK_MOST = 1024;
  private static final int PRECOMPILED_MOST = 0x1ff;
  private static final BigInteger GAS = BigInteger.valueOf(30_000_000);

  /// What a call came to.
  ///
  /// @param succeeded whether it returned; if not, it reverted, or ran into what ends it
  /// @param data what it returned, or reverted with
  public record Result(boolean succeeded, Data data) {}

  private final World world;
  private final Address origin;
  private final boolean pays;
  private int steps;

  private Evm(World world, Address origin, boolean pays) {
    this.world = world;
    this.origin = origin;
    this.pays = pays;
  }

  /// {@return what a call of a contract comes to}
  ///
  /// @throws Unbound if that is not decided by the state alone
  public static Result call(World world, Address from, Address to, BigInteger value, Data input) {
    Evm evm = new Evm(world, from, value.signum() > 0);
    return evm.frame(new Frame(to, to, from, value, input.toArray(), 0));
  }

  /// {@return what this code comes to, as if it were the contract's}
  static Result run(World world, Address from, Address self, byte[] code, Data input) {
    Evm evm = new Evm(world, from, false);
    return evm.run(new Frame(self, self, from, BigInteger.ZERO, input.toArray(), 0), code);
  }

  /// Whose code runs on whose storage.
  private record Frame(
      Address code, Address self, Address caller, BigInteger value, byte[] input, int depth) {}

  private Result frame(Frame frame) {
    BigInteger at = EvmWords.of(frame.code());
    if (at.signum() > 0 && at.bitLength() <= 9 && at.intValue() <= PRECOMPILED_MOST) {
      throw new Unbound("it calls the precompiled contract " + at);
    }
    byte[] code = world.code(frame.code()).toArray();
    if (code.length > 0 && (code[0] & 0xff) == 0xef) {
      throw new Unbound("it calls an account that delegates to a contract");
    }
    return run(frame, code);
  }

  /// What ends a call without a word.
  private static final class Halt extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;
  }

  private Result run(Frame frame, byte[] code) {
    try {
      return new Run(frame, code).result();
    } catch (Halt e) {
      return new Result(false, Data.EMPTY);
    }
  }

  /// One call under way.
  private final class Run {
    private final Frame frame;
    private final byte[] code;
    private final BitSet destinations;
    private final CallMemory memory = new CallMemory();
    private final Deque<BigInteger> stack = new ArrayDeque<>();
    private byte[] returned = new byte[0];
    private int pc;

    Run(Frame frame, byte[] code) {
      this.frame = frame;
      this.code = code;
      this.destinations = destinations(code);
    }

    Result result() {
      while (pc < code.length) {
        if (++steps > STEPS_MOST) {
          throw new Unbound("it takes more than %,d instructions".formatted(STEPS_MOST));
        }
        int opcode = code[pc++] & 0xff;
        switch (opcode) {
          case 0x00 -> {
            return new Result(true, Data.EMPTY);
          }
          case 0xf3, 0xfd -> {
            BigInteger from = pop();
            byte[] data = memory.read(from, CallMemory.length(pop()));
            return new Result(opcode == 0xf3, Data.of(data));
          }
          default -> step(opcode);
        }
      }
      return new Result(true, Data.EMPTY);
    }

    private void step(int opcode) {
      if (opcode >= 0x5f && opcode <= 0x7f) { // PUSH0 to PUSH32
        int length = opcode - 0x5f;
        push(EvmWords.of(padded(code, BigInteger.valueOf(pc), length)));
        pc += length;
      } else if (opcode >= 0x80 && opcode <= 0x8f) { // DUP
        push(nth(opcode - 0x80));
      } else if (opcode >= 0x90 && opcode <= 0x9f) { // SWAP
        swap(opcode - 0x8f);
      } else if (opcode < 0x20) {
        push(computed(opcode));
      } else if (opcode >= 0x30 && opcode < 0x50) {
        environment(opcode);
      } else {
        flow(opcode);
      }
    }

    private BigInteger computed(int opcode) {
      BigInteger a = pop();
      BigInteger b = opcode == 0x15 || opcode == 0x19 || opcode == 0x1e ? BigInteger.ZERO : pop();
      return switch (opcode) {
        case 0x01 -> EvmWords.wrapped(a.add(b));
        case 0x02 -> EvmWords.wrapped(a.multiply(b));
        case 0x03 -> EvmWords.wrapped(a.subtract(b));
        case 0x04 -> EvmWords.divided(a, b);
        case 0x05 -> EvmWords.wrapped(EvmWords.divided(EvmWords.signed(a), EvmWords.signed(b)));
        case 0x06 -> EvmWords.rest(a, b);
        case 0x07 -> EvmWords.wrapped(EvmWords.rest(EvmWords.signed(a), EvmWords.signed(b)));
        case 0x08 -> EvmWords.rest(a.add(b), pop());
        case 0x09 -> EvmWords.rest(a.multiply(b), pop());
        case 0x0a -> EvmWords.power(a, b);
        case 0x0b -> EvmWords.extended(a, b);
        case 0x10 -> EvmWords.of(a.compareTo(b) < 0);
        case 0x11 -> EvmWords.of(a.compareTo(b) > 0);
        case 0x12 -> EvmWords.of(EvmWords.signed(a).compareTo(EvmWords.signed(b)) < 0);
        case 0x13 -> EvmWords.of(EvmWords.signed(a).compareTo(EvmWords.signed(b)) > 0);
        case 0x14 -> EvmWords.of(a.equals(b));
        case 0x15 -> EvmWords.of(a.signum() == 0);
        case 0x16 -> a.and(b);
        case 0x17 -> a.or(b);
        case 0x18 -> a.xor(b);
        case 0x19 -> EvmWords.wrapped(a.not());
        case 0x1a -> EvmWords.byteAt(a, b);
        case 0x1b -> EvmWords.wrapped(b.shiftLeft(EvmWords.shift(a)));
        case 0x1c -> b.shiftRight(EvmWords.shift(a));
        case 0x1d -> EvmWords.wrapped(EvmWords.signed(b).shiftRight(EvmWords.shift(a)));
        case 0x1e -> BigInteger.valueOf(EvmWords.BITS - a.bitLength());
        default -> throw new Halt();
      };
    }

    private void environment(int opcode) {
      World.Block block = world.block();
      switch (opcode) {
        case 0x30 -> push(EvmWords.of(frame.self()));
        case 0x31 -> push(balance(EvmWords.address(pop())));
        case 0x32 -> push(EvmWords.of(origin));
        case 0x33 -> push(EvmWords.of(frame.caller()));
        case 0x34 -> push(frame.value());
        case 0x35 -> push(EvmWords.of(padded(frame.input(), pop(), 32)));
        case 0x36 -> push(frame.input().length);
        case 0x37 -> copy(frame.input());
        case 0x38 -> push(code.length);
        case 0x39 -> copy(code);
        case 0x3a -> push(0); // a view offers nothing for its gas
        case 0x3b -> push(world.code(EvmWords.address(pop())).length());
        case 0x3c -> copy(world.code(EvmWords.address(pop())).toArray());
        case 0x3d -> push(returned.length);
        case 0x3e -> copyReturned();
        case 0x3f -> push(EvmWords.of(world.codeHash(EvmWords.address(pop()))));
        case 0x41 -> push(EvmWords.of(block.beneficiary()));
        case 0x42 -> push(block.timestamp());
        case 0x43 -> push(block.number());
        case 0x44 -> push(EvmWords.of(block.random()));
        case 0x45 -> push(block.gasLimit());
        case 0x46 -> push(block.chainId());
        case 0x47 -> push(balance(frame.self()));
        case 0x48 -> push(block.baseFee());
        case 0x40, 0x49, 0x4a -> throw new Unbound("it asks for hashes of blocks, or for blobs");
        default -> throw new Halt();
      }
    }

    private BigInteger balance(Address account) {
      if (pays) {
        throw new Unbound("it asks for money while money is on its way");
      }
      return world.balance(account);
    }

    private void flow(int opcode) {
      switch (opcode) {
        case 0x20 -> {
          BigInteger from = pop();
          push(EvmWords.of(Keccak.hash(memory.read(from, CallMemory.length(pop())))));
        }
        case 0x50 -> pop();
        case 0x51 -> push(EvmWords.of(memory.read(pop(), 32)));
        case 0x52 -> {
          BigInteger to = pop();
          memory.write(to, EvmWords.bytes32(pop()).toArray());
        }
        case 0x53 -> {
          BigInteger to = pop();
          memory.write(to, new byte[] {pop().byteValue()});
        }
        case 0x54 -> push(world.storage(frame.self(), pop()));
        case 0x56 -> jump(pop());
        case 0x57 -> {
          BigInteger to = pop();
          if (pop().signum() != 0) {
            jump(to);
          }
        }
        case 0x58 -> push(pc - 1);
        case 0x59 -> push(memory.size());
        case 0x5a -> push(GAS);
        case 0x5b -> {} // JUMPDEST
        case 0x5c -> { // TLOAD: nothing was written before
          pop();
          push(0);
        }
        case 0x5e -> {
          BigInteger to = pop();
          BigInteger from = pop();
          memory.write(to, memory.read(from, CallMemory.length(pop())));
        }
        case 0xf1, 0xf4, 0xfa -> call(opcode);
        case 0x55, 0x5d, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xf0, 0xf2, 0xf5, 0xff ->
            throw new Unbound("it is no view: it has the instruction 0x%02x".formatted(opcode));
        default -> throw new Halt();
      }
    }

    private void call(int opcode) {
      pop(); // the gas
      Address to = EvmWords.address(pop());
      BigInteger value = opcode == 0xf1 ? pop() : BigInteger.ZERO;
      BigInteger from = pop();
      byte[] input = memory.read(from, CallMemory.length(pop()));
      BigInteger into = pop();
      int room = CallMemory.length(pop());
      memory.touch(into, room);
      if (value.signum() != 0) {
        throw new Unbound("it sends money");
      }
      if (frame.depth() == DEPTH_MOST) {
        throw new Unbound("its calls are more than " + DEPTH_MOST + " deep");
      }
      int depth = frame.depth() + 1;
      Result result =
          frame(
              opcode == 0xf4
                  ? new Frame(to, frame.self(), frame.caller(), frame.value(), input, depth)
                  : new Frame(to, to, frame.self(), value, input, depth));
      returned = result.data().toArray();
      memory.write(into, Arrays.copyOf(returned, Math.min(room, returned.length)));
      push(EvmWords.of(result.succeeded()));
    }

    private void copy(byte[] source) {
      BigInteger to = pop();
      BigInteger from = pop();
      memory.write(to, padded(source, from, CallMemory.length(pop())));
    }

    private void copyReturned() {
      BigInteger to = pop();
      BigInteger from = pop();
      BigInteger length = pop();
      if (from.add(length).compareTo(BigInteger.valueOf(returned.length)) > 0) {
        throw new Halt();
      }
      memory.write(
          to, Arrays.copyOfRange(returned, from.intValue(), from.intValue() + length.intValue()));
    }

    private void jump(BigInteger to) {
      if (to.bitLength() > Integer.SIZE - 2 || !destinations.get(to.intValue())) {
        throw new Halt();
      }
      pc = to.intValue();
    }

    private void push(BigInteger word) {
      if (stack.size() == STACK_MOST) {
        throw new Halt();
      }
      stack.push(word);
    }

    private void push(long number) {
      push(BigInteger.valueOf(number));
    }

    private BigInteger pop() {
      if (stack.isEmpty()) {
        throw new Halt();
      }
      return stack.pop();
    }

    /// {@return what lies below so many others}
    private BigInteger nth(int depth) {
      if (stack.size() <= depth) {
        throw new Halt();
      }
      Iterator<BigInteger> words = stack.iterator();
      for (int i = 0; i < depth; i++) {
        words.next();
      }
      return words.next();
    }

    private void swap(int depth) {
      BigInteger below = nth(depth);
      BigInteger[] between = new BigInteger[depth];
      for (int i = 0; i < depth; i++) {
        between[i] = pop();
      }
      pop();
      stack.push(between[0]);
      for (int i = depth - 1; i > 0; i--) {
        stack.push(between[i]);
      }
      stack.push(below);
    }
  }

  /// {@return so many bytes from an offset on, zeros where there are none}
  private static byte[] padded(byte[] source, BigInteger offset, int length) {
    byte[] bytes = new byte[length];
    if (offset.compareTo(BigInteger.valueOf(source.length)) < 0) {
      int from = offset.intValue();
      System.arraycopy(source, from, bytes, 0, Math.min(length, source.length - from));
    }
    return bytes;
  }

  private static BitSet destinations(byte[] code) {
    BitSet destinations = new BitSet();
    for (int i = 0; i < code.length; i++) {
      int opcode = code[i] & 0xff;
      if (opcode == 0x5b) {
        destinations.set(i);
      } else if (opcode >= 0x60 && opcode <= 0x7f) {
        i += opcode - 0x5f;
      }
    }
    return destinations;
  }
}
