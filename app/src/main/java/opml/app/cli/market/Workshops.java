package opml.app.cli.market;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.agent.work.CheckpointedRun;
import opml.agent.work.GraphFrames;
import opml.agent.work.GraphWork;
import opml.agent.work.NativeNodes;
import opml.agent.work.NodeMachines;
import opml.agent.work.Work;
import opml.agent.work.Workshop;
import opml.core.hash.Bytes32;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;

/// Makes the workshop of an agent that has these models.
final class Workshops {
  private Workshops() {}

  static Workshop of(List<Model> models) {
    Map<Bytes32, Model> byId = new HashMap<>();
    models.forEach(model -> byId.put(model.id(), model));
    NodeMachines machines = new NodeMachines();
    return (id, input) ->
        Optional.ofNullable(byId.get(id)).map(model -> work(model, machines, input));
  }

  private static Work work(Model model, NodeMachines machines, byte[] input) {
    List<CommittedNode> nodes = model.nodes();
    return new GraphWork(
        model,
        GraphFrames.run(model, input, new NativeNodes(model, machines)),
        (step, before) ->
            new CheckpointedRun(
                machines.machine(nodes.get((int) (step % nodes.size())), before::slot)));
  }
}
