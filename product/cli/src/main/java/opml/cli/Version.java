package opml.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version of this software and of the Java that runs it.
final class Version implements IVersionProvider {
  private static final String RESOURCE = "/opml/cli/version.properties";

  @Override
  public String[] getVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + RESOURCE);
      }
      properties.load(in);
    }
    return new String[] {
      "opml " + properties.getProperty("version"),
      "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name")
    };
  }
}
