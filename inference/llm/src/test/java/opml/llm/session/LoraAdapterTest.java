package opml.llm.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.refusal.ImportException;
import opml.kernels.catalog.PinnedPrograms;
import opml.llm.GgufWriter;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.model.LoraAdapter;
import opml.llm.model.TinyLlama;
import opml.llm.tape.TextRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraAdapterTest {
  private static final int CONTEXT = 40;
  private static final int WIDTH = 32;
  private static final int FEED_FORWARD = 64;

  private static final int[] TEXT = {1, 70, 80, 90, 100, 7};

  @TempDir Path folder;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private Path file(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private LanguageModel tiny(ElementType matrices) throws IOException {
    return LanguageModels.open(file("tiny.gguf", TinyLlama.calm("llama", matrices, random)));
  }

  private static GgufWriter adapter() {
    return new GgufWriter()
        .text("general.type", "adapter")
        .text("general.architecture", "llama")
        .text("adapter.type", "lora");
  }

  private Tensor small(int rows, int columns) {
    float[] floats = new float[rows * columns];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) random.nextGaussian() / 4;
    }
    return Tensor.ofFloats(Shape.of(rows, columns), floats);
  }

  private GgufWriter pair(GgufWriter writer, String matrix, int outputs, int inputs, int rank) {
    return writer
        .tensor(matrix + ".lora_a", small(rank, inputs))
        .tensor(matrix + ".lora_b", small(outputs, rank));
  }

  private LanguageModel adapted(LanguageModel model, GgufWriter adapter, float scale)
      throws IOException {
    return LoraAdapter.adapted(
        model, file("adapter-%d.gguf".formatted(random.nextLong()), adapter.bytes()), scale);
  }

  private static Bytes32 logits(LanguageModel model, int... tokens) {
    try (Session session =
        TextEngine.of(
                model,
                CONTEXT,
                CacheType.F16,
                CONTEXT,
                KernelProvider.reference(),
                new Team(1),
                _ -> {})
            .open()) {
      session.take(tokens);
      return Keccak.hash(session.logits().toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /// W x = B (A x) where A is the identity and B is W: the matrix can be taken out of the model and be put back.
  @Test
  void aMatrixThatIsAnAdapterIsTheMatrix() throws IOException {
    String name = "blk.1.ffn_down.weight";
    long chance = random.nextLong();
    LanguageModel whole =
        LanguageModels.open(
            file("whole.gguf", TinyLlama.calm("llama", ElementType.F32, new Random(chance))));
    LanguageModel hollow =
        LanguageModels.open(
            file("hollow.gguf", TinyLlama.hollow("llama", name, new Random(chance))));
    Tensor matrix = whole.weights().get(name);
    float[] identity = new float[FEED_FORWARD * FEED_FORWARD];
    for (int i = 0; i < FEED_FORWARD; i++) {
      identity[i * (FEED_FORWARD + 1)] = 1;
    }
    GgufWriter lora =
        adapter()
            .tensor(
                name + ".lora_a", Tensor.ofFloats(Shape.of(FEED_FORWARD, FEED_FORWARD), identity))
            .tensor(name + ".lora_b", matrix);
    assertThat(logits(hollow, TEXT)).isNotEqualTo(logits(whole, TEXT));
    assertThat(logits(adapted(hollow, lora, 1), TEXT)).isEqualTo(logits(whole, TEXT));
  }

  @Test
  void alphaAndScaleCountAndAScaleOfNothingIsTheModelAlone() throws IOException {
    LanguageModel model = tiny(ElementType.Q8_0);
    GgufWriter plain = pair(adapter(), "blk.0.attn_q.weight", WIDTH, WIDTH, 4);
    Bytes32 alone = logits(model, TEXT);
    Bytes32 once = logits(adapted(model, plain, 1), TEXT);
    Bytes32 twice = logits(adapted(model, plain, 2), TEXT);
    assertThat(once).isNotEqualTo(alone).isNotEqualTo(twice);
    assertThat(logits(adapted(model, plain, 0), TEXT)).isEqualTo(alone);
    // The rank is 4: an alpha of 8 doubles.
    assertThat(logits(adapted(model, plain.real("adapter.lora.alpha", 8), 1), TEXT))
        .isEqualTo(twice);
  }

  @Test
  void whatAnAdaptedSessionSaysIsWhatItsGraphChecks() throws IOException {
    LanguageModel model = tiny(ElementType.Q8_0);
    GgufWriter first = adapter();
    for (int layer = 0; layer < 2; layer++) {
      pair(first, "blk.%d.attn_q.weight".formatted(layer), WIDTH, WIDTH, 4);
      pair(first, "blk.%d.attn_v.weight".formatted(layer), WIDTH / 2, WIDTH, 3);
      pair(first, "blk.%d.ffn_down.weight".formatted(layer), WIDTH, FEED_FORWARD, 8);
    }
    GgufWriter second = pair(adapter(), "output.weight", 263, WIDTH, 2);
    pair(second, "blk.1.attn_q.weight", WIDTH, WIDTH, 5);
    LanguageModel adapted = adapted(adapted(model, first, 1), second, 0.5f);
    TextLimits limits = new TextLimits(CONTEXT, 20, CacheType.F16);
    Graph graph = CheckGraph.of(adapted, limits);
    Model known = Model.checking(graph, PinnedPrograms::of);
    assertThat(known.id())
        .isNotEqualTo(Model.checking(CheckGraph.of(model, limits), PinnedPrograms::of).id());
    VocabularyTable vocabulary = VocabularyTable.of(adapted);
    Writer writer = new Writer(limits, vocabulary, CheckGraph.answerBytes(limits, vocabulary));
    byte[] request = new TextRequest(TEXT, 20).encode(limits);
    byte[] tape;
    try (Session session = TinyEngine.of(adapted, CONTEXT, CacheType.F16, 33, 2).open()) {
      tape = writer.answer(session, request, _ -> {});
    }
    assertThat(end(known, graph, request, tape))
        .as("seed %d", seed)
        .isEqualTo(GraphState.Status.DONE);
    tape[12] = (byte) (tape[12] ^ 1);
    assertThat(end(known, graph, request, tape)).isEqualTo(GraphState.Status.FAILED);
  }

  private static GraphState.Status end(Model known, Graph graph, byte[] request, byte[] tape) {
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    return GraphExecution.check(known, request, tape, runner).finalState().status();
  }

  @Test
  void whatIsNoAdapterOfTheModelIsRefusedForAllReasonsAtOnce() throws IOException {
    LanguageModel model = tiny(ElementType.Q8_0);
    GgufWriter bad =
        new GgufWriter()
            .text("general.type", "model")
            .text("general.architecture", "qwen2")
            .number("adapter.type", 3)
            .text("adapter.lora.alpha", "much");
    pair(bad, "token_embd.weight", 263, WIDTH, 2);
    pair(bad, "blk.9.attn_q.weight", WIDTH, WIDTH, 2);
    pair(bad, "blk.0.attn_k.weight", WIDTH, WIDTH, 2);
    bad.tensor("blk.0.attn_v.weight.lora_a", small(2, WIDTH));
    bad.tensor("blk.0.attn_q.weight", small(2, WIDTH));
    assertThatThrownBy(() -> adapted(model, bad, 1))
        .isInstanceOf(ImportException.class)
        .message()
        .contains(
            "general.type: expected adapter, found model",
            "general.architecture: expected llama, found qwen2",
            "adapter.type: expected a text",
            "adapter.lora.alpha: expected a number",
            "token_embd.weight: the model multiplies by no matrix of this name",
            "blk.9.attn_q.weight: the model multiplies by no matrix of this name",
            "blk.0.attn_k.weight: expected .lora_a of RANKx32 and .lora_b of 16xRANK",
            "blk.0.attn_v.weight.lora_a is there, but not blk.0.attn_v.weight.lora_b",
            "no part of an adapter");
    GgufWriter endless = pair(adapter(), "blk.0.attn_q.weight", WIDTH, WIDTH, 2);
    assertThatThrownBy(() -> adapted(model, endless.real("adapter.lora.alpha", 3e38f), 9))
        .isInstanceOf(ImportException.class)
        .message()
        .contains("blk.0.attn_q.weight: it counts Infinity times");
    GgufWriter nothing = pair(adapter(), "blk.0.attn_k.weight", 16, WIDTH, 0);
    assertThatThrownBy(() -> adapted(model, nothing, 1))
        .isInstanceOf(ImportException.class)
        .message()
        .contains("blk.0.attn_k.weight: expected .lora_a of RANKx32 and .lora_b of 16xRANK");
    assertThatThrownBy(() -> adapted(model, adapter(), Float.NaN))
        .isInstanceOf(ImportException.class)
        .message()
        .contains("a scale of NaN", "no tensor NAME.lora_a");
  }
}
