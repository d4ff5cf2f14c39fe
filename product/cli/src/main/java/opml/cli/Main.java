package opml.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import opml.ethereum.devchain.AnvilBinary;
import org.jspecify.annotations.Nullable;

/// What the launcher `./opml` starts. The system property `opml.home` is the repository's folder, where the pinned
/// tools are.
public final class Main {
  private static final String HOME_PROPERTY = "opml.home";

  private Main() {}

  public static void main(String[] arguments) {
    ExitDeadline deadline = ExitDeadline.install();
    @Nullable String home = System.getProperty(HOME_PROPERTY);
    if (home != null && System.getProperty(AnvilBinary.CONTRACTS_PROPERTY) == null) {
      System.setProperty(
          AnvilBinary.CONTRACTS_PROPERTY, Path.of(home).resolve("contracts").toString());
    }
    PrintWriter out = writer(FileDescriptor.out);
    PrintWriter err = writer(FileDescriptor.err);
    deadline.exit(Cli.run(out, err, arguments));
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
