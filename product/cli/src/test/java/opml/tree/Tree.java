package opml.tree;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/// A source tree, as tests of the tree itself read it: its modules, as the poms name them, and what people wrote in
/// them.
///
/// @param root the folder of the launcher
/// @param modules in the order in which the poms list them, by name
public record Tree(Path root, Map<String, Module> modules) {
  private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);

  /// A Maven module with sources.
  ///
  /// @param uses the modules of this project that its pom names for the product, not for tests alone
  public record Module(String name, Path folder, List<String> uses) {}

  /// A Java source.
  ///
  /// @param main whether it is part of the product, not of a test
  record Source(Path path, Module module, boolean main, String text) {
    String packageName() {
      Matcher found = PACKAGE.matcher(text);
      return found.find() ? found.group(1) : "";
    }

    /// {@return the name of the file without its ending, which is that of its class}
    String className() {
      String name = String.valueOf(path.getFileName());
      return name.substring(0, name.length() - ".java".length());
    }

    /// {@return whether it declares a class, and not a package or a module}
    boolean isClass() {
      return !className().endsWith("-info");
    }

    /// {@return the text without comments and literals}
    String code() {
      return JavaCode.of(text);
    }
  }

  /// {@return the tree that this test is part of}
  public static Tree here() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("opml"))) {
      folder = Objects.requireNonNull(folder.getParent(), "no launcher above the working folder");
    }
    return at(folder);
  }

  /// {@return the tree below a folder with a pom}
  static Tree at(Path root) {
    Map<String, Module> modules = new LinkedHashMap<>();
    collect(root, modules);
    return new Tree(root, modules);
  }

  /// {@return the modules that one may use: those that its pom names, and those that they may use}
  Set<String> reach(String module) {
    Set<String> reached = new LinkedHashSet<>();
    for (String used : Objects.requireNonNull(modules.get(module), module).uses()) {
      reached.add(used);
      if (modules.containsKey(used)) {
        reached.addAll(reach(used));
      }
    }
    return reached;
  }

  /// {@return all Java sources}
  List<Source> java() {
    List<Source> sources = new ArrayList<>();
    for (Module module : modules.values()) {
      for (String set : List.of("main", "test")) {
        for (Path file : files(module.folder().resolve("src").resolve(set), ".java")) {
          sources.add(new Source(file, module, set.equals("main"), read(file)));
        }
      }
    }
    return sources;
  }

  /// {@return all files that people wrote whose name ends so}
  List<Path> files(String ending) {
    return files(root, ending);
  }

  String relative(Path file) {
    return root.relativize(file).toString();
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Path> files(Path folder, String ending) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder, 16)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).endsWith(ending))
          .filter(file -> !isMade(root.relativize(file).toString()))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Nothing that a build leaves is a source; forge's output even has folders named like one.
  private static boolean isMade(String file) {
    return file.startsWith("contracts/out")
        || file.startsWith("contracts/cache")
        || file.contains("target/")
        || file.contains("node_modules/");
  }

  private static void collect(Path folder, Map<String, Module> modules) {
    Element project = pom(folder.resolve("pom.xml"));
    if (Files.isDirectory(folder.resolve("src"))) {
      String name = child(project, "artifactId");
      List<String> uses = new ArrayList<>();
      for (Element dependency : children(project, "dependencies", "dependency")) {
        boolean ofProduct = !child(dependency, "scope").equals("test");
        if (child(dependency, "groupId").equals("opml") && ofProduct) {
          uses.add(child(dependency, "artifactId"));
        }
      }
      modules.put(name, new Module(name, folder, List.copyOf(uses)));
    }
    for (Element module : children(project, "modules", "module")) {
      collect(folder.resolve(module.getTextContent().strip()), modules);
    }
  }

  private static Element pom(Path file) {
    try {
      Document document =
          DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder().parse(file.toFile());
      return document.getDocumentElement();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ParserConfigurationException | SAXException e) {
      throw new IllegalStateException(file + " is not a pom", e);
    }
  }

  private static String child(Element parent, String name) {
    return elements(parent, name).stream()
        .findFirst()
        .map(element -> element.getTextContent().strip())
        .orElse("");
  }

  private static List<Element> children(Element parent, String list, String name) {
    return elements(parent, list).stream()
        .flatMap(found -> elements(found, name).stream())
        .toList();
  }

  private static List<Element> elements(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    NodeList nodes = parent.getChildNodes();
    for (int i = 0; i < nodes.getLength(); i++) {
      Node node = nodes.item(i);
      if (node instanceof Element element && name.equals(element.getLocalName())) {
        found.add(element);
      }
    }
    return found;
  }
}
