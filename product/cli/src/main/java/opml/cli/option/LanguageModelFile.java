package opml.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.formats.file.FileKind;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.tokenizer.Tokenizer;

/// Opens the files of language models.
public final class LanguageModelFile {
  private LanguageModelFile() {}

  /// {@return whether there is a language model at a place, as far as its first bytes tell}
  ///
  /// @throws Failure if it cannot be read
  public static boolean isOne(Path file) {
    if (Files.isDirectory(file)) {
      return true;
    }
    try {
      return switch (FileKind.of(file)) {
        case GGUF, LLAMA2C, SAFETENSORS -> true;
        case ONNX, TFLITE, PYTORCH, PICKLE, HDF5, NUMPY, ZIP, GZIP, TAR, LFS, HTML, TEXT, EMPTY ->
            false;
      };
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }

  /// {@return the language model in a file, or in a folder as Hugging Face's are}
  ///
  /// @param tokenizer of a llama2.c checkpoint, where it does not lie beside it
  /// @throws Failure if it cannot be read
  /// @throws opml.core.codec.MalformedException if it is no language model
  /// @throws opml.formats.refusal.ImportException if it is one that we cannot run
  public static LanguageModel open(Path file, Optional<Path> tokenizer) {
    try {
      return tokenizer.isPresent()
          ? LanguageModels.open(file, tokenizer.get())
          : LanguageModels.open(file);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }

  /// {@return the tokenizer of a model}
  ///
  /// @throws Failure if it has none
  public static Tokenizer tokenizer(Path file, LanguageModel model) {
    return model
        .tokenizer()
        .orElseThrow(
            () ->
                Failure.misuse(
                    "%s: there is no tokenizer in it or beside it; --tokenizer FILE names one"
                        .formatted(file)));
  }

  /// {@return the tokens of a prompt, as all commands make them: what a text begins with first, and control tokens
  /// where the prompt has their texts}
  ///
  /// @param name what errors call it
  /// @throws Failure if there are none
  public static int[] tokens(Tokenizer tokenizer, String prompt, String name) {
    int[] tokens = tokenizer.encode(prompt, true, true);
    if (tokens.length > 0) {
      return tokens;
    }
    return new int[] {
      tokenizer
          .begin()
          .orElseThrow(
              () ->
                  new Failure(
                      name + ": it has no tokens, and the model no token that a text begins with"))
    };
  }
}
