package opml.cli.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import opml.cli.drawing.LayeredLayout.Arrow;
import opml.cli.drawing.LayeredLayout.Box;
import opml.cli.drawing.LayeredLayout.Places;
import org.junit.jupiter.api.Test;

class LayeredLayoutTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void boxesOfARowStandApartAndArrowsPointDown() {
    for (int round = 0; round < 40; round++) {
      List<Box> boxes = boxes(2 + random.nextInt(60));
      List<int[]> edges = new ArrayList<>();
      for (int to = 1; to < boxes.size(); to++) {
        for (int i = 0; i <= random.nextInt(3); i++) {
          edges.add(new int[] {random.nextInt(to), to});
        }
      }
      Places places = LayeredLayout.of(boxes, edges);
      requireApart(boxes, places);
      for (Arrow arrow : places.arrows()) {
        assertThat(places.y()[arrow.to()])
            .as("seed %d", seed)
            .isGreaterThan(places.y()[arrow.from()] + boxes.get(arrow.from()).height());
        requireWay(boxes, places, arrow);
      }
      Places again = LayeredLayout.of(boxes, edges);
      assertThat(again.x()).as("the same picture").isEqualTo(places.x());
    }
  }

  private void requireApart(List<Box> boxes, Places places) {
    List<Integer> order =
        IntStream.range(0, boxes.size())
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(i -> places.y()[i])
                    .thenComparingDouble(i -> places.x()[i]))
            .toList();
    for (int i = 1; i < order.size(); i++) {
      int left = order.get(i - 1);
      int right = order.get(i);
      if (places.y()[left] == places.y()[right]) {
        double gap =
            places.x()[right]
                - places.x()[left]
                - (boxes.get(left).width() + boxes.get(right).width()) / 2;
        assertThat(gap).as("seed %d", seed).isGreaterThan(20);
      }
    }
  }

  private void requireWay(List<Box> boxes, Places places, Arrow arrow) {
    List<Double> points = arrow.points();
    assertThat(points).as("seed %d: an arrow of a small graph is whole", seed).isNotEmpty();
    assertThat(points.getFirst()).isEqualTo(places.x()[arrow.from()]);
    assertThat(points.get(1))
        .isEqualTo(places.y()[arrow.from()] + boxes.get(arrow.from()).height());
    assertThat(points.getLast()).isEqualTo(places.y()[arrow.to()]);
    for (int i = 3; i < points.size(); i += 2) {
      assertThat(points.get(i)).as("seed %d", seed).isGreaterThanOrEqualTo(points.get(i - 2));
    }
  }

  @Test
  void twoChainsThatNeedNotCrossDoNot() {
    // 0 and 1 on top, each with a chain; the edges are given so that the first order crosses.
    List<Box> boxes = IntStream.range(0, 6).mapToObj(_ -> new Box(50, 20)).toList();
    Places places =
        LayeredLayout.of(
            boxes, List.of(new int[] {0, 3}, new int[] {1, 2}, new int[] {2, 4}, new int[] {3, 5}));
    double[] x = places.x();
    assertThat(x[0] < x[1]).isEqualTo(x[3] < x[2]).isEqualTo(x[5] < x[4]);
  }

  @Test
  void aLongChainWithWaysAroundDoesNotLean() {
    List<Box> boxes = IntStream.range(0, 401).mapToObj(_ -> new Box(80, 20)).toList();
    List<int[]> edges = new ArrayList<>();
    for (int i = 0; i + 4 < 401; i += 4) {
      IntStream.range(i, i + 4).forEach(from -> edges.add(new int[] {from, from + 1}));
      edges.add(new int[] {i, i + 4});
    }
    assertThat(LayeredLayout.of(boxes, edges).width()).isLessThan(400);
  }

  @Test
  void aChainWithABranchAtEachLinkDoesNotLean() {
    // As quantised models are: at each link, two branches of two boxes each come in.
    List<Box> boxes = new ArrayList<>(List.of(new Box(80, 20)));
    List<int[]> edges = new ArrayList<>();
    int last = 0;
    for (int link = 0; link < 60; link++) {
      int first = boxes.size();
      IntStream.range(0, 6).forEach(_ -> boxes.add(new Box(80, 20)));
      edges.addAll(
          List.of(
              new int[] {last, first},
              new int[] {first, first + 5},
              new int[] {first + 1, first + 2},
              new int[] {first + 2, first + 5},
              new int[] {first + 3, first + 4},
              new int[] {first + 4, first + 5}));
      last = first + 5;
    }
    Places places = LayeredLayout.of(boxes, edges);
    assertThat(places.width()).isLessThan(500);
    assertThat(places.arrows())
        .filteredOn(arrow -> arrow.to() == 6 * 60)
        .allSatisfy(arrow -> assertThat(arrow.points()).as("a row apart").hasSize(6));
    requireApart(boxes, places);
  }

  @Test
  void circlesAndArrowsOverVeryManyRowsAreCut() {
    List<Box> boxes = IntStream.range(0, 100).mapToObj(_ -> new Box(10, 10)).toList();
    List<int[]> edges = new ArrayList<>();
    IntStream.range(0, 99).forEach(i -> edges.add(new int[] {i, i + 1}));
    edges.add(new int[] {0, 99});
    edges.add(new int[] {50, 10});
    List<Arrow> cut =
        LayeredLayout.of(boxes, edges).arrows().stream().filter(Arrow::isCut).toList();
    assertThat(cut).hasSizeBetween(2, 3);
    assertThat(LayeredLayout.of(List.of(), List.of()).height()).isZero();
  }

  private List<Box> boxes(int count) {
    return IntStream.range(0, count)
        .mapToObj(_ -> new Box(20 + random.nextInt(150), 20 + random.nextInt(60)))
        .toList();
  }
}
