package opml.game.move;

import java.util.List;
import opml.core.codec.ByteWriter;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.game.claim.GameId;

/// What one side asserts, and the other must refute: from `start`, the steps of part 0 lead to the first of
/// `states`, those of part 1 to the second, and so on. The contract keeps only the hash; every move names the
/// position that it answers.
///
/// @param game the game it belongs to
/// @param move the number of the move that posted it; the challenge is 1
/// @param level of the trace that the steps are of
/// @param poster who asserts this, which is also settled by the parity of `move`
/// @param first the first disputed step of this level's trace
/// @param length how many steps are disputed, at most 2^48
/// @param start the state before `first`, on which both sides agree
/// @param context what the steps are steps of: the model at level 0, the program at level 1
/// @param states what the poster asserts, one state a part
public record Position(
    GameId game,
    long move,
    int level,
    Side poster,
    long first,
    long length,
    Bytes32 start,
    Bytes32 context,
    List<Bytes32> states) {
  public Position {
    states = List.copyOf(states);
    if (move < 1 || level < 0) {
      throw new IllegalArgumentException("no position has move " + move + " and level " + level);
    }
    if (poster != Side.ofMove(move)) {
      throw new IllegalArgumentException("move " + move + " is not one of the " + poster);
    }
    if (states.isEmpty() || states.size() > length) {
      throw new IllegalArgumentException(states.size() + " states for " + length + " steps");
    }
    if (length > Partition.MAX_LENGTH) {
      throw new IllegalArgumentException(length + " steps, more than any machine takes");
    }
    if (first < 0 || first > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException("not an interval: " + length + " steps from " + first);
    }
  }

  /// {@return who must answer}
  public Side onTurn() {
    return poster.other();
  }

  /// {@return how many assertions there are}
  public int parts() {
    return states.size();
  }

  /// {@return all steps that are disputed here}
  public Interval interval() {
    return new Interval(first, length);
  }

  /// {@return how they are divided among the assertions}
  public Partition partition() {
    return new Partition(length, parts());
  }

  /// {@return the steps of part `j`}
  public Interval part(int j) {
    Partition partition = partition();
    long from = partition.bound(j);
    return new Interval(first + from, partition.bound(j + 1) - from);
  }

  /// {@return the state before part `j`; whoever disputes that part accepts it}
  public Bytes32 before(int j) {
    return j == 0 ? start : states.get(j - 1);
  }

  /// {@return the state that the poster asserts after part `j`}
  public Bytes32 after(int j) {
    return states.get(j);
  }

  /// {@return the position of a move that answers part `j` with these states, on the same level}
  public Position dissected(int j, List<Bytes32> answer) {
    Interval part = part(j);
    return new Position(
        game, move + 1, level, onTurn(), part.first(), part.length(), before(j), context, answer);
  }

  /// {@return the position of a move that opens the next level under one step of this one}
  public Position refined(LevelStart opening, List<Bytes32> answer) {
    return new Position(
        game,
        move + 1,
        level + 1,
        onTurn(),
        0,
        opening.length(),
        opening.start(),
        opening.context(),
        answer);
  }

  /// {@return the hash of the preimage `"position"` in `protocol.md` §1}
  public Bytes32 hash() {
    return Preimage.tagged("position")
        .word(game.hash())
        .word(move)
        .word(level)
        .word(poster.code())
        .word(first)
        .word(length)
        .word(start)
        .word(context)
        .word(listHash(states))
        .hash();
  }

  /// {@return the hash of the states, one after the other}
  public static Bytes32 listHash(List<Bytes32> states) {
    ByteWriter out = new ByteWriter();
    states.forEach(out::bytes32);
    return Keccak.hash(out.toArray());
  }
}
