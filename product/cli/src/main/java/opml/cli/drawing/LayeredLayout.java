package opml.cli.drawing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/// Places boxes in rows, so that arrows point down, cross seldom and are short: the way of Sugiyama, Tagawa and Toda
/// (*Methods for Visual Understanding of Hierarchical System Structures*, 1981).
///
/// 1. A box's row is the one behind the last of those that point to it. A branch that comes in from the side, whose
///    boxes serve nothing else, is let down as far as it goes: it ends right above who it points to. Arrows of a
///    circle, which no right graph has, are not drawn.
/// 2. An arrow over several rows bends in each of them; one over very many is cut, and both ends say where it goes.
/// 3. Rows are put in order again and again, each by the mean of its neighbours in the row before, down and up; the
///    order with the fewest crossings counts.
/// 4. Within its row each box, in that order, stands as near to the mean of its neighbours as the others let it: the
///    least squares under the order, found by pooling adjacent violators. Branches from the side hardly count there:
///    else each would push the trunk away from it, and a chain with a constant's branch at each link would run off
///    sideways.
///
/// The same boxes and arrows give the same picture.
final class LayeredLayout {
  /// An arrow over more rows is cut.
  private static final int MOST_ROWS = 40;

  /// Bends of arrows in all; those that come later are cut.
  private static final int MOST_BENDS = 40_000;

  private static final int SWEEPS = 12;
  private static final double GAP = 26;

  /// Beside a bend less room is needed than beside a box.
  private static final double BEND_WIDTH = 4;

  private static final double ROW_GAP = 54;

  /// How much more a bend wants to be straight below another than a box wants to be in the middle. One at a box has no
  /// more weight than a box: else each way around one would push it aside, and long graphs would lean.
  private static final double BEND_WEIGHT = 6;

  /// How much less a box of a branch from the side counts than others: too little to be seen.
  private static final double BRANCH_PULL = 1e-3;

  /// A box to be placed.
  record Box(double width, double height) {}

  /// Two boxes, by their numbers, and the way between them: nothing for one that is cut.
  ///
  /// @param points the way's corners from the lower edge of one to the upper of the other, x and y in turn
  record Arrow(int from, int to, List<Double> points) {
    boolean isCut() {
      return points.isEmpty();
    }
  }

  /// Where all stand.
  ///
  /// @param x middles of the boxes
  /// @param y upper edges
  record Places(double[] x, double[] y, List<Arrow> arrows, double width, double height) {}

  /// A box, or a bend.
  private static final class Item {
    final double width;
    final int box;
    final List<Item> above = new ArrayList<>();
    final List<Item> below = new ArrayList<>();
    int row;
    double key;
    double pull = 1;
    double weight = 1;
    int place;
    double x;

    /// @param box its number; -1 for a bend
    Item(int box, double width) {
      this.box = box;
      this.width = width;
    }

    boolean isBend() {
      return box < 0;
    }
  }

  private final List<Box> boxes;
  private final List<int[]> edges = new ArrayList<>();
  private final List<int[]> circular = new ArrayList<>();
  private final List<List<Integer>> next = new ArrayList<>();
  private final List<List<Integer>> before = new ArrayList<>();
  private final List<Item> items = new ArrayList<>();
  private final List<List<Item>> rows = new ArrayList<>();
  private int bends;

  private LayeredLayout(List<Box> boxes) {
    this.boxes = boxes;
    for (int i = 0; i < boxes.size(); i++) {
      next.add(new ArrayList<>());
      before.add(new ArrayList<>());
    }
  }

  /// {@return where boxes and arrows stand}
  ///
  /// @param arrows pairs of boxes' numbers; what stands twice is drawn once
  static Places of(List<Box> boxes, List<int[]> arrows) {
    LayeredLayout layout = new LayeredLayout(boxes);
    Set<List<Integer>> known = new HashSet<>();
    for (int[] arrow : arrows) {
      if (known.add(List.of(arrow[0], arrow[1]))) {
        layout.edges.add(arrow.clone());
      }
    }
    return layout.places();
  }

  private Places places() {
    boolean[] lowered = new boolean[boxes.size()];
    int[] row = rowsOfBoxes(lowered);
    for (int i = 0; i < boxes.size(); i++) {
      Item item = new Item(i, boxes.get(i).width());
      item.row = row[i];
      item.pull = lowered[i] ? BRANCH_PULL : 1;
      items.add(item);
    }
    int count = Arrays.stream(row).max().orElse(-1) + 1;
    for (int i = 0; i < count; i++) {
      rows.add(new ArrayList<>());
    }
    List<List<Item>> ways = new ArrayList<>();
    for (int[] edge : edges) {
      ways.add(way(items.get(edge[0]), items.get(edge[1])));
    }
    items.forEach(item -> rows.get(item.row).add(item));
    rows.forEach(LayeredLayout::number);
    order();
    spread();
    return drawn(ways);
  }

  // ------------------------------------------------------------------ rows

  /// {@return each box's row}
  ///
  /// @param lowered gets which boxes are of branches that were let down
  private int[] rowsOfBoxes(boolean[] lowered) {
    List<int[]> kept = new ArrayList<>();
    int[] order = order(kept);
    edges.clear();
    edges.addAll(kept);
    int[] row = new int[boxes.size()];
    for (int box : order) {
      for (int one : next.get(box)) {
        row[one] = Math.max(row[one], row[box] + 1);
      }
    }
    boolean[] isBranch = new boolean[boxes.size()];
    for (int box : order) {
      isBranch[box] =
          before.get(box).stream().allMatch(one -> isBranch[one] && next.get(one).size() == 1);
    }
    for (int i = order.length - 1; i >= 0; i--) {
      int box = order[i];
      if (isBranch[box] && !next.get(box).isEmpty()) {
        int lowest = next.get(box).stream().mapToInt(one -> row[one]).min().orElse(1) - 1;
        lowered[box] = lowest > row[box];
        row[box] = lowest;
      }
    }
    return row;
  }

  /// {@return the boxes so that arrows lead forward}
  ///
  /// @param kept gets the arrows but those that would lead back
  private int[] order(List<int[]> kept) {
    int[] missing = new int[boxes.size()];
    List<List<Integer>> all = new ArrayList<>();
    for (int i = 0; i < missing.length; i++) {
      all.add(new ArrayList<>());
    }
    for (int[] edge : edges) {
      all.get(edge[0]).add(edge[1]);
      missing[edge[1]]++;
    }
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    boolean[] done = new boolean[missing.length];
    for (int i = 0; i < missing.length; i++) {
      if (missing[i] == 0) {
        ready.add(i);
      }
    }
    int[] order = new int[missing.length];
    int[] place = new int[missing.length];
    int count = 0;
    int first = 0;
    while (count < order.length) {
      if (ready.isEmpty()) {
        // All that are left wait for each other: the first goes first.
        while (done[first]) {
          first++;
        }
        ready.add(first);
      }
      int box = ready.remove();
      if (done[box]) {
        continue;
      }
      done[box] = true;
      place[box] = count;
      order[count++] = box;
      for (int one : all.get(box)) {
        if (--missing[one] == 0) {
          ready.add(one);
        }
      }
    }
    for (int[] edge : edges) {
      if (place[edge[0]] < place[edge[1]]) {
        kept.add(edge);
        next.get(edge[0]).add(edge[1]);
        before.get(edge[1]).add(edge[0]);
      } else {
        circular.add(edge);
      }
    }
    return order;
  }

  /// {@return the bends between two boxes and these; nothing if the arrow is cut}
  private List<Item> way(Item from, Item to) {
    int between = to.row - from.row - 1;
    if (between > MOST_ROWS || bends + between > MOST_BENDS) {
      return List.of();
    }
    bends += between;
    List<Item> way = new ArrayList<>(List.of(from));
    for (int row = from.row + 1; row < to.row; row++) {
      Item bend = new Item(-1, BEND_WIDTH);
      bend.row = row;
      items.add(bend);
      way.add(bend);
    }
    way.add(to);
    for (int i = 1; i < way.size(); i++) {
      way.get(i - 1).below.add(way.get(i));
      way.get(i).above.add(way.get(i - 1));
    }
    return way;
  }

  // ------------------------------------------------------------------ order within rows

  private static void number(List<Item> row) {
    for (int i = 0; i < row.size(); i++) {
      row.get(i).place = i;
    }
  }

  private void order() {
    List<List<Item>> best = copy();
    long fewest = crossings();
    for (int sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
      boolean down = sweep % 2 == 0;
      for (List<Item> row : down ? rows : rows.reversed()) {
        for (Item item : row) {
          List<Item> fixed = down ? item.above : item.below;
          item.key = fixed.stream().mapToInt(one -> one.place).average().orElse(item.place);
        }
        row.sort(Comparator.comparingDouble(item -> item.key));
        number(row);
      }
      long now = crossings();
      if (now < fewest) {
        fewest = now;
        best = copy();
      }
    }
    rows.clear();
    rows.addAll(best);
    rows.forEach(LayeredLayout::number);
  }

  private List<List<Item>> copy() {
    List<List<Item>> copy = new ArrayList<>();
    rows.forEach(row -> copy.add(new ArrayList<>(row)));
    return copy;
  }

  /// {@return how often arrows cross between rows}
  private long crossings() {
    long crossings = 0;
    for (List<Item> row : rows) {
      List<Integer> ends = new ArrayList<>();
      for (Item item : row) {
        item.below.stream().map(one -> one.place).sorted().forEach(ends::add);
      }
      int[] places = ends.stream().mapToInt(Integer::intValue).toArray();
      crossings += inversions(places, new int[places.length], 0, places.length);
    }
    return crossings;
  }

  /// Sorts, and counts what stood in the wrong order.
  private static long inversions(int[] values, int[] spare, int from, int to) {
    if (to - from < 2) {
      return 0;
    }
    int middle = (from + to) >>> 1;
    long count = inversions(values, spare, from, middle) + inversions(values, spare, middle, to);
    int left = from;
    int right = middle;
    for (int i = from; i < to; i++) {
      if (right == to || left < middle && values[left] <= values[right]) {
        spare[i] = values[left++];
      } else {
        spare[i] = values[right++];
        count += middle - left;
      }
    }
    System.arraycopy(spare, from, values, from, to - from);
    return count;
  }

  // ------------------------------------------------------------------ places within rows

  private void spread() {
    for (List<Item> row : rows) {
      double x = 0;
      for (Item item : row) {
        item.x = x + item.width / 2;
        x += item.width + GAP;
      }
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      boolean down = sweep % 2 == 0;
      for (List<Item> row : down ? rows : rows.reversed()) {
        for (Item item : row) {
          List<Item> fixed = down ? item.above : item.below;
          item.key = middle(fixed, item.x);
          boolean straight = item.isBend() && fixed.stream().allMatch(Item::isBend);
          item.weight = straight ? BEND_WEIGHT : item.pull;
        }
        settle(row);
      }
    }
  }

  /// {@return the mean of these places, each by its pull; another one if there are none}
  private static double middle(List<Item> items, double other) {
    double sum = 0;
    double pull = 0;
    for (Item item : items) {
      sum += item.x * item.pull;
      pull += item.pull;
    }
    return pull == 0 ? other : sum / pull;
  }

  /// A run of neighbours without gaps between them.
  private record Block(double sum, double weight, int count) {
    double mean() {
      return sum / weight;
    }

    Block with(Block other) {
      return new Block(sum + other.sum, weight + other.weight, count + other.count);
    }
  }

  /// Puts each item of a row as near to its wish, its key, as their order lets it.
  private static void settle(List<Item> row) {
    double[] offsets = new double[row.size()];
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < offsets.length; i++) {
      Item item = row.get(i);
      if (i > 0) {
        offsets[i] = offsets[i - 1] + (row.get(i - 1).width + item.width) / 2 + GAP;
      }
      Block block = new Block((item.key - offsets[i]) * item.weight, item.weight, 1);
      while (!blocks.isEmpty() && blocks.getLast().mean() >= block.mean()) {
        block = blocks.removeLast().with(block);
      }
      blocks.add(block);
    }
    int at = 0;
    for (Block block : blocks) {
      for (int i = 0; i < block.count(); i++) {
        row.get(at).x = block.mean() + offsets[at];
        at++;
      }
    }
  }

  // ------------------------------------------------------------------ the picture

  private Places drawn(List<List<Item>> ways) {
    double left = items.stream().mapToDouble(item -> item.x - item.width / 2).min().orElse(0);
    double right = items.stream().mapToDouble(item -> item.x + item.width / 2).max().orElse(0);
    double[] tops = new double[rows.size() + 1];
    double[] heights = new double[rows.size()];
    for (int i = 0; i < rows.size(); i++) {
      heights[i] =
          rows.get(i).stream()
              .filter(item -> !item.isBend())
              .mapToDouble(item -> boxes.get(item.box).height())
              .max()
              .orElse(0);
      tops[i + 1] = tops[i] + heights[i] + ROW_GAP;
    }
    double[] x = new double[boxes.size()];
    double[] y = new double[boxes.size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = items.get(i).x - left;
      y[i] = tops[items.get(i).row];
    }
    List<Arrow> arrows = new ArrayList<>();
    for (int i = 0; i < edges.size(); i++) {
      int from = edges.get(i)[0];
      int to = edges.get(i)[1];
      List<Double> points = new ArrayList<>();
      for (Item item : ways.get(i)) {
        double at = item.x - left;
        if (item.box == from) {
          Collections.addAll(points, at, y[from] + boxes.get(from).height());
          // What is lower than its row goes straight to the row's lower edge.
          Collections.addAll(points, at, tops[item.row] + heights[item.row]);
        } else {
          Collections.addAll(points, at, tops[item.row]);
          if (item.isBend()) {
            Collections.addAll(points, at, tops[item.row] + heights[item.row]);
          }
        }
      }
      arrows.add(new Arrow(from, to, points));
    }
    circular.forEach(edge -> arrows.add(new Arrow(edge[0], edge[1], List.of())));
    double height = rows.isEmpty() ? 0 : tops[rows.size()] - ROW_GAP;
    return new Places(x, y, arrows, Math.max(0, right - left), height);
  }
}
