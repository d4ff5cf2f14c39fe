package opml.cli.command.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import opml.lab.bench.phases.PhasesFigures;
import opml.lab.bench.phases.PhasesFigures.Dispute;
import opml.lab.bench.phases.PhasesFigures.Phases;
import opml.lab.bench.phases.PhasesFigures.Row;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class PhasesViewTest {
  private static Phases phases(double seconds, long states) {
    return new Phases(seconds, states, 1 << 20, new Dispute(2, 8, 1_000_000));
  }

  private static final PhasesFigures FIGURES =
      new PhasesFigures(
          List.of(
              new Row(1, phases(0.01, 1000), phases(0.001, 1002)),
              new Row(16, phases(0.2, 16_000), phases(0.002, 1032))),
          List.of());

  @Test
  void thePageHasARowForEachModel() {
    assertThat(PhasesView.page(FIGURES).lines().filter(line -> line.startsWith("| 16 |")))
        .containsExactly(
            "| 16 | 200 ms | 2.00 ms | 100 | 16,000 | 1,032 | 1,048,576 | 1,048,576 | 8 | 8 |"
                + " 1,000,000 | 1,000,000 |");
  }

  @Test
  void thePlotIsAPictureWithALineForEachWayAndFigure() throws Exception {
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(PhasesPlot.of(FIGURES))));
    var lines = svg.getElementsByTagName("polyline");
    assertThat(lines.getLength()).isEqualTo(4);
    for (int i = 0; i < lines.getLength(); i++) {
      String points = lines.item(i).getAttributes().getNamedItem("points").getNodeValue();
      assertThat(points.split(" ", -1)).hasSize(2).allMatch(point -> !point.contains("NaN"));
    }
  }
}
