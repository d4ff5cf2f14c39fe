package opml.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The rules of the tree, held over the tree, and each rule tried on a small tree with a fault planted in it.
class TidyTest {
  /// Classes that nothing of the product names, and why they are there.
  private static final Set<String> ENTRIES =
      Set.of(
          "opml.cli.Main", // the launcher starts it
          "opml.game.referee.Referee", // the contract as a model, which tests and simulators play
          // on
          "opml.ethereum.devchain.ForwardingChain", // tests of several modules harm chains by it
          "opml.ethereum.devchain.LyingNode", // and lie by it
          "opml.store.memory.MapStore", // the node opens one of these two, once there is one
          "opml.store.sql.SqlStore",
          "opml.store.snapshot.SnapshotFile", // for the node's command
          "opml.hub.EventSubjects", // the node gives a store's events their subjects by it
          "opml.session.OnnxSession", // programs of others begin with it
          "opml.mnist.train.Train"); // trains the demo models anew, by hand

  /// Tests that compare our functions with the platform's, or show that the compiler refuses those; and the one class
  /// that asks for another of the JDK's, which may not be there.
  private static final List<String> EXEMPT =
      List.of(
          "core/src/main/java/opml/core/simd/VectorModule.java",
          "machine/kernels/src/test/",
          "machine/compiler/src/test/java/opml/compiler/kernels/Refused.java");

  @Nested
  class OfThisTree {
    private final Tidy tidy = new Tidy(Tree.here());

    @Test
    void everyArrowFollowsThePoms() {
      assertThat(tidy.wrongArrows()).isEmpty();
    }

    @Test
    void thePomsListModulesInTheOrderOfTheArrows() {
      assertThat(tidy.arrowsAgainstTheOrder()).isEmpty();
    }

    @Test
    void noPackageDependsOnItself() {
      assertThat(tidy.packageCircles()).isEmpty();
    }

    @Test
    void everyArrowIsSpeltOut() {
      assertThat(tidy.sweepingImports()).isEmpty();
    }

    @Test
    void aPackageIsInOneModule() {
      assertThat(tidy.packagesOfTwoModules()).isEmpty();
    }

    @Test
    void noClassIsDead() {
      assertThat(tidy.deadClasses(ENTRIES)).isEmpty();
    }

    @Test
    void aNameMeansOneThing() {
      assertThat(tidy.namesThatStandTwice()).isEmpty();
    }

    @Test
    void aWordIsSpeltInOneWay() {
      assertThat(tidy.spellings()).isEmpty();
    }

    @Test
    void noNameIsSpeltOutInTheCode() {
      assertThat(tidy.inlineQualifiedNames()).isEmpty();
    }

    @Test
    void noBannedCallIsLeft() {
      assertThat(tidy.bannedCalls(EXEMPT)).isEmpty();
    }

    @Test
    void noLineIsTooLong() {
      assertThat(tidy.longLines()).isEmpty();
    }

    @Test
    void everyPackageBeginsWithATour() {
      assertThat(tidy.packagesWithoutATour()).isEmpty();
    }

    @Test
    void everyModuleHasAReadme() {
      assertThat(tidy.modulesWithoutAReadme()).isEmpty();
    }
  }

  /// A tree of two modules without a fault, in which each test plants one.
  @Nested
  class OfAPlantedFault {
    @TempDir private Path root;

    @Test
    void aTreeWithoutAFaultHasNone() throws IOException {
      Tidy tidy = plant();
      assertThat(tidy.wrongArrows()).isEmpty();
      assertThat(tidy.arrowsAgainstTheOrder()).isEmpty();
      assertThat(tidy.packageCircles()).isEmpty();
      assertThat(tidy.deadClasses(Set.of("opml.high.Start"))).isEmpty();
      assertThat(tidy.sweepingImports()).isEmpty();
      assertThat(tidy.packagesOfTwoModules()).isEmpty();
      assertThat(tidy.namesThatStandTwice()).isEmpty();
      assertThat(tidy.spellings()).isEmpty();
      assertThat(tidy.inlineQualifiedNames()).isEmpty();
      assertThat(tidy.bannedCalls(List.of())).isEmpty();
      assertThat(tidy.longLines()).isEmpty();
      assertThat(tidy.packagesWithoutATour()).isEmpty();
      assertThat(tidy.modulesWithoutAReadme()).isEmpty();
    }

    @Test
    void aWrongArrowIsFound() throws IOException {
      source("low", "opml.low", "Base", "import opml.high.Start;", "Start start;");
      assertThat(plant().wrongArrows())
          .singleElement()
          .asString()
          .contains("low may not know high");
    }

    @Test
    void aPomAgainstTheOrderIsFound() throws IOException {
      Tidy tidy = plant();
      assertThat(tidy.arrowsAgainstTheOrder()).isEmpty();
      pom("low", "high");
      assertThat(new Tidy(Tree.at(root)).arrowsAgainstTheOrder()).hasSize(1);
    }

    @Test
    void aCircleOfThreePackagesIsFound() throws IOException {
      source("low", "opml.low.a", "A", "import opml.low.b.B;", "B b;");
      source("low", "opml.low.b", "B", "import opml.low.c.C;", "C c;");
      source("low", "opml.low.c", "C", "import opml.low.a.A;", "A a;");
      assertThat(plant().packageCircles()).singleElement().asString().contains("uses opml.low.c.C");
    }

    @Test
    void anArrowIsSeenHoweverItIsWritten() throws IOException {
      for (String body :
          List.of(
              "opml.high.Start s;",
              "opml . high\n.Start s;",
              "char a = '\"'; opml.high.Start s;")) {
        source("low", "opml.low", "Base", "", body);
        assertThat(plant().wrongArrows()).as(body).hasSize(1);
      }
      for (String head :
          List.of("import  opml.high.Start;", "import static opml.high.Start.NAME;")) {
        source("low", "opml.low", "Base", head, "");
        assertThat(plant().wrongArrows()).as(head).hasSize(1);
      }
      for (String head : List.of("import opml.high.*;", "import module opml.high;")) {
        source("low", "opml.low", "Base", head, "");
        assertThat(plant().sweepingImports()).as(head).hasSize(1);
      }
      source("low", "opml.low", "Base", "", "Object o = Class" + ".forName(\"opml.high.Start\");");
      assertThat(plant().bannedCalls(List.of())).hasSize(1);
    }

    @Test
    void aPackageOfTwoModulesIsFound() throws IOException {
      source("low", "opml.high", "Other", "", "");
      assertThat(plant().packagesOfTwoModules()).hasSize(1);
    }

    @Test
    void twoDeadClassesDoNotKeepEachOtherAlive() throws IOException {
      source("low", "opml.low", "One", "", "Two two;");
      source("low", "opml.low", "Two", "", "One one;");
      source("high", "opml.high", "Names", "", "enum Name { One, Two }");
      assertThat(plant().deadClasses(Set.of("opml.high.Start", "opml.high.Names"))).hasSize(2);
    }

    @Test
    void aDeadClassIsFoundAlsoIfATestOrACommentNamesIt() throws IOException {
      source("low", "opml.low", "Dead", "", "Dead self;");
      source("low", "opml.low", "Other", "/// [Dead]", "Base base; Other other;");
      assertThat(plant().deadClasses(Set.of("opml.high.Start", "opml.low.Other")))
          .singleElement()
          .asString()
          .contains("Dead.java");
    }

    @Test
    void aBannedCallIsFound() throws IOException {
      for (String body :
          List.of(
              "double d = Math." + "exp(1);",
              "double d = Math\n  ." + "log (2);",
              "DoubleUnaryOperator f = Math::" + "sinh;",
              "String s = \"http://x\" + Math." + "exp(1);")) {
        source("low", "opml.low", "Base", "", body);
        assertThat(plant().bannedCalls(List.of()))
            .as(body)
            .singleElement()
            .asString()
            .contains("StrictMath");
      }
      source("low", "opml.low", "Base", "import static java.lang.Math." + "exp;", "");
      assertThat(plant().bannedCalls(List.of())).isNotEmpty();
      source("low", "opml.low", "Base", "", "double d = StrictMath.exp(1); // Math." + "exp(1)");
      assertThat(plant().bannedCalls(List.of())).isEmpty();
    }

    @Test
    void aNameThatStandsTwiceIsFound() throws IOException {
      source("high", "opml.high.other", "Base", "", "");
      assertThat(plant().namesThatStandTwice()).singleElement().asString().contains(" and ");
    }

    @Test
    void anotherSpellingIsFoundButNotInTheNameOfAnOperator() throws IOException {
      source("low", "opml.low", "Base", "", "String s = \"QuantizeLinear\"; // quantize");
      assertThat(plant().spellings()).isEmpty();
      source("low", "opml.low", "Base", "", "// Quanti" + "zation");
      assertThat(plant().spellings()).hasSize(1);
    }

    @Test
    void aNameSpeltOutIsFoundButNotInATextOrAComment() throws IOException {
      source("low", "opml.low", "Base", "", "String s = \"java.util.Map\"; // java.util.Map");
      assertThat(plant().inlineQualifiedNames()).isEmpty();
      source("low", "opml.low", "Base", "", "java.util.Map<String, String> map;");
      assertThat(plant().inlineQualifiedNames()).hasSize(1);
    }

    @Test
    void aLongLineAMissingTourAndAMissingReadmeAreFound() throws IOException {
      source("low", "opml.low.a", "A", "", "// " + "x".repeat(120));
      Tidy tidy = plant();
      Files.delete(root.resolve("low/README.md"));
      assertThat(tidy.longLines()).hasSize(1);
      assertThat(tidy.packagesWithoutATour()).containsExactly("opml.low.a");
      assertThat(tidy.modulesWithoutAReadme()).containsExactly("low");
    }

    private Tidy plant() throws IOException {
      Files.writeString(
          root.resolve("pom.xml"),
          "<project><modules><module>low</module><module>high</module></modules></project>");
      pom("low");
      pom("high", "low");
      if (!Files.exists(root.resolve("low/src/main/java/opml/low/Base.java"))) {
        source("low", "opml.low", "Base", "", "");
      }
      source("high", "opml.high", "Start", "import opml.low.Base;", "Base base;");
      source("low", "opml.low", "package-info", "", "");
      source("high", "opml.high", "package-info", "", "");
      return new Tidy(Tree.at(root));
    }

    private void pom(String module, String... uses) throws IOException {
      StringBuilder dependencies = new StringBuilder();
      for (String used : uses) {
        dependencies
            .append("<dependency><groupId>opml</groupId><artifactId>")
            .append(used)
            .append("</artifactId></dependency>");
      }
      Path folder = Files.createDirectories(root.resolve(module).resolve("src/main/java"));
      Files.writeString(
          root.resolve(module).resolve("pom.xml"),
          "<project><artifactId>%s</artifactId><dependencies>%s</dependencies></project>"
              .formatted(module, dependencies));
      Files.writeString(root.resolve(module).resolve("README.md"), "");
      assertThat(folder).isDirectory();
    }

    private void source(String module, String packageName, String name, String head, String body)
        throws IOException {
      Path folder =
          Files.createDirectories(
              root.resolve(module).resolve("src/main/java").resolve(packageName.replace('.', '/')));
      Files.writeString(
          folder.resolve(name + ".java"),
          "package %s;\n%s\nclass %s { %s }\n".formatted(packageName, head, name, body));
    }
  }
}
