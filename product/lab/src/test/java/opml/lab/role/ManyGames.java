package opml.lab.role;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.agent.Verifier;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.ethereum.devchain.DevChain;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.work.Work;
import opml.hub.Hub;
import opml.hub.Journal.Entry;
import opml.hub.Picture.SeenGame;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.play.Scene;
import opml.proof.GraphWorkshop;
import opml.vm.state.MachineState;

/// A process of its own, with a heap of its own: somebody claims many runs wrongly, and opens the large node of each in
/// the machine; a verifier answers.
final class ManyGames {
  private static final int ROWS = 512;
  private static final int TICKS = 60;
  private static final int COLUMNS = 1024;

  private ManyGames() {}

  /// Ends without an exception if the verifier makes its move in every game.
  ///
  /// @param args how many games
  public static void main(String[] args) {
    int games = Integer.parseInt(args[0]);
    Model model = model();
    try (DevChain dev = DevChain.start(DevChain.Options.DEFAULT)) {
      Scene scene = Scene.set(dev, model);
      List<Entry> told = Collections.synchronizedList(new ArrayList<>());
      Verifier verifier = scene.verifier(2, new GraphWorkshop(List.of(model)), told::add);
      for (int i = 0; i < games; i++) {
        byte[] input = input(i);
        RequestId id = scene.ask(input);
        Work lie = new Failed(scene.honest().graphWork(model, input));
        scene.hub(3).claim(id, lie, Scene.PARAMETERS.claimBond());
      }
      for (int i = 0; i < TICKS && scene.games().size() < games; i++) {
        verifier.tick();
      }
      for (SeenGame game : scene.games()) {
        refine(scene, model, game);
      }
      verifier.tick();
      Set<Object> answered =
          told.stream()
              .filter(Entry.Moved.class::isInstance)
              .map(entry -> ((Entry.Moved) entry).move().game())
              .collect(Collectors.toSet());
      if (answered.size() != games) {
        told.forEach(System.err::println);
        throw new AssertionError(answered.size() + " of " + games + " games were answered");
      }
    }
  }

  /// Opens the first node with an end that is another than its own.
  private static void refine(Scene scene, Model model, SeenGame game) {
    Hub liar = scene.hub(3);
    RequestId request = scene.picture().claims().get(game.claim()).state().claim().request();
    List<RequestId> asked = List.copyOf(scene.picture().requests().keySet());
    Work work = new Failed(scene.honest().graphWork(model, input(asked.indexOf(request))));
    byte[] end = new byte[MachineState.BYTES];
    List<Bytes32> states =
        new ArrayList<>(
            IntStream.range(0, 15).mapToObj(i -> Keccak.hash(new byte[] {(byte) i})).toList());
    states.add(Keccak.hash(end));
    Action.Refine refine = new Action.Refine(game.positions().getLast(), 0, states);
    liar.refine(refine, work.refinement(0, states));
  }

  private static byte[] input(int number) {
    return ByteBuffer.allocate(4 * ROWS)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putFloat(0, number + 1.5f)
        .array();
  }

  /// {@return a sum of 2 MiB, and its mean}
  private static Model model() {
    OnnxTensor c =
        new OnnxTensor("c", Tensor.ofFloats(Shape.of(1, 1, 1, COLUMNS), new float[COLUMNS]));
    byte[] onnx =
        OnnxWriter.write(
            new OnnxModel(
                8,
                "opml",
                List.of(new OnnxOpset("", 13)),
                new OnnxGraph(
                    "large",
                    List.of(
                        OnnxNode.of("Add", List.of("x", "c"), List.of("h")),
                        OnnxNode.of("GlobalAveragePool", List.of("h"), List.of("y"))),
                    List.of(c),
                    List.of(OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 1, ROWS, 1))),
                    List.of(OnnxValueInfo.of("y", ElementType.F32, Shape.of(1, 1, 1, 1))))));
    return Model.of(OnnxImporter.of("large", OnnxReader.parse("large", onnx)), PinnedPrograms::of);
  }

  /// Says of a run that it failed, and of its first node that it never ends.
  private static final class Failed extends Reworded {
    private final Work honest;

    Failed(Work honest) {
      super(honest);
      this.honest = honest;
    }

    @Override
    public Result result() {
      return new Result(2, Bytes32.ZERO, new byte[0], GraphState.FAILED.commitment());
    }

    @Override
    public byte[] claimEvidence() {
      return new byte[0];
    }

    @Override
    public Refinement refinement(long step, List<Bytes32> states) {
      Refinement truth = honest.refinement(step, states);
      byte[] last = states.getLast().toArray();
      int cut = 0;
      while (!Arrays.equals(last, Arrays.copyOfRange(truth.witness(), cut, cut + last.length))) {
        cut++;
      }
      byte[] lie = Arrays.copyOf(truth.witness(), cut + last.length + MachineState.BYTES);
      Arrays.fill(lie, cut + last.length, lie.length, (byte) 0);
      honest.rest();
      return new Refinement(truth.status(), truth.slotsRoot(), lie);
    }
  }
}
