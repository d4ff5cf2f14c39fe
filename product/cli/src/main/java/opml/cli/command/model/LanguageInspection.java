package opml.cli.command.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import opml.cli.console.Amounts;
import opml.cli.console.Json;
import opml.cli.console.Table;
import opml.cli.option.LanguageAnswers;
import opml.cli.option.TextOptions;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.engine.commit.ModelDescriptor;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.llm.forward.TextLimits;
import opml.llm.model.Hyperparameters;
import opml.llm.model.LanguageModel;
import opml.llm.model.Rope;
import opml.llm.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;

/// What a language model's file has, and what the chain knows of it: a summary, since its graph has thousands of nodes,
/// all of a few kinds.
///
/// @param mostSteps instructions of a node, at most
/// @param memDepth of the largest node's memory
record LanguageInspection(
    LanguageModel language,
    TextLimits limits,
    Model model,
    Map<ElementType, Weighed> types,
    long mostSteps,
    int memDepth) {
  /// The tensors of a type, all together.
  record Weighed(int tensors, long elements, long bytes) {
    static Weighed of(Tensor tensor) {
      return new Weighed(1, tensor.shape().count(), Tensor.byteSize(tensor.type(), tensor.shape()));
    }

    Weighed plus(Weighed other) {
      return new Weighed(tensors + other.tensors, elements + other.elements, bytes + other.bytes);
    }
  }

  static LanguageInspection of(LanguageAnswers answers, Model model) {
    Map<ElementType, Weighed> types = new TreeMap<>();
    answers
        .language()
        .weights()
        .tensors()
        .values()
        .forEach(tensor -> types.merge(tensor.type(), Weighed.of(tensor), Weighed::plus));
    long most = 0;
    int depth = 0;
    for (CommittedNode node : model.kinds()) {
      most = Math.max(most, node.steps());
      depth = Math.max(depth, node.descriptor().memDepth());
    }
    return new LanguageInspection(answers.language(), answers.limits(), model, types, most, depth);
  }

  private long memoryBytes() {
    return 32L << memDepth;
  }

  private Weighed all() {
    return types.values().stream().reduce(new Weighed(0, 0, 0), Weighed::plus);
  }

  @Override
  public String toString() {
    Hyperparameters numbers = language.hyperparameters();
    Table facts =
        new Table("model", language.name())
            .row("architecture", numbers.architecture().label())
            .row("layers", Amounts.count(numbers.layers()))
            .row("width", Amounts.count(numbers.width()))
            .row(
                "heads",
                "%,d of width %,d, over %,d of keys and values"
                    .formatted(numbers.heads(), numbers.headWidth(), numbers.kvHeads()))
            .row("feed-forward", Amounts.count(numbers.feedForward()))
            .row("trained for", Amounts.count(numbers.context(), "token"))
            .row("vocabulary", Amounts.count(numbers.vocabulary(), "token"))
            .row("tokenizer", language.tokenizer().map(LanguageInspection::words).orElse("none"))
            .row("rotation", words(numbers.rope()));
    if (numbers.slidingWindow() > 0) {
      facts.row("sliding window", Amounts.count(numbers.slidingWindow(), "token"));
    }
    Table weights = new Table("weights", "tensors", "elements", "bytes");
    types.forEach((type, some) -> row(weights, type.label(), some));
    row(weights, "all", all());
    ModelDescriptor descriptor = model.descriptor();
    Table chain =
        new Table("on chain", model.id().toString())
            .row("context", Amounts.count(limits.context(), "token"))
            .row("answer", "at most " + Amounts.count(limits.capacity(), "token"))
            .row("keys and values", TextOptions.label(limits.cacheType()))
            .row("request", Amounts.count(descriptor.inputBytes()) + " B")
            .row("answer's tape", Amounts.count(descriptor.outputBytes()) + " B")
            .row("nodes", Amounts.count(model.nodes().size()))
            .row("slots", Amounts.count(model.graph().slots().size()))
            .row("level-0 steps", Amounts.count(descriptor.steps()))
            .row("most steps of a node", Amounts.count(mostSteps))
            .row("largest node's memory", "2^%d B".formatted(memDepth + 5));
    return facts
        + "\n"
        + weights
        + "\n"
        + chain
        + "\nThe id follows from the file, --context, --answer, --cache-type and --lora: whoever serves or checks"
        + " the model gives the same.";
  }

  private static void row(Table table, String name, Weighed some) {
    table.row(
        name,
        Amounts.count(some.tensors()),
        Amounts.count(some.elements()),
        Amounts.count(some.bytes()));
  }

  private static String words(Tokenizer tokenizer) {
    String ends =
        tokenizer.endsOfGeneration().stream()
            .map(id -> "%d (%s)".formatted(id, tokenizer.text(id)))
            .collect(Collectors.joining(", "));
    return "%s, %s"
        .formatted(
            Amounts.count(tokenizer.size(), "token"),
            ends.isEmpty() ? "none ends an answer" : "an answer ends with " + ends);
  }

  private static String words(Rope rope) {
    String scaling =
        switch (rope.scaling()) {
          case Rope.Scaling.None _ -> "";
          case Rope.Scaling.Linear(double factor) -> ", linear by %s".formatted(factor);
          case Rope.Scaling.Yarn yarn -> ", YaRN by %s".formatted(yarn.factor());
          case Rope.Scaling.Llama3 llama -> ", Llama 3's by %s".formatted(llama.factor());
          case Rope.Scaling.Divisors _ -> ", divisors of its own";
          case Rope.Scaling.LongRope _ -> ", LongRoPE";
        };
    return "%d dimensions, base %s%s".formatted(rope.dimensions(), rope.base(), scaling);
  }

  Map<String, @Nullable Object> object() {
    Hyperparameters numbers = language.hyperparameters();
    ModelDescriptor descriptor = model.descriptor();
    List<Object> weights = new ArrayList<>();
    types.forEach(
        (type, some) ->
            weights.add(
                Json.object(
                    "type", type.label(),
                    "tensors", some.tensors(),
                    "elements", some.elements(),
                    "bytes", some.bytes())));
    Optional<Tokenizer> tokenizer = language.tokenizer();
    return Json.object(
        "model", model.id(),
        "name", language.name(),
        "architecture", numbers.architecture().label(),
        "layers", numbers.layers(),
        "width", numbers.width(),
        "heads", numbers.heads(),
        "kvHeads", numbers.kvHeads(),
        "headWidth", numbers.headWidth(),
        "feedForward", numbers.feedForward(),
        "trainedContext", numbers.context(),
        "vocabulary", numbers.vocabulary(),
        "slidingWindow", numbers.slidingWindow(),
        "endTokens", tokenizer.map(known -> List.copyOf(known.endsOfGeneration())),
        "rotation", words(numbers.rope()),
        "weights", weights,
        "context", limits.context(),
        "answer", limits.capacity(),
        "cacheType", TextOptions.label(limits.cacheType()),
        "inputBytes", descriptor.inputBytes(),
        "outputBytes", descriptor.outputBytes(),
        "nodes", model.nodes().size(),
        "slots", model.graph().slots().size(),
        "steps", descriptor.steps(),
        "stepsBoundOfNode", mostSteps,
        "memoryBytesOfNode", memoryBytes(),
        "slotsRoot", descriptor.initialSlotsRoot(),
        "graphRoot", descriptor.graphRoot());
  }
}
