package opml.lab.bench.llm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.llama2c.Llama2cFile;
import opml.formats.llama2c.Llama2cHeader;
import opml.formats.llama2c.Llama2cReader;
import opml.kernels.catalog.KernelCatalog;

/// One model as GGUF files with weights of every type: a matrix whose rows are no whole blocks stays as it is. Types
/// with blocks of 256 elements get a model of chance, since small models have no rows of such lengths.
public final class TypedFiles {
  private static final LlamaShape WIDE = new LlamaShape("wide", 256, 512, 2, 8, 2, 512, 128);

  private TypedFiles() {}

  /// A file with weights of a type.
  public record TypedFile(ElementType type, Path file) {}

  /// Writes the files.
  ///
  /// @param checkpoint of llama2.c, whose weights are f32
  public static List<TypedFile> write(Path folder, Path checkpoint) throws IOException {
    Llama2cFile read = Llama2cReader.read(checkpoint);
    boolean isF32 =
        read.tensors().values().stream().allMatch(tensor -> tensor.type() == ElementType.F32);
    if (!isF32) {
      throw new MalformedException(checkpoint + ": expected weights of f32");
    }
    List<TypedFile> files = new ArrayList<>();
    for (ElementType type : ElementType.values()) {
      if (GgufOutput.writes(type) && isComputed(type)) {
        Path file = folder.resolve(type.label() + ".gguf");
        if (BlockWriter.writes(type)) {
          write(file, read, type);
        } else {
          SyntheticModel.write(file, WIDE, type, 1);
        }
        files.add(new TypedFile(type, file));
      }
    }
    return files;
  }

  private static boolean isComputed(ElementType type) {
    String kernel = "linear." + type.label().replace("_", "");
    return KernelCatalog.all().stream().anyMatch(each -> each.name().equals(kernel));
  }

  private static void write(Path file, Llama2cFile read, ElementType type) throws IOException {
    Llama2cHeader header = read.header();
    LlamaShape shape =
        new LlamaShape(
            "small-" + type.label(),
            header.width(),
            header.feedForward(),
            header.layers(),
            header.heads(),
            header.kvHeads(),
            header.vocabulary(),
            header.context());
    GgufOutput out = new GgufOutput();
    LlamaKeys.numbers(out, shape);
    // The texts of the tokens count for nothing here.
    List<String> pieces =
        Stream.iterate(0, id -> id + 1).limit(shape.vocabulary()).map(LlamaKeys::piece).toList();
    LlamaKeys.vocabulary(out, pieces, pieces.stream().map(_ -> 0f).toList());
    for (var entry : read.tensors().entrySet()) {
      Tensor tensor = entry.getValue();
      List<Integer> dims = tensor.shape().dims();
      int columns = dims.getLast();
      boolean fits = dims.size() == 2 && columns % type.blockElements() == 0;
      ElementType own = fits ? type : ElementType.F32;
      out.tensor(
          entry.getKey(),
          own,
          dims,
          to -> {
            float[] values = tensor.floats();
            float[] row = new float[columns];
            for (int from = 0; from < values.length; from += columns) {
              System.arraycopy(values, from, row, 0, columns);
              to.write(BlockWriter.row(own, row));
            }
          });
    }
    out.write(file);
  }
}
