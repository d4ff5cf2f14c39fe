package opml.cli.option;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.llm.grammar.Grammar;
import opml.llm.grammar.GrammarException;
import picocli.CommandLine.Option;

/// What answers may be, with llama.cpp's names.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class GrammarOptions {
  private static final int MOST_BYTES = 1 << 20;
  private static final Pattern FILE_NAME = Pattern.compile("[^\\s{}:=\"]{1,255}");

  @Option(
      names = "--grammar",
      paramLabel = "GBNF",
      description =
          "What the answer may be: a grammar in llama.cpp's notation, as 'root ::= \"yes\" |"
              + " \"no\"'. Tokens that lead out of it are not chosen, with --temp 0, too.")
  private Optional<String> gbnf;

  @Option(names = "--grammar-file", paramLabel = "FILE", description = "A file of such a grammar.")
  private Optional<Path> gbnfFile;

  @Option(
      names = {"-j", "--json-schema"},
      paramLabel = "SCHEMA",
      description =
          "What the answer may be: JSON of a value that this JSON schema describes; {} for any"
              + " value.")
  private Optional<String> schema;

  @Option(
      names = {"-jf", "--json-schema-file"},
      paramLabel = "FILE",
      description = "A file of such a schema.")
  private Optional<Path> schemaFile;

  /// {@return whether anything was asked for}
  boolean isThere() {
    return asked() > 0;
  }

  private long asked() {
    return Stream.of(gbnf, gbnfFile, schema, schemaFile).filter(Optional::isPresent).count();
  }

  /// {@return what answers may be}
  ///
  /// @throws Failure if that is no grammar, there are several, or a file cannot be read
  Grammar grammar() {
    if (asked() > 1) {
      throw new Failure(
          "--grammar: expected is one of --grammar, --grammar-file, --json-schema,"
              + " --json-schema-file");
    }
    try {
      if (gbnf.isPresent() || gbnfFile.isPresent()) {
        return Grammar.ofGbnf(gbnf.orElseGet(() -> read("--grammar-file", gbnfFile.orElseThrow())));
      }
      if (schema.isPresent() || schemaFile.isPresent()) {
        return Grammar.ofJsonSchema(
            schema.orElseGet(() -> read("--json-schema-file", schemaFile.orElseThrow())));
      }
      return Grammar.ANY;
    } catch (GrammarException e) {
      String file = gbnfFile.or(() -> schemaFile).map(found -> found + ": ").orElse("--");
      String hint = hint("--grammar", gbnf).or(() -> hint("--json-schema", schema)).orElse("");
      throw new Failure(file + e.getMessage() + hint, e);
    }
  }

  /// {@return which option was meant, if what should be a grammar is called as a file is}
  private static Optional<String> hint(String option, Optional<String> given) {
    return given
        .filter(said -> FILE_NAME.matcher(said).matches())
        .map(said -> "; it looks like a file, which %s-file %s reads".formatted(option, said));
  }

  private static String read(String option, Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new Failure("%s %s: more than %,d bytes".formatted(option, file, MOST_BYTES));
      }
      byte[] bytes = Files.readAllBytes(file);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new Failure("%s %s: it is not UTF-8".formatted(option, file), e);
    } catch (IOException e) {
      throw new Failure(option + " " + Messages.at(file, e).getMessage(), e);
    }
  }
}
