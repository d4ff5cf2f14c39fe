package opml.llm.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.formats.file.FileKind;
import opml.formats.gguf.GgufFile;
import opml.formats.gguf.GgufReader;
import opml.formats.gguf.GgufValue;
import opml.formats.llama2c.Llama2cFile;
import opml.formats.llama2c.Llama2cReader;
import opml.formats.llama2c.Llama2cTokenizer;
import opml.formats.refusal.ImportException;

/// Opens language models, of whatever format: their first bytes tell.
///
/// The numbers, the tokenizer and the place of every weight are read and checked; the weights themselves stay in the
/// file, but for small ones.
public final class LanguageModels {
  private LanguageModels() {}

  /// {@return the model in a file, of a model that is split into files in any of them; or in a folder as Hugging Face's
  /// are}
  ///
  /// A llama2.c checkpoint has its tokenizer behind the weights, or in a file beside it: `tokenizer.bin`, or
  /// `tok512.bin` for a vocabulary of 512.
  ///
  /// @throws IOException if it cannot be read
  /// @throws MalformedException if it is no model file, or is not whole
  /// @throws ImportException if it is one that we cannot run; it tells every reason
  public static LanguageModel open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      return HuggingFaceModel.open(file);
    }
    FileKind kind = FileKind.of(file);
    return switch (kind) {
      case GGUF -> new GgufModel(GgufReader.read(file)).model();
      case LLAMA2C -> {
        Llama2cFile checkpoint = Llama2cReader.read(file);
        yield Llama2cModel.of(checkpoint, tokenizer(file, checkpoint));
      }
      case SAFETENSORS ->
          throw new MalformedException(
              "%s: a safetensors file has weights alone; open the folder that it is in"
                  .formatted(file));
      case ONNX, TFLITE, PYTORCH, PICKLE, HDF5, NUMPY, ZIP, GZIP, TAR, LFS, HTML, TEXT, EMPTY ->
          throw new MalformedException(
              "%s: expected a language model: a GGUF file, a llama2.c checkpoint or a folder with %s; this is %s"
                  .formatted(
                      file,
                      HuggingFaceModel.CONFIG,
                      // Of an ONNX file nothing tells but that it is none of the others.
                      kind == FileKind.ONNX ? "none of them, perhaps an ONNX file" : kind.label()));
    };
  }

  /// {@return the model in a file that comes from a stranger, in which it is as a whole} What lies beside the file is
  /// ours, and is not looked at.
  ///
  /// @param mostTokens of its vocabulary, and half as many as there may be strings in a list of the file: a few bytes
  ///     there are a few hundred in memory
  /// @throws IOException if it cannot be read
  /// @throws MalformedException if it is no file of a whole model, or has more tokens
  /// @throws ImportException if it is one that we cannot run; it tells every reason
  public static LanguageModel openAlone(Path file, int mostTokens) throws IOException {
    FileKind kind = FileKind.of(file);
    LanguageModel model =
        switch (kind) {
          case GGUF -> {
            GgufFile whole = GgufReader.readWhole(file);
            requireShortLists(whole, 2 * mostTokens);
            yield new GgufModel(whole).model();
          }
          case LLAMA2C -> {
            Llama2cFile checkpoint = Llama2cReader.read(file);
            yield Llama2cModel.of(checkpoint, checkpoint.tokenizer());
          }
          default ->
              throw new MalformedException(
                  "%s: expected a GGUF file or a llama2.c checkpoint; this is %s"
                      .formatted(file, kind.label()));
        };
    int tokens = model.hyperparameters().vocabulary();
    if (tokens > mostTokens) {
      throw new MalformedException(
          "%s: %,d tokens, expected at most %,d".formatted(file, tokens, mostTokens));
    }
    return model;
  }

  private static void requireShortLists(GgufFile file, int most) {
    file.metadata()
        .forEach(
            (key, value) -> {
              if (value instanceof GgufValue.Texts(List<String> texts) && texts.size() > most) {
                throw new MalformedException(
                    "%s: %,d strings in %s, expected at most %,d"
                        .formatted(file.name(), texts.size(), Names.shown(key), most));
              }
            });
  }

  /// {@return the llama2.c checkpoint in a file, with its tokenizer in another one}
  ///
  /// @throws IOException if one of them cannot be read
  /// @throws MalformedException if one of them is something else, or both do not belong together
  /// @throws ImportException if it is a model that we cannot run
  public static LanguageModel open(Path file, Path tokenizer) throws IOException {
    FileKind kind = FileKind.of(file);
    if (kind != FileKind.LLAMA2C) {
      throw new MalformedException(
          "%s: only a llama2.c checkpoint has a tokenizer in another file; this is %s"
              .formatted(file, kind.label()));
    }
    Llama2cFile checkpoint = Llama2cReader.read(file);
    int vocabulary = checkpoint.header().vocabulary();
    return Llama2cModel.of(checkpoint, Optional.of(Llama2cTokenizer.read(tokenizer, vocabulary)));
  }

  private static Optional<Llama2cTokenizer> tokenizer(Path file, Llama2cFile checkpoint)
      throws IOException {
    if (checkpoint.tokenizer().isPresent()) {
      return checkpoint.tokenizer();
    }
    int vocabulary = checkpoint.header().vocabulary();
    for (String name : List.of("tokenizer.bin", "tok%d.bin".formatted(vocabulary))) {
      Path beside = file.resolveSibling(name);
      if (Files.exists(beside)) {
        return Optional.of(Llama2cTokenizer.read(beside, vocabulary));
      }
    }
    return Optional.empty();
  }

  /// {@return a file's name without its folder and its ending}
  static String stem(String file) {
    String name = Path.of(file).toAbsolutePath().getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
