package opml.game.play;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import opml.core.hash.Bytes32;
import opml.game.move.Interval;
import opml.game.move.Partition;
import opml.game.toy.Toy;
import opml.game.toy.ToyLie;
import opml.game.toy.ToyTrace;

/// All lists that a liar can post over an interval: every choice of a lie, or the truth, at every place.
record Lists(Toy toy, List<ToyLie> lies) {

  void forEach(
      ToyTrace trace, Interval interval, Partition partition, Consumer<List<Bytes32>> visit) {
    List<List<Bytes32>> choices = new ArrayList<>();
    for (long index : interval.ends(partition)) {
      choices.add(lies.stream().map(lie -> lie.about(toy, trace, index)).distinct().toList());
    }
    int[] chosen = new int[choices.size()];
    while (true) {
      Bytes32[] list = new Bytes32[chosen.length];
      for (int i = 0; i < chosen.length; i++) {
        list[i] = choices.get(i).get(chosen[i]);
      }
      visit.accept(List.of(list));
      int i = 0;
      while (i < chosen.length && ++chosen[i] == choices.get(i).size()) {
        chosen[i++] = 0;
      }
      if (i == chosen.length) {
        return;
      }
    }
  }
}
