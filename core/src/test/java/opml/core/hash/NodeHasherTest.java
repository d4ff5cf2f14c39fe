package opml.core.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Vector registers and modules are a matter of the JVM's command line, so most tests here run
/// [HasherProbe] in JVMs of their own and compare what it prints.
@Timeout(120)
class NodeHasherTest {
  private static final String MODULE = "--add-modules=jdk.incubator.vector";

  /// Where the vector code loses, the trial lasts as long as it may.
  private static final String SHORT_TRIAL = "-Dopml.keccak.seconds=1";

  @Test
  void parentsAreTheHashesOfSixtyFourBytesForEveryCount() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (NodeHasher hasher : List.of(NodeHasher.scalar(), NodeHasher.settled())) {
      for (int count = 0; count <= 40; count++) {
        long[] nodes = random.longs(8L * count + 8).toArray();
        long[] before = nodes.clone();
        hasher.parents(nodes, count);
        for (int i = 0; i < count; i++) {
          assertThat(Arrays.copyOfRange(nodes, 4 * i, 4 * i + 4))
              .as("%s, parent %d of %d, seed %d", hasher.name(), i, count, seed)
              .isEqualTo(hashOf(before, 8 * i));
        }
        assertThat(Arrays.copyOfRange(nodes, 8 * count, 8 * count + 8))
            .as("what lies behind is left alone")
            .isEqualTo(Arrays.copyOfRange(before, 8 * count, 8 * count + 8));
      }
    }
  }

  @Test
  void rootsOfTreesSideBySideAreThoseOfEachAlone() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (NodeHasher hasher : List.of(NodeHasher.scalar(), NodeHasher.settled())) {
      for (int height = 0; height <= 7; height++) {
        int lanes = 4 << height;
        long[] leaves = random.longs((long) hasher.width() * lanes).toArray();
        long[] roots = leaves.clone();
        hasher.roots(roots, height, new long[leaves.length]);
        for (int tree = 0; tree < hasher.width(); tree++) {
          long[] alone = Arrays.copyOfRange(leaves, tree * lanes, (tree + 1) * lanes);
          for (int nodes = lanes / 4; nodes > 1; nodes /= 2) {
            NodeHasher.scalar().parents(alone, nodes / 2);
          }
          assertThat(Arrays.copyOfRange(roots, 4 * tree, 4 * tree + 4))
              .as("%s, tree %d of height %d, seed %d", hasher.name(), tree, height, seed)
              .isEqualTo(Arrays.copyOf(alone, 4));
        }
      }
    }
  }

  @Test
  void everyMachineHashesAlike() throws Exception {
    List<String> expected = List.of(HasherProbe.digest(NodeHasher.scalar()).toString());
    for (String forced : List.of("128", "256", "512")) {
      List<String> printed = probe("-Dopml.keccak=" + forced, MODULE);
      assertThat(printed.getFirst()).isEqualTo(Integer.parseInt(forced) / 64 + " x 64 bit");
      assertThat(printed.subList(1, 2)).as(forced).isEqualTo(expected);
    }
    for (String[] machine :
        new String[][] {
          {MODULE, "-XX:UseAVX=2"}, {MODULE, "-XX:UseAVX=0", SHORT_TRIAL}, {MODULE}
        }) {
      assertThat(probe(machine).get(1)).as(Arrays.toString(machine)).isEqualTo(expected.getFirst());
    }
  }

  @Test
  void withoutTheModuleOrWhenToldSoItIsScalar() throws Exception {
    String digest = HasherProbe.digest(NodeHasher.scalar()).toString();
    assertThat(probe()).containsExactly("scalar", digest);
    assertThat(probe("-Dopml.keccak=512")).containsExactly("scalar", digest);
    assertThat(probe("-Dopml.keccak=scalar", MODULE)).containsExactly("scalar", digest);
    assertThat(probe("-Dopml.keccak=wide", MODULE)).containsExactly("scalar", digest);
  }

  /// In a JVM that only interprets, vector code is a hundred times slower than scalar code.
  @Test
  void whatIsSlowIsNotChosen() throws Exception {
    assertThat(probe(MODULE, "-Xint", SHORT_TRIAL))
        .containsExactly("scalar", HasherProbe.digest(NodeHasher.scalar()).toString());
  }

  private static long[] hashOf(long[] lanes, int at) {
    byte[] bytes = new byte[64];
    for (int i = 0; i < 8; i++) {
      Bytes32.LANE.set(bytes, 8 * i, lanes[at + i]);
    }
    Bytes32 hash = Keccak.hash(bytes);
    return new long[] {hash.lane0(), hash.lane1(), hash.lane2(), hash.lane3()};
  }

  /// {@return the lines that the probe prints: the hasher's name, and the digest}
  private static List<String> probe(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    // UseAVX is an option of x86 only
    command.add("-XX:+IgnoreUnrecognizedVMOptions");
    command.addAll(List.of(flags));
    command.addAll(List.of("-XX:-PrintWarnings", "-cp", classPath(), HasherProbe.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<String> lines =
        process.inputReader().lines().filter(line -> !line.contains("warning")).toList();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s", command).isZero();
    return lines;
  }

  private static String classPath() {
    return location(NodeHasher.class) + File.pathSeparator + location(HasherProbe.class);
  }

  private static String location(Class<?> type) {
    return new File(type.getProtectionDomain().getCodeSource().getLocation().getPath()).getPath();
  }
}
