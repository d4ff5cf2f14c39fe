package opml.cli.command.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import opml.cli.command.market.Download.RefusedException;
import opml.cli.command.market.Download.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {
  private static final int MAX = 100_000;
  private static final int BYTES_PER_SECOND = 1_000;

  /// Nobody else waits, and there is room.
  private static final Download.Watch ALONE =
      new Download.Watch() {
        @Override
        public void grows(long bytes) {
          // There is room.
        }

        @Override
        public boolean givesWay(Duration taken) {
          return false;
        }
      };

  @TempDir Path folder;

  private FileServer server;
  private Path file;

  @BeforeEach
  void start() throws IOException {
    server = new FileServer();
    file = folder.resolve("fetched");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aFileComesWholeAndThroughRedirections() throws Exception {
    byte[] bytes = new byte[MAX];
    Arrays.fill(bytes, (byte) 7);
    server.serve("/whole", bytes);
    server.redirect("/a", "/b");
    server.redirect("/b", server.uri("/whole"));
    for (String path : new String[] {"/whole", "/a"}) {
      download(Source.HTTP, Source.LOCAL).into(file, server.uri(path), ALONE);
      assertThat(file).hasBinaryContent(bytes);
    }
    download(Source.FILE).into(folder.resolve("copy"), file.toUri().toString(), ALONE);
    assertThat(folder.resolve("copy")).hasBinaryContent(bytes);
  }

  @Test
  void whatTheUserDidNotAllowIsNotAskedFor() {
    server.serve("/whole", new byte[10]);
    server.redirect("/file", "file:///etc/hostname");
    refused(
        download(Source.HTTP, Source.HTTPS), server.uri("/whole"), "--fetch-from https,http,local");
    refused(download(Source.HTTPS, Source.LOCAL), server.uri("/whole"), "does not allow http");
    refused(download(Source.HTTP, Source.HTTPS, Source.LOCAL), "file:///etc/hostname", "file");
    refused(download(Source.values()), server.uri("/file"), "http or https");
    for (String host :
        new String[] {
          "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "[fd00::1]", "0.0.0.0"
        }) {
      refused(download(Source.HTTP), "http://" + host + "/m", "--fetch-from https,http,local");
    }
    assertThat(server.asked("/whole")).isZero();
  }

  @Test
  void addressesThatMayLeadIntoThisNetworkAreLocal() {
    for (String host :
        new String[] {
          "[::127.0.0.1]",
          "[::ffff:127.0.0.1]",
          "[::ffff:0:127.0.0.1]",
          "[64:ff9b::7f00:1]",
          "[64:ff9b:1::7f00:1]",
          "[2001:0:1::1]",
          "[2002:7f00:1::]",
          "[fdff::1]",
          "[fe80::1]",
          "[fec0::1]",
          "[ff02::1]",
          "[::]",
          "0.1.2.3",
          "100.127.255.255",
          "127.255.255.255",
          "172.31.255.255",
          "192.0.0.1",
          "192.168.0.1",
          "198.19.255.255",
          "224.0.0.1",
          "240.0.0.1",
          "255.255.255.255"
        }) {
      refused(download(Source.HTTP), "http://" + host + "/m", "--fetch-from https,http,local");
    }
    for (String literal :
        new String[] {
          "8.8.8.8",
          "100.128.0.1",
          "126.255.255.255",
          "172.32.0.1",
          "192.0.1.1",
          "198.20.0.1",
          "223.255.255.255",
          "2001:1::1",
          "2003::1",
          "2606:4700::1"
        }) {
      assertThat(LocalAddresses.contains(InetAddress.ofLiteral(literal))).as(literal).isFalse();
    }
  }

  @Test
  void portsThatNobodyHasAreRefused() {
    for (String port : new String[] {"0", "65536", "2147483647"}) {
      refused(
          download(Source.values()), "http://127.0.0.1:" + port + "/m", "expected is 1 to 65535");
    }
  }

  @Test
  void aLookUpTakesOfTheSameTime() {
    missed(
        download(Duration.ZERO, Duration.ofSeconds(2), Source.HTTP),
        "http://nowhere.invalid/m",
        "not there after 0 s");
  }

  @Test
  void whatIsNoPlaceIsRefused() {
    for (String place :
        new String[] {
          "",
          "m.onnx",
          "ftp://example.org/m",
          "http:",
          "http://",
          "http://a b/",
          "file://x/y",
          "https://user:secret@example.org/m",
          "data:,x",
          "\n",
          "http://%zz/"
        }) {
      refused(download(Source.values()), place, "");
    }
  }

  @Test
  void endlessSlowBrokenAndAbsentFilesAreGivenUp() {
    server.serveEndlessly("/endless");
    server.serveSlowly("/slow");
    server.serveTruncated("/truncated", new byte[1_000], 2_000);
    server.serve("/large", new byte[MAX + 1]);
    server.redirect("/loop", "/loop");
    server.redirect("/nowhere", "http://a b/");
    Download download = download(Source.HTTP, Source.LOCAL, Source.FILE);
    refused(download, server.uri("/endless"), "more than 100000 bytes (--fetch-max)");
    refused(download, server.uri("/large"), "more than 100000 bytes (--fetch-max)");
    refused(download, server.uri("/loop"), "more than 5 redirections");
    refused(download, server.uri("/nowhere"), "redirection");
    missed(download, server.uri("/truncated"), "");
    missed(download, server.uri("/absent"), "HTTP status 404");
    missed(download, folder.resolve("none").toUri().toString(), "no such file");
    missed(download, "http://127.0.0.1:1/m", "");
    long begin = System.nanoTime();
    missed(
        download(Duration.ofSeconds(1), Duration.ofSeconds(20), Source.HTTP, Source.LOCAL),
        server.uri("/slow"),
        "not there after 1 s");
    missed(download, server.uri("/slow"), "came");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
  }

  @Test
  void aPlaceThatTricklesIsGivenUpLongBeforeItsTime() {
    server.serveTrickling("/trickle", Duration.ofMillis(50));
    long begin = System.nanoTime();
    missed(
        download(Duration.ofMinutes(10), Duration.ofSeconds(1), Source.HTTP, Source.LOCAL),
        server.uri("/trickle"),
        "less than 1,000 bytes a second came");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
  }

  @Test
  void aFileThatTakesLongGivesWayToOthers() {
    server.serveTrickling("/trickle", Duration.ofMillis(50));
    Download.Watch hurried =
        new Download.Watch() {
          @Override
          public void grows(long bytes) {
            // There is room.
          }

          @Override
          public boolean givesWay(Duration taken) {
            return taken.toMillis() > 500;
          }
        };
    assertThatThrownBy(
            () -> download(Source.HTTP, Source.LOCAL).into(file, server.uri("/trickle"), hurried))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(RefusedException.class)
        .hasMessageContaining("others wait");
  }

  @Test
  void aFileForWhichThereIsNoRoomIsGivenUp() {
    server.serve("/whole", new byte[MAX]);
    Download.Watch full =
        new Download.Watch() {
          @Override
          public void grows(long bytes) throws IOException {
            if (bytes > MAX / 2) {
              throw new IOException("full");
            }
          }

          @Override
          public boolean givesWay(Duration taken) {
            return false;
          }
        };
    assertThatThrownBy(
            () -> download(Source.HTTP, Source.LOCAL).into(file, server.uri("/whole"), full))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("full");
    assertThat(file).satisfies(there -> assertThat(Files.size(there)).isLessThan(MAX));
  }

  @Test
  void aFileOfThisMachineIsBoundedToo() throws IOException {
    Path large = Files.write(folder.resolve("large"), new byte[MAX + 1]);
    refused(download(Source.FILE), large.toUri().toString(), "--fetch-max");
    missed(download(Source.FILE), folder.toUri().toString(), "no such file");
  }

  private static Download download(Source... sources) {
    return download(Duration.ofSeconds(20), Duration.ofSeconds(2), sources);
  }

  private static Download download(Duration whole, Duration silence, Source... sources) {
    return new Download(
        Set.of(sources), MAX, new Download.Patience(whole, silence, BYTES_PER_SECOND));
  }

  private void refused(Download download, String place, String why) {
    assertThatThrownBy(() -> download.into(file, place, ALONE))
        .as(place)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(why);
  }

  private void missed(Download download, String place, String why) {
    assertThatThrownBy(() -> download.into(file, place, ALONE))
        .as(place)
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(RefusedException.class)
        .hasMessageContaining(why);
  }
}
