package opml.llm.model;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.engine.tensor.Tensor;
import opml.formats.json.JsonValue;
import opml.formats.refusal.Reason;
import opml.formats.safetensors.Safetensors;
import opml.llm.tokenizer.Tokenizer;

/// A language model of a folder as Hugging Face has them: `config.json` with the numbers, the weights in one
/// safetensors file or several, and `tokenizer.json`.
///
/// Its queries and keys are not permuted as GGUF's of LLaMA are, so the rotation's pairs are halves here.
final class HuggingFaceModel {
  static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String TOKENIZER_SETTINGS = "tokenizer_config.json";
  private static final String CHAT_TEMPLATE = "chat_template.jinja";

  private static final Map<String, Architecture> FAMILIES =
      Map.of(
          "llama", Architecture.LLAMA,
          "mistral", Architecture.LLAMA,
          "qwen2", Architecture.QWEN2,
          "qwen3", Architecture.QWEN3);

  private static final Map<String, String> NAMES =
      Map.of(
          "model.embed_tokens.weight", Weights.EMBEDDING,
          "model.norm.weight", Weights.LAST_NORM,
          "lm_head.weight", Weights.OUTPUT);

  private static final Map<String, String> NAMES_IN_LAYERS =
      Map.ofEntries(
          Map.entry("input_layernorm.weight", "attn_norm.weight"),
          Map.entry("self_attn.q_proj.weight", "attn_q.weight"),
          Map.entry("self_attn.k_proj.weight", "attn_k.weight"),
          Map.entry("self_attn.v_proj.weight", "attn_v.weight"),
          Map.entry("self_attn.q_proj.bias", "attn_q.bias"),
          Map.entry("self_attn.k_proj.bias", "attn_k.bias"),
          Map.entry("self_attn.v_proj.bias", "attn_v.bias"),
          Map.entry("self_attn.q_norm.weight", "attn_q_norm.weight"),
          Map.entry("self_attn.k_norm.weight", "attn_k_norm.weight"),
          Map.entry("self_attn.o_proj.weight", "attn_output.weight"),
          Map.entry("post_attention_layernorm.weight", "ffn_norm.weight"),
          Map.entry("mlp.gate_proj.weight", "ffn_gate.weight"),
          Map.entry("mlp.up_proj.weight", "ffn_up.weight"),
          Map.entry("mlp.down_proj.weight", "ffn_down.weight"));

  private static final Pattern IN_LAYER =
      Pattern.compile("model\\.layers\\.(0|[1-9]\\d{0,4})\\.(.+)");

  /// Speeds of the rotation's pairs, which follow from the numbers; old files have them.
  private static final String SPEEDS = "self_attn.rotary_emb.inv_freq";

  private final Path folder;
  private final ModelOpening opening;
  private final JsonValue config;

  private HuggingFaceModel(Path folder, JsonValue config) {
    this.folder = folder;
    this.opening = new ModelOpening(folder.toString());
    this.config = config;
  }

  /// {@return the model in a folder}
  ///
  /// @throws MalformedException if files of it are missing, or are none of their formats
  static LanguageModel open(Path folder) throws IOException {
    Path config = folder.resolve(CONFIG);
    if (!Files.exists(config)) {
      throw new MalformedException(
          "%s: expected a folder with %s, as Hugging Face's are".formatted(folder, CONFIG));
    }
    return new HuggingFaceModel(folder, JsonValue.read(config)).model();
  }

  private LanguageModel model() throws IOException {
    Optional<Hyperparameters> numbers = opening.attempt(this::family).flatMap(this::numbers);
    Map<String, Tensor> weights = weights();
    Path file = folder.resolve(TOKENIZER);
    Optional<Tokenizer> tokenizer = Optional.empty();
    if (Files.exists(file) && numbers.isPresent()) {
      JsonValue json = JsonValue.read(file);
      int size = numbers.get().vocabulary();
      tokenizer =
          opening.attempt(
              () -> Tokenizer.of(new HuggingFaceTokenizer(file, json, config, size).described()));
    }
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    return opening.model(name, numbers, weights, tokenizer, chatTemplate());
  }

  /// {@return the template in a file of its own, as newer folders have it, or in the tokenizer's settings; of several
  /// the one that is for all uses}
  private Optional<String> chatTemplate() throws IOException {
    Path own = folder.resolve(CHAT_TEMPLATE);
    if (Files.exists(own)) {
      try {
        return Optional.of(Files.readString(own));
      } catch (CharacterCodingException e) {
        throw new MalformedException("%s: expected a text in UTF-8".formatted(own));
      }
    }
    Path settings = folder.resolve(TOKENIZER_SETTINGS);
    if (!Files.exists(settings)) {
      return Optional.empty();
    }
    Optional<JsonValue> said = JsonValue.read(settings).find("chat_template");
    if (said.isEmpty() || !said.get().isArray()) {
      return said.map(JsonValue::text);
    }
    return said.get().list().stream()
        .filter(each -> each.get("name").text().equals("default"))
        .map(each -> each.get("template").text())
        .findFirst();
  }

  private Map<String, Tensor> weights() throws IOException {
    Path one = folder.resolve(WEIGHTS);
    Path index = folder.resolve(INDEX);
    if (!Files.exists(one) && !Files.exists(index)) {
      throw new MalformedException("%s: neither %s nor %s".formatted(folder, WEIGHTS, INDEX));
    }
    Map<String, Tensor> read =
        Files.exists(one) ? Safetensors.read(one) : Safetensors.readIndex(index);
    boolean isTied = opening.attempt(() -> flag("tie_word_embeddings")).orElse(false);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    read.forEach(
        (name, tensor) -> {
          String ours = name(name);
          if (!name.endsWith(SPEEDS) && !(isTied && ours.equals(Weights.OUTPUT))) {
            weights.put(ours, tensor);
          }
        });
    return weights;
  }

  /// {@return GGUF's name of a tensor; the same one if it has none}
  private static String name(String name) {
    Matcher inLayer = IN_LAYER.matcher(name);
    if (!inLayer.matches()) {
      return NAMES.getOrDefault(name, name);
    }
    String part = NAMES_IN_LAYERS.get(inLayer.group(2));
    return part == null ? name : Weights.name(Integer.parseInt(inLayer.group(1)), part);
  }

  private Architecture family() {
    String type = config.get("model_type").text();
    Architecture family = FAMILIES.get(type);
    if (family == null) {
      throw new IllegalArgumentException(
          "architecture %s, which we do not have; expected is one of %s"
              .formatted(
                  Names.shown(type), Names.list(FAMILIES.keySet().stream().sorted().toList())));
    }
    return family;
  }

  private Optional<Hyperparameters> numbers(Architecture family) {
    Optional<Integer> width = needed("hidden_size");
    Optional<Integer> layers = needed("num_hidden_layers");
    Optional<Integer> heads = needed("num_attention_heads");
    Optional<Integer> feedForward = needed("intermediate_size");
    Optional<Integer> context = needed("max_position_embeddings");
    Optional<Integer> vocabulary = needed("vocab_size");
    Optional<Float> epsilon = opening.attempt(() -> (float) config.get("rms_norm_eps").real());
    opening.attempt(this::requireKnownFunctions);
    if (width.isEmpty()
        || layers.isEmpty()
        || heads.isEmpty()
        || feedForward.isEmpty()
        || context.isEmpty()
        || vocabulary.isEmpty()
        || epsilon.isEmpty()) {
      return Optional.empty();
    }
    return opening.attempt(
        () -> {
          if (config.find("head_dim").isEmpty() && width.get() % Math.max(1, heads.get()) != 0) {
            throw new IllegalArgumentException(
                "a width of %d is no multiple of %d heads".formatted(width.get(), heads.get()));
          }
          int headWidth = whole("head_dim", width.get() / Math.max(1, heads.get()));
          return new Hyperparameters(
              family,
              width.get(),
              layers.get(),
              heads.get(),
              whole("num_key_value_heads", heads.get()),
              headWidth,
              feedForward.get(),
              context.get(),
              vocabulary.get(),
              epsilon.get(),
              rope(headWidth, context.get()),
              window(family, layers.get()));
        });
  }

  /// What would make another function of the same weights.
  private boolean requireKnownFunctions() {
    String act = config.find("hidden_act").map(JsonValue::text).orElse("silu");
    if (!act.equals("silu")) {
      opening.problem(Reason.Kind.USE, "hidden_act: expected silu, found " + Names.shown(act));
    }
    if (config.find("quantization_config").isPresent()) {
      opening.problem(
          Reason.Kind.USE,
          "quantization_config: weights that a program of its own has packed; expected floats");
    }
    return true;
  }

  /// Mistral's models look back so far in every layer. Qwen's do so where it is asked for, from some layer on.
  private int window(Architecture family, int layers) {
    int window = whole("sliding_window", 0);
    if (family == Architecture.LLAMA) {
      return window;
    }
    if (window == 0 || !flag("use_sliding_window")) {
      return 0;
    }
    int first = whole("max_window_layers", layers);
    if (first > 0 && first < layers) {
      throw new IllegalArgumentException(
          "a sliding window from layer %d of %d on, but not before".formatted(first, layers));
    }
    return first == 0 ? window : 0;
  }

  private Rope rope(int headWidth, int context) {
    JsonValue scaling =
        config.find("rope_parameters").or(() -> config.find("rope_scaling")).orElse(null);
    double share = config.find("partial_rotary_factor").map(JsonValue::real).orElse(1.0);
    Optional<JsonValue> base =
        Optional.ofNullable(scaling)
            .flatMap(known -> known.find("rope_theta"))
            .or(() -> config.find("rope_theta"));
    return new Rope(
        (int) (headWidth * share),
        (float) (double) base.map(JsonValue::real).orElse(10_000.0),
        Rope.Style.NEOX,
        scaling == null ? new Rope.Scaling.None() : scaling(scaling, context));
  }

  private Rope.Scaling scaling(JsonValue scaling, int context) {
    String type =
        scaling
            .find("rope_type")
            .or(() -> scaling.find("type"))
            .map(JsonValue::text)
            .orElse("default");
    int original =
        scaling
            .find("original_max_position_embeddings")
            .or(() -> config.find("original_max_position_embeddings"))
            .map(value -> opening.whole("original_max_position_embeddings", value.whole()))
            .orElse(context);
    return switch (type) {
      case "default" -> new Rope.Scaling.None();
      case "linear" -> new Rope.Scaling.Linear(scaling.get("factor").real());
      case "llama3" ->
          new Rope.Scaling.Llama3(
              scaling.get("factor").real(),
              scaling.get("low_freq_factor").real(),
              scaling.get("high_freq_factor").real(),
              original);
      case "yarn" -> yarn(scaling, original);
      case "longrope", "su" -> longRope(scaling, original, context);
      default ->
          throw scaling.malformed(
              "scaling of the rotation %s, which we do not have; expected is default, linear, llama3, yarn or longrope"
                  .formatted(Names.shown(type)));
    };
  }

  private static Rope.Scaling yarn(JsonValue scaling, int original) {
    for (String key : List.of("mscale", "mscale_all_dim", "truncate")) {
      if (scaling.find(key).isPresent()) {
        throw scaling.malformed("key %s, which we do not have".formatted(key));
      }
    }
    double factor = scaling.get("factor").real();
    return new Rope.Scaling.Yarn(
        factor,
        original,
        scaling
            .find("attention_factor")
            .map(JsonValue::real)
            .orElseGet(() -> RopeTable.yarnAttention(factor)),
        1,
        scaling.find("beta_fast").map(JsonValue::real).orElse(32.0),
        scaling.find("beta_slow").map(JsonValue::real).orElse(1.0));
  }

  private static Rope.Scaling longRope(JsonValue scaling, int original, int context) {
    double factor = scaling.find("factor").map(JsonValue::real).orElse((double) context / original);
    return new Rope.Scaling.LongRope(
        floats(scaling.get("short_factor")),
        floats(scaling.get("long_factor")),
        original,
        scaling
            .find("attention_factor")
            .map(JsonValue::real)
            .orElseGet(() -> RopeTable.longRopeAttention(factor, original)));
  }

  private static List<Float> floats(JsonValue list) {
    List<Float> floats = new ArrayList<>();
    list.list().forEach(each -> floats.add((float) each.real()));
    return floats;
  }

  private boolean flag(String key) {
    return config.find(key).map(JsonValue::flag).orElse(false);
  }

  private Optional<Integer> needed(String key) {
    return opening.attempt(() -> opening.whole(key, config.get(key).whole()));
  }

  private int whole(String key, int otherwise) {
    return config.find(key).map(value -> opening.whole(key, value.whole())).orElse(otherwise);
  }
}
