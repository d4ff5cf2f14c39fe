package opml.twins.x86;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// An independent assembler: `as` of GNU binutils, where it is installed.
public final class GnuAssembler {
  private GnuAssembler() {}

  /// {@return whether `as` and `objcopy` can be called}
  public static boolean isInstalled() {
    return List.of("as", "objcopy").stream()
        .allMatch(
            tool ->
                List.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":")).stream()
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool))));
  }

  /// {@return the bytes of our instructions, read as text}
  public static String hexOf(X86Code code, Path folder) throws Exception {
    Map<Integer, String> labels =
        code.labels().entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getValue,
                    entry -> entry.getKey() + ":\n",
                    String::concat,
                    TreeMap::new));
    StringBuilder text = new StringBuilder(".intel_syntax noprefix\n");
    for (X86Instruction instruction : code.instructions()) {
      text.append(labels.getOrDefault(instruction.at(), "")).append(instruction).append('\n');
    }
    Path source = Files.writeString(folder.resolve("code.s"), text);
    Path object = folder.resolve("code.o");
    Path bytes = folder.resolve("code.bin");
    call("as", "-o", object.toString(), source.toString());
    call("objcopy", "-O", "binary", "-j", ".text", object.toString(), bytes.toString());
    return HexFormat.of().formatHex(Files.readAllBytes(bytes));
  }

  private static void call(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }
}
