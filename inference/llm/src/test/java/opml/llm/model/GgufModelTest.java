package opml.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.refusal.ImportException;
import opml.kernels.catalog.KernelCatalog;
import opml.llm.GgufWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufModelTest {
  @TempDir private Path folder;

  private static GgufWriter tiny(String family) {
    return TinyLlama.of(family, ElementType.Q8_0, new Random(7));
  }

  private LanguageModel open(GgufWriter writer) throws IOException {
    return LanguageModels.open(Files.write(folder.resolve("tiny.gguf"), writer.bytes()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen2", "qwen3"})
  void aFileIsAModel(String family) throws IOException {
    LanguageModel model = open(tiny(family));
    assertThat(model.name()).isEqualTo("Tiny");
    Architecture architecture = Architecture.named(family).orElseThrow();
    assertThat(model.hyperparameters())
        .isEqualTo(
            new Hyperparameters(
                architecture,
                32,
                2,
                4,
                2,
                8,
                64,
                128,
                TinyLlama.VOCABULARY,
                1e-6f,
                new Rope(
                    8,
                    500_000,
                    family.equals("llama") ? Rope.Style.NORMAL : Rope.Style.NEOX,
                    new Rope.Scaling.None()),
                0));
    Tensor keys = model.weights().get(1, "attn_k.weight");
    assertThat(keys.shape()).isEqualTo(Shape.of(16, 32));
    assertThat(keys.type()).isEqualTo(ElementType.Q8_0);
    assertThat(model.weights().isTied()).isFalse();
    assertThat(model.tokenizer().orElseThrow().size()).isEqualTo(TinyLlama.VOCABULARY);
  }

  @Test
  void halvesOfNormsAreWidened() throws IOException {
    byte[] halves = new byte[64];
    halves[1] = 0x3c; // 1 as f16
    halves[3] = (byte) 0xc0; // -2 as f16
    GgufWriter writer = tiny("llama");
    writer.tensor(
        Weights.LAST_NORM, Tensor.ofBytes(ElementType.F16, Shape.of(TinyLlama.WIDTH), halves));
    assertThat(open(writer).weights().get(Weights.LAST_NORM).floats()).startsWith(1, -2, 0);
    halves[1] = 0x3f;
    halves[0] = (byte) 0x80; // 1 as bf16
    writer.tensor(
        Weights.LAST_NORM, Tensor.ofBytes(ElementType.BF16, Shape.of(TinyLlama.WIDTH), halves));
    assertThat(open(writer).weights().get(Weights.LAST_NORM).floats()).startsWith(1, -2, 0);
  }

  @Test
  void everyReasonIsToldAtOnce() {
    GgufWriter writer = tiny("llama");
    writer.without("blk.1.ffn_up.weight").zeros("blk.0.attn_rot.weight", ElementType.F32, 2);
    writer.zeros("blk.0.attn_q.weight", ElementType.F32, 32, 31);
    writer.zeros("output_norm.weight", ElementType.I32, 32);
    writer.zeros("token_embd.weight", ElementType.F32, 300, 32);
    writer.zeros("output.weight", ElementType.F32, 300, 32);
    assertThatThrownBy(() -> open(writer))
        .isInstanceOf(ImportException.class)
        .hasMessageContainingAll(
            "tiny.gguf cannot be run here, for 5 reasons:",
            "tensors that are missing: blk.1.ffn_up.weight",
            "blk.0.attn_q.weight: expected 32x32, found 32x31",
            "norms and biases may be f32, f16, bf16, matrices f32, f16, bf16, q4_0,",
            "iq4_xs): output_norm.weight is i32",
            "tensors that we have no use for in the family llama: blk.0.attn_rot.weight",
            "the tokenizer has 263 tokens, but the model 300");
  }

  @Test
  void numbersThatAreMissingOrWrongAreToldTogether() {
    GgufWriter writer = tiny("llama").without("llama.context_length");
    writer.text("llama.block_count", "two").number("llama.expert_count", 8);
    assertThatThrownBy(() -> open(writer))
        .isInstanceOf(ImportException.class)
        .hasMessageContainingAll(
            "for 3 reasons",
            "no key llama.context_length; expected is a whole number",
            "key llama.block_count: expected a whole number below 2^63, found string",
            "a mixture of 8 experts");
    assertThatThrownBy(() -> open(tiny("llama").number("llama.attention.head_count_kv", 3)))
        .hasMessageContaining("4 heads are no multiple of 3 heads of keys and values");
    assertThatThrownBy(() -> open(tiny("llama").number("llama.attention.head_count", 0)))
        .hasMessageContaining("no heads");
    assertThatThrownBy(() -> open(tiny("llama").number("llama.block_count", -1)))
        .hasMessageContaining(
            "llama.block_count: expected 0 to 2,147,483,647, found 4,294,967,295");
    assertThatThrownBy(() -> open(tiny("llama").number("llama.vocab_size", 100)))
        .hasMessageContaining("token_embd.weight: expected 100x32, found 263x32")
        .hasMessageContaining("the tokenizer has 263 tokens, but the model 100");
  }

  @Test
  void numbersThatMakeMoreElementsThanTensorsHaveAreRefused() {
    assertThatThrownBy(() -> open(tiny("llama").number("llama.embedding_length", 1 << 24)))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("token_embd.weight: expected 263x16777216, found 263x32");
  }

  /// A type that files have and no kernel multiplies is told when a model is opened, and not while it runs.
  @ParameterizedTest
  @EnumSource
  void matricesAreOfTypesThatHaveKernels(ElementType type) {
    String name = type.label().replace("_", "");
    assertThat(ModelOpening.isUsable(type, false))
        .isEqualTo(has("embed." + name) && has("linear." + name));
  }

  private static boolean has(String kernel) {
    return KernelCatalog.all().stream().anyMatch(known -> known.name().equals(kernel));
  }

  @Test
  void otherFamiliesAreRefusedByName() {
    assertThatThrownBy(() -> open(tiny("gemma2")))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining(
            "architecture gemma2, which we do not have; expected is one of llama, qwen2, qwen3");
    assertThatThrownBy(() -> open(new GgufWriter()))
        .hasMessageContaining("no key general.architecture; expected is a string");
  }

  @Test
  void scalingsOfTheRotationAreRead() throws IOException {
    assertThat(scaling(tiny("llama").real("llama.rope.scale_linear", 4)))
        .isEqualTo(new Rope.Scaling.Linear(4));
    GgufWriter yarn = tiny("llama").text("llama.rope.scaling.type", "yarn");
    yarn.real("llama.rope.scaling.factor", 4);
    yarn.number("llama.rope.scaling.original_context_length", 32);
    assertThat(scaling(yarn))
        .isEqualTo(new Rope.Scaling.Yarn(4, 32, 1 + 0.1 * StrictMath.log(4), 1, 32, 1));
    Tensor four = Tensor.ofFloats(Shape.of(4), 1, 1, 2, 8);
    assertThat(scaling(tiny("llama").tensor("rope_freqs.weight", four)))
        .isEqualTo(new Rope.Scaling.Divisors(List.of(1f, 1f, 2f, 8f)));
    GgufWriter both = tiny("llama").tensor("rope_factors_long.weight", four);
    both.tensor("rope_factors_short.weight", Tensor.ofFloats(Shape.of(4), 1, 1, 1, 1));
    both.number("llama.rope.scaling.original_context_length", 64);
    both.real("llama.rope.scaling.attn_factor", 1.25f);
    assertThat(scaling(both))
        .isEqualTo(
            new Rope.Scaling.LongRope(List.of(1f, 1f, 1f, 1f), List.of(1f, 1f, 2f, 8f), 64, 1.25));
    assertThatThrownBy(() -> open(tiny("llama").text("llama.rope.scaling.type", "own")))
        .hasMessageContaining("scaling of the rotation own, which we do not have");
    Tensor three = Tensor.ofFloats(Shape.of(3), 1, 1, 2);
    assertThatThrownBy(() -> open(tiny("llama").tensor("rope_freqs.weight", three)))
        .hasMessageContaining("rope_freqs.weight: expected f32 4, found f32 3");
  }

  @Test
  void aFileThatChangesWhileItIsOpenIsRefusedWhenItIsRead() throws IOException {
    LanguageModel model = open(tiny("llama"));
    Path file = folder.resolve("tiny.gguf");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, new byte[bytes.length - 1]);
    assertThatThrownBy(() -> model.weights().get(0, "attn_q.weight").data())
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("somebody has changed the file while it was read");
  }

  private Rope.Scaling scaling(GgufWriter writer) throws IOException {
    return open(writer).hyperparameters().rope().scaling();
  }
}
