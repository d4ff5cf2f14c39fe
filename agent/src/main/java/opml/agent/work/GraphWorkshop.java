package opml.agent.work;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.commit.Model;

/// Works on the models that it was given. A run is kept as long as the workshop, since a dispute asks for the same one again and
/// again; runs in the machine are made when a dispute comes to their node.
public final class GraphWorkshop implements Workshop {
  private record Job(Bytes32 model, Bytes32 input) {}

  private final NodeMachines machines = new NodeMachines();
  private final Map<Bytes32, Model> models = new HashMap<>();
  private final Map<Job, GraphWork> works = new HashMap<>();

  public GraphWorkshop(List<Model> models) {
    models.forEach(model -> this.models.put(model.id(), model));
  }

  /// {@return the models that this workshop knows}
  public List<Model> models() {
    return new ArrayList<>(models.values());
  }

  @Override
  public synchronized Optional<Work> work(Bytes32 modelId, byte[] input) {
    return Optional.ofNullable(models.get(modelId)).map(model -> graphWork(model, input));
  }

  /// {@return the run of a model on an input}
  public synchronized GraphWork graphWork(Model model, byte[] input) {
    return works.computeIfAbsent(
        new Job(model.id(), Keccak.hash(input)), _ -> compute(model, input));
  }

  private GraphWork compute(Model model, byte[] input) {
    Frames frames = GraphFrames.run(model, input, new NativeNodes(model, machines));
    return new GraphWork(model, frames, honestly(model, machines));
  }

  /// {@return the runs that a model's nodes really have}
  public static NodeRuns honestly(Model model, NodeMachines machines) {
    return (step, before) ->
        new CheckpointedRun(
            machines.machine(
                model.nodes().get((int) (step % model.nodes().size())), before::slot));
  }
}
