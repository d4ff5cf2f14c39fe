package opml.game.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.game.claim.GameId;
import org.junit.jupiter.api.Test;

class PositionTest {
  private static final GameId GAME = new GameId(Bytes32.ofWord(0x6a));
  private static final Bytes32 START = Bytes32.ofWord(0x57);
  private static final Bytes32 CONTEXT = Bytes32.ofWord(0xc0);
  private static final List<Bytes32> STATES = List.of(Bytes32.ofWord(1), Bytes32.ofWord(2));

  private static final Position POSITION =
      new Position(GAME, 3, 1, Side.CHALLENGER, 7, 5, START, CONTEXT, STATES);

  @Test
  void hashIsThatOfThePreimageInTheProtocol() {
    // Spelt out word by word, apart from the code under test.
    ByteBuffer list = ByteBuffer.allocate(64);
    STATES.forEach(state -> list.put(state.toArray()));
    ByteBuffer preimage = ByteBuffer.allocate(10 * 32);
    preimage.put("opml/1/position".getBytes(StandardCharsets.US_ASCII)).position(32);
    preimage.put(GAME.hash().toArray());
    for (long word : new long[] {3, 1, 1, 7, 5}) {
      preimage.put(new byte[24]).putLong(word);
    }
    preimage.put(START.toArray()).put(CONTEXT.toArray());
    preimage.put(Keccak.hash(list.array()).toArray());
    assertThat(preimage.hasRemaining()).isFalse();
    assertThat(POSITION.hash()).isEqualTo(Keccak.hash(preimage.array()));
  }

  @Test
  void everyFieldChangesTheHash() {
    List<Position> others =
        List.of(
            new Position(new GameId(START), 3, 1, Side.CHALLENGER, 7, 5, START, CONTEXT, STATES),
            new Position(GAME, 5, 1, Side.CHALLENGER, 7, 5, START, CONTEXT, STATES),
            new Position(GAME, 4, 1, Side.SERVER, 7, 5, START, CONTEXT, STATES),
            new Position(GAME, 3, 0, Side.CHALLENGER, 7, 5, START, CONTEXT, STATES),
            new Position(GAME, 3, 1, Side.CHALLENGER, 8, 5, START, CONTEXT, STATES),
            new Position(GAME, 3, 1, Side.CHALLENGER, 7, 6, START, CONTEXT, STATES),
            new Position(GAME, 3, 1, Side.CHALLENGER, 7, 5, CONTEXT, CONTEXT, STATES),
            new Position(GAME, 3, 1, Side.CHALLENGER, 7, 5, START, START, STATES),
            new Position(GAME, 3, 1, Side.CHALLENGER, 7, 5, START, CONTEXT, STATES.reversed()));
    assertThat(others).extracting(Position::hash).doesNotHaveDuplicates();
    assertThat(others).extracting(Position::hash).doesNotContain(POSITION.hash());
  }

  @Test
  void partsMeetAtThePostedStates() {
    assertThat(POSITION.part(0)).isEqualTo(new Interval(7, 2));
    assertThat(POSITION.part(1)).isEqualTo(new Interval(9, 3));
    assertThat(POSITION.before(0)).isEqualTo(START);
    assertThat(POSITION.before(1)).isEqualTo(POSITION.after(0)).isEqualTo(STATES.get(0));
  }

  @Test
  void answerStartsWhereThePartStarts() {
    Position answer = POSITION.dissected(1, List.of(START, CONTEXT, START));
    assertThat(answer.move()).isEqualTo(4);
    assertThat(answer.poster()).isEqualTo(Side.SERVER);
    assertThat(answer.interval()).isEqualTo(new Interval(9, 3));
    assertThat(answer.start()).isEqualTo(STATES.get(0));
    assertThat(answer.context()).isEqualTo(CONTEXT);
  }

  @Test
  void sidesMoveByTurns() {
    assertThatThrownBy(
            () -> new Position(GAME, 2, 0, Side.CHALLENGER, 0, 5, START, CONTEXT, STATES))
        .hasMessageContaining("move 2 is not one of the CHALLENGER");
    assertThatThrownBy(
            () -> new Position(GAME, 1, 0, Side.CHALLENGER, 0, 1, START, CONTEXT, STATES))
        .hasMessageContaining("2 states for 1 steps");
    long tooMany = (1L << 48) + 1;
    assertThatThrownBy(
            () -> new Position(GAME, 1, 0, Side.CHALLENGER, 0, tooMany, START, CONTEXT, STATES))
        .hasMessageContaining("more than any machine takes");
  }
}
