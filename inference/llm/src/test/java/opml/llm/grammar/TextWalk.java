package opml.llm.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.kernels.transformer.GrammarTable;

/// Texts along a grammar's table, as the kernel goes along it.
public final class TextWalk {
  private final GrammarTable table;
  private final MemorySegment returns = MemorySegment.ofArray(new long[GrammarTable.BYTES / 4]);
  private final MemorySegment tried = MemorySegment.ofArray(new long[GrammarTable.BYTES / 4]);
  private int place = GrammarTable.BEGIN;

  public TextWalk(Grammar grammar) {
    ByteBuffer entries =
        ByteBuffer.allocateDirect(4 * grammar.words() + 8).order(ByteOrder.LITTLE_ENDIAN);
    grammar.write(entries, 0);
    this.table = new GrammarTable(MemorySegment.ofBuffer(entries), 0, grammar.words());
  }

  /// {@return whether a text is one of the grammar's}
  public static boolean accepts(Grammar grammar, String text) {
    return accepts(grammar, text.getBytes(UTF_8));
  }

  static boolean accepts(Grammar grammar, byte... text) {
    TextWalk walk = new TextWalk(grammar);
    for (byte b : text) {
      walk.go(b & 255);
    }
    return walk.mayEnd();
  }

  void go(int b) {
    place = table.next(returns, 0, place, b);
  }

  boolean may(int b) {
    MemorySegment.copy(returns, 0, tried, 0, GrammarTable.BYTES);
    return table.next(tried, 0, place, b) >= 0;
  }

  public boolean mayEnd() {
    return may(GrammarTable.NO_BYTE);
  }

  /// {@return a text of chance, of so many bytes and what it then takes to its end by the first way there is}
  static String text(Grammar grammar, Random random, int most) {
    TextWalk walk = new TextWalk(grammar);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    while (!walk.mayEnd() || text.size() < most && random.nextInt(8) > 0) {
      List<Integer> ways = new ArrayList<>();
      for (int b = 0; b < 256; b++) {
        if (walk.may(b)) {
          ways.add(b);
        }
      }
      if (ways.isEmpty()) {
        if (!walk.mayEnd()) {
          throw new AssertionError("no way on behind " + text.toString(UTF_8));
        }
        break;
      }
      int next = next(ways, random, text.size() >= most);
      text.write(next);
      walk.go(next);
    }
    return text.toString(UTF_8);
  }

  /// What ends strings, lists and members, and some letters, are preferred once a text is long.
  private static int next(List<Integer> ways, Random random, boolean isLong) {
    List<Integer> ends =
        ways.stream().filter(b -> isLong && "\"]}0abc\u00c3\u00a9".indexOf(b) >= 0).toList();
    List<Integer> some = ends.isEmpty() ? ways : ends;
    return some.get(random.nextInt(some.size()));
  }
}
