package opml.llm.model;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.gguf.GgufFile;
import opml.formats.refusal.Reason;
import opml.llm.tokenizer.Tokenizer;

/// A language model of a GGUF file: the numbers are keys that begin with the architecture's name.
final class GgufModel {
  private static final String DIVISORS = "rope_freqs.weight";
  private static final String LONG_DIVISORS = "rope_factors_long.weight";
  private static final String SHORT_DIVISORS = "rope_factors_short.weight";
  private static final String CHAT_TEMPLATE = "tokenizer.chat_template";
  private static final float DEFAULT_BASE = 10_000;

  private final GgufFile file;
  private final ModelOpening opening;
  private final Map<String, Tensor> tensors;
  private final Map<String, Tensor> ofRope = new HashMap<>();
  private String prefix = "";

  GgufModel(GgufFile file) {
    this.file = file;
    this.opening = new ModelOpening(file.name());
    this.tensors = new LinkedHashMap<>(file.tensors());
    for (String name : List.of(DIVISORS, LONG_DIVISORS, SHORT_DIVISORS)) {
      Tensor tensor = tensors.remove(name);
      if (tensor != null) {
        ofRope.put(name, tensor);
      }
    }
  }

  LanguageModel model() {
    Optional<Tokenizer> tokenizer =
        file.metadata().containsKey("tokenizer.ggml.model")
            ? opening.attempt(() -> Tokenizer.of(file))
            : Optional.empty();
    Optional<Hyperparameters> numbers =
        opening.attempt(() -> file.text("general.architecture")).flatMap(this::numbers);
    String name = file.findText("general.name").orElseGet(() -> LanguageModels.stem(file.name()));
    Optional<String> template =
        opening.attempt(() -> file.findText(CHAT_TEMPLATE)).flatMap(found -> found);
    return opening.model(name, numbers, tensors, tokenizer, template);
  }

  private Optional<Hyperparameters> numbers(String name) {
    Optional<Architecture> known = Architecture.named(name);
    if (known.isEmpty()) {
      opening.problem(
          Reason.Kind.USE,
          "architecture %s, which we do not have; expected is one of %s"
              .formatted(Names.shown(name), Architecture.allNames()));
      return Optional.empty();
    }
    prefix = known.get().label() + ".";
    Optional<Integer> width = needed("embedding_length");
    Optional<Integer> layers = needed("block_count");
    Optional<Integer> heads = needed("attention.head_count");
    Optional<Integer> feedForward = needed("feed_forward_length");
    Optional<Integer> context = needed("context_length");
    Optional<Float> epsilon =
        opening.attempt(() -> (float) file.real(prefix + "attention.layer_norm_rms_epsilon"));
    Optional<Integer> experts = whole("expert_count", 0);
    Optional<Integer> window = whole("attention.sliding_window", 0);
    if (experts.orElse(0) > 0) {
      opening.problem(
          Reason.Kind.USE,
          "a mixture of %,d experts, which we do not have".formatted(experts.get()));
    }
    if (width.isEmpty()
        || layers.isEmpty()
        || heads.isEmpty()
        || feedForward.isEmpty()
        || context.isEmpty()
        || epsilon.isEmpty()
        || window.isEmpty()) {
      return Optional.empty();
    }
    return opening.attempt(
        () -> {
          int headWidth = headWidth(width.get(), heads.get());
          return new Hyperparameters(
              known.get(),
              width.get(),
              layers.get(),
              heads.get(),
              whole("attention.head_count_kv", heads.get()).orElse(heads.get()),
              headWidth,
              feedForward.get(),
              context.get(),
              vocabulary(),
              epsilon.get(),
              rope(known.get(), headWidth, context.get()),
              window.get());
        });
  }

  private int headWidth(int width, int heads) {
    if (heads == 0) {
      throw new IllegalArgumentException("no heads");
    }
    Optional<Integer> keys = whole("attention.key_length", width / heads);
    Optional<Integer> values = whole("attention.value_length", width / heads);
    if (!keys.equals(values)) {
      throw new IllegalArgumentException(
          "keys of width %d and values of width %d: expected the same"
              .formatted(keys.orElse(0), values.orElse(0)));
    }
    if (width % heads != 0 && !file.metadata().containsKey(prefix + "attention.key_length")) {
      throw new IllegalArgumentException(
          "a width of %d is no multiple of %d heads".formatted(width, heads));
    }
    return keys.orElse(0);
  }

  /// Files of some writers say how many tokens there are, others only have them.
  private int vocabulary() {
    OptionalLong said = file.findWhole(prefix + "vocab_size");
    if (said.isPresent()) {
      return opening.whole(prefix + "vocab_size", said.getAsLong());
    }
    Optional<Shape> embedding =
        Optional.ofNullable(tensors.get(Weights.EMBEDDING)).map(Tensor::shape);
    return embedding.filter(shape -> shape.rank() == 2).map(shape -> shape.dim(0)).orElse(1);
  }

  private Rope rope(Architecture architecture, int headWidth, int context) {
    int dimensions = whole("rope.dimension_count", headWidth).orElse(headWidth);
    float base = (float) file.findReal(prefix + "rope.freq_base").orElse(DEFAULT_BASE);
    return new Rope(dimensions, base, architecture.ropeStyle(), scaling(dimensions, context));
  }

  private Rope.Scaling scaling(int dimensions, int context) {
    Rope.Scaling said = saidScaling(dimensions, context);
    if (!ofRope.containsKey(DIVISORS)) {
      return said;
    }
    if (!(said instanceof Rope.Scaling.None)) {
      throw new IllegalArgumentException(
          DIVISORS + " together with a scaling of the rotation by keys, which we do not have");
    }
    return new Rope.Scaling.Divisors(divisors(DIVISORS, dimensions));
  }

  private Rope.Scaling saidScaling(int dimensions, int context) {
    double factor =
        real("rope.scaling.factor").orElseGet(() -> real("rope.scale_linear").orElse(1));
    String type =
        file.findText(prefix + "rope.scaling.type").orElse(factor == 1 ? "none" : "linear");
    int original = whole("rope.scaling.original_context_length", context).orElse(context);
    double attention = real("rope.scaling.attn_factor").orElse(1);
    return switch (type) {
      case "none" ->
          ofRope.containsKey(LONG_DIVISORS)
              ? longRope(dimensions, original, attention)
              : new Rope.Scaling.None();
      case "linear" -> new Rope.Scaling.Linear(factor);
      case "yarn" -> yarn(factor, original, attention);
      case "longrope" -> longRope(dimensions, original, attention);
      default ->
          throw new IllegalArgumentException(
              "scaling of the rotation %s, which we do not have; expected is none, linear, yarn or longrope"
                  .formatted(Names.shown(type)));
    };
  }

  private Rope.Scaling yarn(double factor, int original, double attention) {
    // A negative number is how some writers leave the choice to the reader.
    double said = real("rope.scaling.yarn_ext_factor").orElse(-1);
    double extrapolation = said < 0 ? 1 : said;
    double ofFactor = extrapolation == 0 ? 1 : RopeTable.yarnAttention(factor);
    return new Rope.Scaling.Yarn(
        factor,
        original,
        attention * real("rope.scaling.yarn_attn_factor").orElse(1) * ofFactor,
        extrapolation,
        real("rope.scaling.yarn_beta_fast").orElse(32),
        real("rope.scaling.yarn_beta_slow").orElse(1));
  }

  private Rope.Scaling longRope(int dimensions, int original, double attention) {
    return new Rope.Scaling.LongRope(
        divisors(SHORT_DIVISORS, dimensions),
        divisors(LONG_DIVISORS, dimensions),
        original,
        attention);
  }

  private List<Float> divisors(String name, int dimensions) {
    Tensor tensor = ofRope.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    Shape expected = Shape.of(dimensions / 2);
    if (tensor.type() != ElementType.F32 || !tensor.shape().equals(expected)) {
      throw new IllegalArgumentException(
          "%s: expected f32 %s, found %s %s"
              .formatted(name, expected, tensor.type().label(), tensor.shape()));
    }
    return floats(tensor);
  }

  private static List<Float> floats(Tensor tensor) {
    Float[] floats = new Float[tensor.shape().count()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = tensor.f32(i);
    }
    return List.of(floats);
  }

  private OptionalDouble real(String key) {
    return file.findReal(prefix + key);
  }

  private Optional<Integer> needed(String key) {
    return opening.attempt(() -> opening.whole(prefix + key, file.whole(prefix + key)));
  }

  private Optional<Integer> whole(String key, int otherwise) {
    return opening.attempt(
        () -> opening.whole(prefix + key, file.findWhole(prefix + key).orElse(otherwise)));
  }
}
