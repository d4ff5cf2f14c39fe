package opml.lab.bench.llm;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import opml.core.codec.MalformedException;
import opml.engine.tensor.Tensor;
import opml.formats.llama2c.Llama2cFile;
import opml.formats.llama2c.Llama2cHeader;
import opml.formats.llama2c.Llama2cReader;
import opml.formats.llama2c.Llama2cTokenizer;

/// A llama2.c checkpoint as a GGUF file, since llama.cpp reads no other ones.
final class StoriesFile {
  private static final int BLOCK = 1 << 20;

  private StoriesFile() {}

  /// Writes a checkpoint's numbers, vocabulary and weights into a GGUF file.
  ///
  /// @param name of the model
  /// @param tokenizer the file of the vocabulary, for a checkpoint that has none behind its weights
  static void write(Path file, String name, Path checkpoint, Path tokenizer) throws IOException {
    Llama2cFile read = Llama2cReader.read(checkpoint);
    Llama2cHeader header = read.header();
    Llama2cTokenizer vocabulary =
        read.tokenizer().isPresent()
            ? read.tokenizer().get()
            : Llama2cTokenizer.read(tokenizer, header.vocabulary());
    GgufOutput out = new GgufOutput();
    LlamaKeys.numbers(
        out,
        new LlamaShape(
            name,
            header.width(),
            header.feedForward(),
            header.layers(),
            header.heads(),
            header.kvHeads(),
            header.vocabulary(),
            header.context()));
    LlamaKeys.vocabulary(out, vocabulary.pieces(), vocabulary.scores());
    for (var entry : read.tensors().entrySet()) {
      Tensor tensor = entry.getValue();
      if (!GgufOutput.writes(tensor.type())) {
        throw new MalformedException(
            "%s: expected weights of f32, found %s of %s"
                .formatted(checkpoint, entry.getKey(), tensor.type().label()));
      }
      out.tensor(
          entry.getKey(),
          tensor.type(),
          tensor.shape().dims(),
          to -> {
            byte[] block = new byte[BLOCK];
            MemorySegment data = tensor.data();
            for (long at = 0; at < data.byteSize(); at += BLOCK) {
              int some = (int) Math.min(BLOCK, data.byteSize() - at);
              MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, block, 0, some);
              to.write(block, 0, some);
            }
          });
    }
    out.write(file);
  }
}
