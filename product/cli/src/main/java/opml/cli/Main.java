package opml.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import opml.cli.console.ExitCode;
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
    int code = Cli.run(out, err, arguments);
    if (out.checkError() && code == ExitCode.OK) {
      // A full disk, or a reader that went away: what was asked for did not arrive.
      err.println("opml: cannot write to standard output");
      err.flush();
      code = ExitCode.FAILED;
    }
    deadline.exit(code);
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
