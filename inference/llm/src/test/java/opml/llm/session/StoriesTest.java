package opml.llm.session;

import java.nio.file.Path;
import java.util.Arrays;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.trace.GraphExecution;
import opml.kernels.catalog.PinnedPrograms;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.tape.Answer;
import opml.llm.tape.Request;
import org.junit.jupiter.api.Test;

class StoriesTest {
  @Test
  void writes() throws Exception {
    LanguageModel model = LanguageModels.open(Path.of("/work/shared/data/llm/stories260K.bin"));
    System.out.println(model.hyperparameters());
    TextEngine engine =
        TextEngine.of(
            model, 256, CacheType.F32, 32, KernelProvider.reference(), new Team(2), _ -> {});
    TextLimits limits = new TextLimits(256, 255, CacheType.F32);
    VocabularyTable vocabulary = VocabularyTable.of(model);
    Session session = engine.open();
    int room = CheckGraph.answerBytes(limits, vocabulary);
    Writer writer = new Writer(limits, vocabulary, room);
    Request request = new Request(new int[] {1}, 255);
    long t = System.nanoTime();
    byte[] input = request.encode(limits);
    byte[] tape = writer.answer(session, input, _ -> {});
    System.out.printf("%.2f s%n", (System.nanoTime() - t) / 1e9);
    System.out.println(
        new String(Answer.read(tape).get().text(), java.nio.charset.StandardCharsets.UTF_8));
    System.out.println(Arrays.toString(Answer.read(tape).get().tokens()));
    t = System.nanoTime();
    System.out.println(writer.isRight(engine.open(), input, tape));
    System.out.printf("%.2f s%n", (System.nanoTime() - t) / 1e9);
    tape[12 + 40] ^= 1;
    System.out.println(writer.isRight(engine.open(), input, tape));
    tape[12 + 40] ^= 1;
    Graph graph = CheckGraph.of(model, limits);
    System.out.println(graph.nodes().size() + " nodes " + graph.slots().size());
    t = System.nanoTime();
    Model check = Model.checking(graph, PinnedPrograms::of);
    System.out.println(check.id());
    System.out.printf("%.2f s model%n", (System.nanoTime() - t) / 1e9);
    t = System.nanoTime();
    GraphExecution execution =
        GraphExecution.check(
            check,
            input,
            tape,
            GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable()));
    System.out.printf("%.2f s %s%n", (System.nanoTime() - t) / 1e9, execution.finalState());
    System.out.println(check.initialSlots().root());
  }
}
