package opml.cli.drawing;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import opml.cli.drawing.LayeredLayout.Arrow;
import opml.cli.drawing.LayeredLayout.Box;
import opml.cli.drawing.LayeredLayout.Places;
import opml.core.codec.Printable;

/// A graph as an SVG picture that needs nothing else: no scripts, no fonts but the reader's own, no other hosts.
/// Whatever a model's file says is text in it.
final class SvgGraph {
  private static final int MARGIN = 24;
  private static final int LINE = 14;
  private static final int PADDING = 7;
  private static final double LETTER = 6.7; // of a fixed width, at 11 pixels
  private static final int LEGEND_WIDTH = 150;
  private static final int HEADING = 44;

  /// What a box is.
  enum Role {
    NODE,
    PORT,
    REFUSED
  }

  /// A box of the picture.
  ///
  /// @param family decides the colour of a node
  /// @param lines the first is its title
  /// @param tip what is shown to whoever points at it
  record Shown(Role role, OperatorFamily family, List<String> lines, String tip) {
    Shown {
      lines = lines.stream().map(Printable::line).toList();
    }

    private Box box() {
      int letters = lines.stream().mapToInt(String::length).max().orElse(1);
      return new Box(letters * LETTER + 2 * PADDING, lines.size() * LINE + 2 * PADDING);
    }
  }

  /// An arrow of the picture.
  ///
  /// @param label what goes along it
  record Link(int from, int to, String label) {}

  private final StringBuilder svg = new StringBuilder();

  private SvgGraph() {}

  /// {@return the picture}
  ///
  /// @param title of the whole
  static String of(String title, List<Shown> boxes, List<Link> links) {
    Places places =
        LayeredLayout.of(
            boxes.stream().map(Shown::box).toList(),
            links.stream().map(link -> new int[] {link.from(), link.to()}).toList());
    SvgGraph picture = new SvgGraph();
    picture.draw(title, boxes, links, places);
    return picture.svg.toString();
  }

  private void draw(String title, List<Shown> boxes, List<Link> links, Places places) {
    Set<OperatorFamily> families = EnumSet.noneOf(OperatorFamily.class);
    boolean refused = false;
    for (Shown box : boxes) {
      refused |= box.role() == Role.REFUSED;
      if (box.role() != Role.PORT) {
        families.add(box.family());
      }
    }
    int entries = families.size() + (refused ? 1 : 0);
    int columns = Math.max(1, (int) (Math.max(places.width(), 900) / LEGEND_WIDTH));
    int top = HEADING + LINE * 2 * ((entries + columns - 1) / columns);
    double width = Math.max(places.width(), Math.min(entries, columns) * LEGEND_WIDTH) + 2 * MARGIN;
    width = Math.max(width, title.length() * LETTER * 1.3 + 2 * MARGIN);
    add(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$.0f" height="%2$.0f" viewBox="0 0 %1$.0f %2$.0f"\
         font-family="monospace" font-size="11">
        <defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7"\
         orient="auto"><path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs>
        <rect width="100%%" height="100%%" fill="white"/>
        """,
        width, places.height() + top + 2 * MARGIN);
    add("<text x=\"%d\" y=\"%d\" font-size=\"14\">%s</text>\n", MARGIN, 28, escaped(title));
    legend(families, refused, columns);
    add("<g transform=\"translate(%.0f %d)\">\n", (width - places.width()) / 2, top + MARGIN / 2);
    arrows(places, boxes, links);
    for (int i = 0; i < boxes.size(); i++) {
      box(boxes.get(i), places.x()[i], places.y()[i]);
    }
    add("</g>\n</svg>\n");
  }

  private void legend(Set<OperatorFamily> families, boolean refused, int columns) {
    List<String> titles = new ArrayList<>();
    List<String> styles = new ArrayList<>();
    for (OperatorFamily family : families) {
      titles.add(family.title());
      styles.add("fill=\"%s\" stroke=\"#667\"".formatted(family.colour()));
    }
    if (refused) {
      titles.add("not supported");
      styles.add("fill=\"white\" stroke=\"#c00000\" stroke-width=\"3\"");
    }
    for (int i = 0; i < titles.size(); i++) {
      int x = MARGIN + i % columns * LEGEND_WIDTH;
      int y = HEADING + i / columns * 2 * LINE;
      add("<rect x=\"%d\" y=\"%d\" width=\"16\" height=\"12\" %s/>", x, y, styles.get(i));
      add("<text x=\"%d\" y=\"%d\">%s</text>\n", x + 22, y + 10, titles.get(i));
    }
  }

  private void arrows(Places places, List<Shown> boxes, List<Link> links) {
    Map<List<Integer>, String> labels = new HashMap<>();
    links.forEach(
        link ->
            labels.merge(List.of(link.from(), link.to()), link.label(), (a, b) -> a + ", " + b));
    Map<Integer, Integer> stubs = new HashMap<>();
    Set<String> written = new HashSet<>();
    StringBuilder words = new StringBuilder();
    for (Arrow arrow : places.arrows()) {
      String label = labels.getOrDefault(List.of(arrow.from(), arrow.to()), "");
      if (arrow.isCut()) {
        cut(places, boxes, arrow, stubs);
        continue;
      }
      List<Double> points = arrow.points();
      add("<path d=\"%s\" fill=\"none\" stroke=\"#667\" marker-end=\"url(#a)\"/>\n", path(points));
      // A value that many read says its shape once.
      if (!label.isEmpty() && written.add(arrow.from() + " " + label)) {
        words.append(
            text(
                "<text x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                (2 * points.get(2) + points.get(4)) / 3 + 4,
                points.get(3) + 16,
                escaped(Printable.cut(label, 60))));
      }
    }
    // Above all arrows, and with an edge of the ground's colour: an arrow that goes to the left
    // would strike them out.
    add(
        "<g font-size=\"9\" fill=\"#446\" stroke=\"#fff\" stroke-width=\"3\" stroke-linejoin=\"round\""
            + " paint-order=\"stroke\">\n%s</g>\n",
        words);
  }

  /// Says at both ends of an arrow that is cut where the other end is.
  private void cut(Places places, List<Shown> boxes, Arrow arrow, Map<Integer, Integer> stubs) {
    int from = arrow.from();
    int to = arrow.to();
    stub(places, boxes, from, "→ " + name(boxes.get(to)), stubs);
    stub(places, boxes, to, "← " + name(boxes.get(from)), stubs);
  }

  private static String name(Shown box) {
    return box.lines().get(Math.min(1, box.lines().size() - 1));
  }

  private void stub(
      Places places, List<Shown> boxes, int box, String text, Map<Integer, Integer> stubs) {
    int number = stubs.merge(box, 1, Integer::sum);
    double x = places.x()[box] + boxes.get(box).box().width() / 2 + 3;
    add(
        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"8\" fill=\"#a50\">%s</text>\n",
        x, places.y()[box] + 9 * number, escaped(text));
  }

  /// Straight beside boxes, curved between rows.
  private static String path(List<Double> points) {
    StringBuilder path = new StringBuilder();
    path.append(
        text("M%.1f %.1fL%.1f %.1f", points.get(0), points.get(1), points.get(2), points.get(3)));
    for (int i = 4; i < points.size(); i += 4) {
      double x = points.get(i - 2);
      double y = points.get(i - 1);
      double nextX = points.get(i);
      double nextY = points.get(i + 1);
      double middle = (y + nextY) / 2;
      path.append(text("C%.1f %.1f %.1f %.1f %.1f %.1f", x, middle, nextX, middle, nextX, nextY));
      if (i + 3 < points.size()) {
        path.append(text("L%.1f %.1f", points.get(i + 2), points.get(i + 3)));
      }
    }
    return path.toString();
  }

  private void box(Shown shown, double x, double y) {
    Box size = shown.box();
    String style =
        switch (shown.role()) {
          case PORT -> "rx=\"12\" fill=\"#fff\" stroke=\"#223\" stroke-width=\"1.5\"";
          case NODE -> "rx=\"3\" fill=\"%s\" stroke=\"#667\"".formatted(shown.family().colour());
          case REFUSED ->
              "rx=\"3\" fill=\"%s\" stroke=\"#c00000\" stroke-width=\"3\""
                  .formatted(shown.family().colour());
        };
    add(
        "<g><title>%s</title><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" %s/>",
        escaped(shown.tip()), x - size.width() / 2, y, size.width(), size.height(), style);
    for (int i = 0; i < shown.lines().size(); i++) {
      add(
          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\"%s>%s</text>",
          x,
          y + PADDING + LINE * i + 10,
          i == 0 ? " font-weight=\"bold\"" : " fill=\"#334\"",
          escaped(shown.lines().get(i)));
    }
    add("</g>\n");
  }

  private void add(String format, Object... values) {
    svg.append(text(format, values));
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static String escaped(String text) {
    return Printable.lines(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
