package opml.sim.toy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.game.work.Work;
import opml.game.work.Workshop;

/// Runs automata, honestly or not.
public final class AutomatonWorkshop implements Workshop {
  private record Ask(Bytes32 model, Bytes32 inputRoot) {}

  private final Map<Bytes32, Automaton> models = new HashMap<>();
  private final Map<Ask, Work> works = new HashMap<>();
  private final Deviation lie;

  public AutomatonWorkshop(List<Automaton> models, Deviation lie) {
    models.forEach(model -> this.models.put(model.id(), model));
    this.lie = lie;
  }

  @Override
  public boolean knows(Bytes32 modelId) {
    return models.containsKey(modelId);
  }

  @Override
  public Optional<Work> work(Bytes32 modelId, byte[] input) {
    Automaton model = models.get(modelId);
    if (model == null) {
      return Optional.empty();
    }
    return Optional.of(work(model, new Ask(modelId, inputRoot(input))));
  }

  private Work work(Automaton model, Ask ask) {
    return works.computeIfAbsent(ask, _ -> new AutomatonWork(model, ask.inputRoot(), lie));
  }

  /// {@return the run of a model that this workshop has, on an input of which only the root is known}
  public Work work(Bytes32 modelId, Bytes32 inputRoot) {
    Automaton model = models.get(modelId);
    if (model == null) {
      throw new IllegalArgumentException("no model " + modelId);
    }
    return work(model, new Ask(modelId, inputRoot));
  }

  /// {@return an input's commitment}
  public static Bytes32 inputRoot(byte[] input) {
    return MerkleRoot.of(input, Automaton.INPUT_DEPTH);
  }
}
