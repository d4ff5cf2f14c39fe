package opml.formats.llama2c;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import opml.engine.tensor.Tensor;

/// A checkpoint: its numbers, and its weights, whose bytes stay in the file until they are asked for.
///
/// @param name what errors call it
/// @param tensors by the names that GGUF files have for them
/// @param tokenizer what a file has behind its model
public record Llama2cFile(
    String name,
    Llama2cHeader header,
    Map<String, Tensor> tensors,
    Optional<Llama2cTokenizer> tokenizer) {
  public Llama2cFile {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }
}
