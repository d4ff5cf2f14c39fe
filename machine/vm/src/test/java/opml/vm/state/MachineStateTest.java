package opml.vm.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import opml.core.codec.MalformedException;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.core.merkle.MerkleRoot;
import org.junit.jupiter.api.Test;

class MachineStateTest {
  @Test
  void everyTwoHundredAndNinetySixBytesAreAState() {
    long seed = System.nanoTime();
    byte[] bytes = new byte[MachineState.BYTES];
    new Random(seed).nextBytes(bytes);
    MachineState state = MachineState.parse(bytes);
    assertThat(state.encode()).as("seed %d", seed).isEqualTo(bytes);
    assertThat(state.hash()).isEqualTo(Keccak.hash(bytes));
    assertThat(MachineState.parse(bytes)).isEqualTo(state).hasSameHashCodeAs(state);
    assertThat(state.register(0)).isZero();
    assertThatThrownBy(() -> MachineState.parse(new byte[297]))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> MachineState.parse(new byte[295]))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void fieldsLieWhereTheSpecSays() {
    long[] registers = new long[32];
    registers[1] = 0x0102;
    registers[31] = -2;
    byte[] bytes = new MachineState(Bytes32.ofWord(7), 3, 4, registers).encode();
    assertThat(bytes[31]).isEqualTo((byte) 7);
    assertThat(bytes[39]).isEqualTo((byte) 3);
    assertThat(bytes[47]).isEqualTo((byte) 4);
    assertThat(bytes[54]).isEqualTo((byte) 1);
    assertThat(bytes[55]).isEqualTo((byte) 2);
    assertThat(bytes[295]).isEqualTo((byte) -2);
  }

  @Test
  void exitsAreToldApart() {
    assertThat(exit(0).halted()).isFalse();
    assertThat(exit(MachineState.exited(-1)).exitCode()).isEqualTo(255);
    assertThat(exit(MachineState.exited(256)).exitCode()).isZero();
    assertThat(exit(MachineState.ILLEGAL).hasExited()).isFalse();
    assertThat(exit(MachineState.ILLEGAL).halted()).isTrue();
    assertThat(exit(MachineState.exited(0) + 256).hasExited()).isFalse();
    assertThatThrownBy(() -> exit(MachineState.ILLEGAL).exitCode())
        .hasMessageContaining("has not exited");
  }

  private static MachineState exit(long exit) {
    return new MachineState(Bytes32.ZERO, 0, exit, new long[32]);
  }

  @Test
  void aProgramIsCommittedToWithItsDepths() {
    Program program = Program.of(new byte[33], 11);
    assertThat(program.codeDepth()).isEqualTo(1);
    assertThat(program.codeRoot()).isEqualTo(MerkleRoot.of(new byte[33], 1));
    assertThat(program.commitment())
        .isEqualTo(Preimage.tagged("program").word(program.codeRoot()).word(1).word(11).hash());
    assertThat(program.word(60)).isZero();
    assertThatThrownBy(() -> Program.of(new byte[(1 << 21) + 1], 11))
        .hasMessageContaining("at most 2097152 bytes");
    assertThatThrownBy(() -> Program.of(new byte[4], 33))
        .hasMessage("memDepth is 33, not in 0..32");
  }
}
