package opml.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigInteger;
import java.util.List;
import opml.core.codec.Printable;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import org.junit.jupiter.api.Test;

class ViewTest {
  @Test
  void columnsAreAsWideAsTheirWidestCellAndNumbersStandRight() {
    Table table = new Table("scenario", "moves").row("honest", 0).row("lie in one element", 11);
    assertThat(table)
        .hasToString(
            """
            scenario            moves
            ------------------  -----
            honest                  0
            lie in one element     11
            """);
    assertThatThrownBy(() -> table.row("x")).hasMessage("1 cells for 2 columns");
  }

  @Test
  void aLongCellIsCutAndAHashIsNot() {
    String hash = "0x" + "ab".repeat(32);
    String text = new Table("id", "name").row(hash, "n".repeat(65_000)).row(1, 2).toString();
    assertThat(text.lines()).allMatch(line -> line.length() <= 66 + 2 + 80);
    assertThat(text).contains(hash, "n".repeat(79) + "…");
  }

  @Test
  void whatCouldMoveACursorOrTurnTextAroundIsShownAsDots() throws Exception {
    for (int c :
        List.of(0x07, 0x0d, 0x1b, 0x7f, 0x85, 0x9b, 0x61c, 0x200f, 0x2028, 0x2029, 0xd800)) {
      requireDot(c);
    }
    for (int c = 0x202a; c <= 0x202e; c++) {
      requireDot(c);
    }
    for (int c = 0x2066; c <= 0x2069; c++) {
      requireDot(c);
    }
    assertThat(new TensorType("ä\n→", ElementType.U8, Shape.of(2))).hasToString("ä.→ u8 2");
    assertThat(new Table("a\nb").row("c\nd").toString()).isEqualTo("a.b\n---\nc.d\n");
    assertThat(Printable.lines("a\n\tb")).isEqualTo("a\n.b");
  }

  private static void requireDot(int c) throws Exception {
    String name = "a" + Character.toString(c) + "b";
    assertThat(Printable.lines(name)).as("%x", c).isEqualTo("a.b");
    assertThat(Messages.oneLine(name)).as("%x", c).matches("a.b|a \\| b");
    assertThat(new Table("name").row(name).toString()).as("%x", c).contains("a.b");
    String json = Json.line(Json.object("name", name));
    assertThat(json).as("%x", c).isEqualTo(Printable.line(json));
    assertThat(new ObjectMapper().readTree(json).path("name").asText()).isEqualTo(name);
  }

  @Test
  void reasonsAreToldWholeAndAFilesContentIsNot() {
    String reason = "r".repeat(50_000);
    assertThat(Messages.whole(new Failure(reason + "\n" + reason)))
        .isEqualTo(reason + "\n" + reason);
    assertThat(Messages.whole(new Failure("r".repeat(1_000_000)))).hasSize(100_000).endsWith("…");
  }

  @Test
  void aBarIsDrawnToScaleAndNeverVanishes() {
    assertThat(IntervalBar.of(0, 16, 16, 8)).isEqualTo("│████████│");
    assertThat(IntervalBar.of(8, 4, 16, 8)).isEqualTo("│····██··│");
    assertThat(IntervalBar.of(1L << 30, 1, 1L << 31, 8)).isEqualTo("│····█···│");
    assertThat(IntervalBar.of((1L << 31) - 1, 1, 1L << 31, 8)).isEqualTo("│·······█│");
    assertThatThrownBy(() -> IntervalBar.of(3, 2, 4, 8)).hasMessageContaining("not a part");
  }

  @Test
  void amountsAreExact() {
    assertThat(Amounts.eth(new BigInteger("40000000000000001")))
        .isEqualTo("0.040000000000000001 ETH");
    assertThat(Amounts.eth(BigInteger.TEN.pow(20))).isEqualTo("100 ETH");
    assertThat(Amounts.count(1234567)).isEqualTo("1,234,567");
  }
}
