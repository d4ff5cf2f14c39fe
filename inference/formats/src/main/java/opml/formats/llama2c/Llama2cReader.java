package opml.formats.llama2c;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.StoredBytes;
import opml.engine.tensor.Tensor;
import opml.formats.file.ByteSource;
import opml.formats.file.FileBytes;

/// Reads a checkpoint: the header says how many weights there are, and the order says which.
public final class Llama2cReader {
  private final ByteSource source;
  private final Llama2cHeader header;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private long at;

  /// A weight, as a file has it for all layers together.
  ///
  /// @param part of the name that it has in a layer
  private record Weight(String part, int... dims) {}

  private Llama2cReader(ByteSource source, Llama2cHeader header) {
    this.source = source;
    this.header = header;
    this.at = header.bytes();
  }

  /// {@return the checkpoint in a file}
  ///
  /// @throws MalformedException if it is none, or does not end where its numbers say
  /// @throws IOException if it cannot be read
  public static Llama2cFile read(Path file) throws IOException {
    try (FileBytes source = FileBytes.of(file.toString(), file)) {
      return read(source);
    }
  }

  /// {@return the checkpoint in a source}
  public static Llama2cFile read(ByteSource source) throws IOException {
    byte[] head = new byte[(int) Math.min(Llama2cHeader.MOST_BYTES, source.size())];
    source.read(0, MemorySegment.ofArray(head));
    Llama2cHeader header =
        Llama2cHeader.of(head)
            .orElseThrow(
                () -> new MalformedException(source.name() + ": not a llama2.c checkpoint"));
    return new Llama2cReader(source, header).file();
  }

  private Llama2cFile file() throws IOException {
    int width = header.width();
    int kvWidth = header.kvHeads() * header.headWidth();
    Weight embedding = new Weight("token_embd", header.vocabulary(), width);
    Weight classifier = new Weight("output", header.vocabulary(), width);
    Weight attentionNorm = new Weight("attn_norm", width);
    Weight feedForwardNorm = new Weight("ffn_norm", width);
    Weight lastNorm = new Weight("output_norm", width);
    List<Weight> attention =
        List.of(
            new Weight("attn_q", width, width),
            new Weight("attn_k", kvWidth, width),
            new Weight("attn_v", kvWidth, width),
            new Weight("attn_output", width, width));
    List<Weight> feedForward =
        List.of(
            new Weight("ffn_gate", header.feedForward(), width),
            new Weight("ffn_down", width, header.feedForward()),
            new Weight("ffn_up", header.feedForward(), width));
    if (header.version() == 0) {
      floats(embedding);
      floatsOfLayers(attentionNorm);
      attention.forEach(this::floatsOfLayers);
      floatsOfLayers(feedForwardNorm);
      feedForward.forEach(this::floatsOfLayers);
      floats(lastNorm);
      // The angles of positions: they follow from the numbers, and old files still have them.
      at += (long) header.context() * header.headWidth() * Float.BYTES;
    } else {
      floatsOfLayers(attentionNorm);
      floatsOfLayers(feedForwardNorm);
      floats(lastNorm);
      matrix(embedding, name(embedding));
      attention.forEach(this::matrices);
      feedForward.forEach(this::matrices);
    }
    if (!header.sharesClassifier()) {
      matrix(classifier, name(classifier));
    }
    requireAll(at);
    return new Llama2cFile(source.name(), header, tensors, tokenizer());
  }

  private Optional<Llama2cTokenizer> tokenizer() throws IOException {
    return at == source.size()
        ? Optional.empty()
        : Optional.of(Llama2cTokenizer.read(source, at, header.vocabulary()));
  }

  private void floatsOfLayers(Weight weight) {
    for (int layer = 0; layer < header.layers(); layer++) {
      floats(weight, name(weight, layer));
    }
  }

  private void floats(Weight weight) {
    floats(weight, name(weight));
  }

  private void floats(Weight weight, String name) {
    Shape shape = shape(weight, name);
    put(name, shape, next(name, 4L * shape.count()));
  }

  private void matrices(Weight weight) {
    for (int layer = 0; layer < header.layers(); layer++) {
      matrix(weight, name(weight, layer));
    }
  }

  private void matrix(Weight weight, String name) {
    if (header.version() < 2) {
      floats(weight, name);
      return;
    }
    Shape shape = shape(weight, name);
    StoredBytes quants = next(name, shape.count());
    StoredBytes scales = next(name, 4L * (shape.count() / header.group()));
    put(name, shape, new GroupedBytes(quants, scales, header.group()));
  }

  private Shape shape(Weight weight, String name) {
    try {
      return Shape.of(weight.dims());
    } catch (IllegalArgumentException e) {
      throw new MalformedException("%s: %s: %s".formatted(source.name(), name, e.getMessage()));
    }
  }

  private void put(String name, Shape shape, StoredBytes bytes) {
    tensors.put(name, Tensor.stored(ElementType.F32, shape, bytes));
  }

  private StoredBytes next(String name, long bytes) {
    requireAll(at + bytes);
    StoredBytes part = source.part(name, at, bytes);
    at += bytes;
    return part;
  }

  private void requireAll(long end) {
    if (end > source.size()) {
      throw new MalformedException(
          "%s: a llama2.c checkpoint of %d layers, width %d and %,d tokens, which is not whole: the file has %,d bytes"
              .formatted(
                  source.name(),
                  header.layers(),
                  header.width(),
                  header.vocabulary(),
                  source.size()));
    }
  }

  private static String name(Weight weight) {
    return weight.part() + ".weight";
  }

  private static String name(Weight weight, int layer) {
    return "blk.%d.%s".formatted(layer, name(weight));
  }
}
