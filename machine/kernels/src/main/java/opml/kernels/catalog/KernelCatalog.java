package opml.kernels.catalog;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import opml.kernels.operators.Activations;
import opml.kernels.operators.BlockQuantisation;
import opml.kernels.operators.BoxSelection;
import opml.kernels.operators.ByteProducts;
import opml.kernels.operators.Casts;
import opml.kernels.operators.Compaction;
import opml.kernels.operators.Convolution;
import opml.kernels.operators.ConvolutionVolumes;
import opml.kernels.operators.Determinants;
import opml.kernels.operators.DistinctSlices;
import opml.kernels.operators.Doubles;
import opml.kernels.operators.Elementwise;
import opml.kernels.operators.Indexing;
import opml.kernels.operators.IntegerProducts;
import opml.kernels.operators.Losses;
import opml.kernels.operators.Movement;
import opml.kernels.operators.Ngrams;
import opml.kernels.operators.Normalisation;
import opml.kernels.operators.Ordering;
import opml.kernels.operators.Pairs;
import opml.kernels.operators.Pooling;
import opml.kernels.operators.PoolingVolumes;
import opml.kernels.operators.Products;
import opml.kernels.operators.Quantisation;
import opml.kernels.operators.QuantisedProducts;
import opml.kernels.operators.RandomDraws;
import opml.kernels.operators.Recurrence;
import opml.kernels.operators.Reduction;
import opml.kernels.operators.Regions;
import opml.kernels.operators.Resampling;
import opml.kernels.operators.Running;
import opml.kernels.operators.Selection;
import opml.kernels.operators.State;
import opml.kernels.operators.Training;
import opml.kernels.operators.Unary;
import opml.kernels.operators.WholeNumbers;
import opml.kernels.transformer.CausalAttention;
import opml.kernels.transformer.DrySequences;
import opml.kernels.transformer.Embedding;
import opml.kernels.transformer.Linear;
import opml.kernels.transformer.LinearBlocks;
import opml.kernels.transformer.LinearKQuants;
import opml.kernels.transformer.LinearTables;
import opml.kernels.transformer.Tape;
import opml.kernels.transformer.TokenGrammar;
import opml.kernels.transformer.TokenRows;
import opml.kernels.transformer.TokenSampling;
import org.jspecify.annotations.Nullable;

/// Every kernel that comes with opml: the public methods of these classes.
public final class KernelCatalog {
  private static final List<Kernel> ALL =
      Stream.of(
              Convolution.class,
              Elementwise.class,
              Pooling.class,
              Products.class,
              Quantisation.class,
              QuantisedProducts.class,
              Selection.class,
              State.class,
              BlockQuantisation.class,
              ByteProducts.class,
              ConvolutionVolumes.class,
              Losses.class,
              Normalisation.class,
              PoolingVolumes.class,
              Recurrence.class,
              Regions.class,
              Resampling.class,
              Training.class,
              BoxSelection.class,
              Compaction.class,
              DistinctSlices.class,
              Determinants.class,
              Indexing.class,
              IntegerProducts.class,
              Movement.class,
              Ngrams.class,
              Ordering.class,
              RandomDraws.class,
              Reduction.class,
              Running.class,
              CausalAttention.class,
              Embedding.class,
              Linear.class,
              LinearBlocks.class,
              LinearKQuants.class,
              LinearTables.class,
              TokenRows.class,
              DrySequences.class,
              TokenGrammar.class,
              TokenSampling.class,
              Tape.class,
              Activations.class,
              Casts.class,
              Doubles.class,
              Pairs.class,
              Unary.class,
              WholeNumbers.class)
          .flatMap(owner -> Kernel.of(owner).stream())
          .toList();

  private static final Map<String, Kernel> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Kernel::name, Function.identity()));

  private KernelCatalog() {}

  public static List<Kernel> all() {
    return ALL;
  }

  /// {@return the kernel of that name}
  ///
  /// @throws IllegalArgumentException when there is none
  public static Kernel byName(String name) {
    @Nullable Kernel kernel = BY_NAME.get(name);
    if (kernel == null) {
      throw new IllegalArgumentException(
          "no kernel is called '%s'; there are %s"
              .formatted(name, BY_NAME.keySet().stream().sorted().toList()));
    }
    return kernel;
  }
}
