package opml.lab.bench.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import opml.lab.bench.BenchException;
import opml.lab.bench.api.ApiFigures.Client;
import opml.lab.bench.checkout.Count;
import opml.lab.bench.checkout.TestReports;

/// Clients that others have made, as their makers publish them, against servers of this build: the tests of `api` run
/// them, and each has servers of its own. They are run here as tests, by Maven, since one of them is a library that is
/// there for tests alone.
final class RealClients {
  private static final String TESTS = "RealClientsTest";

  private RealClients() {}

  /// @param home a checkout
  static List<Client> run(Path home) {
    TestReports reports = TestReports.run(home, Set.of(TESTS), "-q", "-pl", ":api", "-am");
    return List.of(
        client(reports, "openai (npm)", name -> name.contains("OfNpm")),
        client(reports, "langchain4j", name -> name.startsWith("langChain4j")));
  }

  private static Client client(TestReports reports, String name, Predicate<String> isItsTest) {
    Count count =
        reports.count(test -> test.simpleName().equals(TESTS) && isItsTest.test(test.name()));
    return new Client(name, count.total(), count.total() - count.right());
  }

  /// @throws BenchException if there is a client of which no test was run, with what to do about it
  static void requireRun(List<Client> clients) {
    for (Client client : clients) {
      if (client.tests() == 0) {
        throw new BenchException(
            "no test of %s was run: mvn -pl :api -am -Dtest=%s verify says why, and npm ci --ignore-scripts in"
                    .formatted(client.name(), TESTS)
                + " product/api gets the package of npm");
      }
    }
  }
}
