package opml.tree;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Rules that the compiler cannot check. Each returns what breaks it, a line a fault, with its place.
final class Tidy {
  private static final int LINE_COLUMNS_MAX = 120;

  /// A class of ours by its full name, imported or not, however it is broken over lines.
  private static final Pattern LINK =
      Pattern.compile("(?<![\\w.])opml((?:\\s*\\.\\s*[a-z]\\w*)+)\\s*\\.\\s*([A-Z]\\w*)");

  /// What names more than a class, so that no rule can see which.
  private static final Pattern SWEEPING =
      Pattern.compile("\\bimport\\s+(?:module\\s+[\\w.]+|(?:static\\s+)?opml[\\w.\\s]*\\*)\\s*;");

  private static final Pattern INLINE =
      Pattern.compile("(?<![\\w.])(?:java|javax|opml|org|com)(?:\\.[a-z]\\w*)+\\.[A-Z]\\w*");
  private static final Pattern WORD = Pattern.compile("[A-Za-z_$][\\w$]*");

  /// What may not be called, and what stands in its place.
  private static final Map<Pattern, String> BANNED = new LinkedHashMap<>();

  static {
    String functions =
        "(?:exp|log|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|hypot|pow|cbrt|exp2|expm1|log1p|log10)";
    BANNED.put(
        Pattern.compile("(?<!Strict)\\bMath\\s*(?:\\.|::)\\s*" + functions + "\\b(?!\\w)"),
        "StrictMath, or a polynomial of our own: its bits differ between JVMs");
    BANNED.put(
        Pattern.compile("import\\s+static\\s+java\\s*\\.\\s*lang\\s*\\.\\s*Math\\b"),
        "the class's name, so that this test sees the call");
    BANNED.put(
        Pattern.compile("\\bClass\\s*\\.\\s*forName\\("),
        "the class itself: a name in a text follows no arrow");
    BANNED.put(Pattern.compile("\\\\u+[0-9a-fA-F]{4}"), "the letter itself, in the code");
    BANNED.put(
        Pattern.compile("\\breduceLanes\\("),
        "a written fold: the order of reduceLanes is not specified");
    BANNED.put(Pattern.compile("\\bprintStackTrace\\("), "an error message that names the cause");
    BANNED.put(
        Pattern.compile("\\bfloatToRawIntBits\\("),
        "floatToIntBits: a NaN has one form where it is stored");
  }

  /// What is left undone is told in ROADMAP.md, not in a source, comment or not.
  private static final Pattern UNDONE = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

  /// How not to spell a word, and how it is spelt. ONNX's operators and keys of files keep their names.
  private static final Map<Pattern, String> SPELLINGS =
      Map.of(
          Pattern.compile("\\w*[Qq]uantiz(?:ation(?!_(?:config|version))|ed|er|ing)\\w*"),
          "quantis-");

  private final Tree tree;
  private final List<Tree.Source> sources;

  Tidy(Tree tree) {
    this.tree = tree;
    this.sources = tree.java();
  }

  /// A class may import only from its own module and from those that the pom of its module reaches.
  List<String> wrongArrows() {
    Map<String, String> moduleOf = moduleOfPackage();
    List<String> found = new ArrayList<>();
    for (Tree.Source source : sources) {
      if (!source.main()) {
        continue;
      }
      String own = source.module().name();
      Set<String> reach = tree.reach(own);
      for (Link link : links(source)) {
        String other = moduleOf.get(link.packageName());
        if (other != null && !other.equals(own) && !reach.contains(other)) {
          found.add(place(source) + ": " + own + " may not know " + other + " (" + link + ")");
        }
      }
    }
    return found;
  }

  /// Every pom names only modules that come before its own, so that the list in the poms is the order of the arrows.
  List<String> arrowsAgainstTheOrder() {
    List<String> before = new ArrayList<>();
    List<String> found = new ArrayList<>();
    for (Tree.Module module : tree.modules().values()) {
      for (String used : module.uses()) {
        if (!before.contains(used)) {
          found.add(module.name() + " uses " + used + ", which comes after it");
        }
      }
      before.add(module.name());
    }
    return found;
  }

  /// No package of the product may, over whatever others, depend on itself.
  List<String> packageCircles() {
    Map<String, Map<String, String>> uses = new TreeMap<>();
    for (Tree.Source source : sources) {
      if (source.main()) {
        for (Link link : links(source)) {
          if (!link.packageName().equals(source.packageName())) {
            uses.computeIfAbsent(source.packageName(), p -> new TreeMap<>())
                .putIfAbsent(link.packageName(), place(source) + " uses " + link);
          }
        }
      }
    }
    List<String> found = new ArrayList<>();
    Set<String> told = new HashSet<>();
    for (String start : uses.keySet()) {
      circle(start, uses)
          .filter(circle -> told.add(new TreeSet<>(circle).toString()))
          .ifPresent(circle -> found.add(describe(circle, uses)));
    }
    return found;
  }

  /// Every class of the product is reached from where it is entered, over classes that name each other.
  ///
  /// @param entries classes that are there for the outside, by full name
  List<String> deadClasses(Set<String> entries) {
    Map<String, Tree.Source> classes = new TreeMap<>();
    for (Tree.Source source : sources) {
      if (source.main() && source.isClass()) {
        classes.put(source.packageName() + "." + source.className(), source);
      }
    }
    Set<String> reached = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(entries);
    while (!open.isEmpty()) {
      String name = open.remove();
      Tree.Source source = classes.get(name);
      if (source != null && reached.add(name)) {
        open.addAll(named(source, classes.keySet()));
      }
    }
    return classes.entrySet().stream()
        .filter(entry -> !reached.contains(entry.getKey()))
        .map(entry -> place(entry.getValue()) + ": nothing that is started names it")
        .toList();
  }

  /// {@return the classes that a source names: those that it imports or spells out, and those of its package}
  private static Set<String> named(Tree.Source source, Set<String> classes) {
    Set<String> named = new HashSet<>();
    links(source).forEach(link -> named.add(link.toString()));
    for (String word : words(source.code())) {
      named.add(source.packageName() + "." + word);
    }
    named.retainAll(classes);
    return named;
  }

  /// Nothing is imported by the handful: an arrow that nobody spells out is one that nobody sees.
  List<String> sweepingImports() {
    return sources.stream()
        .filter(source -> SWEEPING.matcher(source.code()).find())
        .map(source -> place(source) + ": import each class by its name")
        .toList();
  }

  /// A package of the product is in one module only.
  List<String> packagesOfTwoModules() {
    Map<String, Set<String>> modules = new TreeMap<>();
    for (Tree.Source source : sources) {
      if (source.main() && source.isClass()) {
        modules
            .computeIfAbsent(source.packageName(), name -> new TreeSet<>())
            .add(source.module().name());
      }
    }
    return modules.entrySet().stream()
        .filter(entry -> entry.getValue().size() > 1)
        .map(entry -> entry.getKey() + " is in " + entry.getValue())
        .toList();
  }

  /// A name means one thing in the whole tree.
  List<String> namesThatStandTwice() {
    Map<String, List<Tree.Source>> byName =
        sources.stream()
            .filter(Tree.Source::isClass)
            .collect(
                Collectors.groupingBy(Tree.Source::className, TreeMap::new, Collectors.toList()));
    return byName.values().stream()
        .filter(same -> same.size() > 1)
        .map(same -> same.stream().map(this::place).collect(Collectors.joining(" and ")))
        .toList();
  }

  /// Other packages' classes are imported, not spelt out in the code.
  List<String> inlineQualifiedNames() {
    List<String> found = new ArrayList<>();
    for (Tree.Source source : sources) {
      String[] lines = source.code().split("\n", -1);
      for (String line : lines) {
        Matcher name = INLINE.matcher(line);
        boolean declares = line.startsWith("import ") || line.startsWith("package ");
        if (source.isClass() && !declares && name.find()) {
          found.add(place(source) + ": import " + name.group());
        }
      }
    }
    return found;
  }

  /// A word is spelt in one way in the whole tree.
  List<String> spellings() {
    List<String> found = new ArrayList<>();
    for (Tree.Source source : sources) {
      SPELLINGS.forEach(
          (word, better) -> {
            Matcher matcher = word.matcher(source.text());
            if (matcher.find()) {
              found.add(place(source) + ": " + matcher.group() + ", elsewhere " + better);
            }
          });
    }
    return found;
  }

  /// @param exempt sources that may call what is banned, because they test it
  List<String> bannedCalls(Collection<String> exempt) {
    List<String> found = new ArrayList<>();
    for (String ending : List.of(".java", ".sol")) {
      for (Path file : tree.files(ending)) {
        String place = tree.relative(file);
        if (exempt.stream().noneMatch(place::contains)) {
          String text = Tree.read(file);
          String code = JavaCode.of(text);
          BANNED.forEach((call, instead) -> find(call, code, place, "use " + instead, found));
          find(UNDONE, text, place, "use ROADMAP.md", found);
        }
      }
    }
    return found;
  }

  private static void find(
      Pattern pattern, String text, String place, String problem, List<String> found) {
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      long line = 1 + text.substring(0, matcher.start()).chars().filter(c -> c == '\n').count();
      found.add(place + ":" + line + ": " + problem);
    }
  }

  List<String> longLines() {
    List<String> found = new ArrayList<>();
    forEachLine(
        (place, line) -> {
          if (line.codePointCount(0, line.length()) > LINE_COLUMNS_MAX) {
            found.add(place + ": longer than " + LINE_COLUMNS_MAX + " columns");
          }
        });
    return found;
  }

  List<String> packagesWithoutATour() {
    Set<String> toured =
        sources.stream()
            .filter(source -> source.className().equals("package-info"))
            .map(Tree.Source::packageName)
            .collect(Collectors.toSet());
    return sources.stream()
        .filter(source -> source.main() && source.isClass())
        .map(Tree.Source::packageName)
        .distinct()
        .filter(name -> !toured.contains(name))
        .toList();
  }

  List<String> modulesWithoutAReadme() {
    return tree.modules().values().stream()
        .filter(module -> !module.folder().resolve("README.md").toFile().isFile())
        .map(module -> tree.relative(module.folder()))
        .toList();
  }

  /// What a class imports of ours.
  private record Link(String packageName, String className) {
    @Override
    public String toString() {
      return packageName + "." + className;
    }
  }

  @FunctionalInterface
  private interface LineRule {
    void check(String place, String line);
  }

  private void forEachLine(LineRule rule) {
    for (String ending : List.of(".java", ".sol")) {
      tree.files(ending)
          .forEach(
              file -> {
                List<String> lines = Tree.read(file).lines().toList();
                for (int i = 0; i < lines.size(); i++) {
                  rule.check(tree.relative(file) + ":" + (i + 1), lines.get(i));
                }
              });
    }
  }

  private Map<String, String> moduleOfPackage() {
    Map<String, String> modules = new HashMap<>();
    for (Tree.Source source : sources) {
      if (source.main()) {
        modules.putIfAbsent(source.packageName(), source.module().name());
      }
    }
    return modules;
  }

  private static List<Link> links(Tree.Source source) {
    List<Link> links = new ArrayList<>();
    Matcher matcher = LINK.matcher(source.code());
    while (matcher.find()) {
      links.add(new Link("opml" + matcher.group(1).replaceAll("\\s", ""), matcher.group(2)));
    }
    return links;
  }

  private static Set<String> words(String code) {
    Set<String> words = new HashSet<>();
    Matcher matcher = WORD.matcher(code);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }

  /// {@return the shortest way from a package back to it}
  private static Optional<List<String>> circle(
      String start, Map<String, Map<String, String>> uses) {
    Map<String, List<String>> ways = new HashMap<>();
    Deque<String> open = new ArrayDeque<>(List.of(start));
    ways.put(start, List.of(start));
    while (!open.isEmpty()) {
      String at = open.remove();
      List<String> way = ways.get(at);
      for (String next : uses.getOrDefault(at, Map.of()).keySet()) {
        if (next.equals(start)) {
          return Optional.of(way);
        }
        if (!ways.containsKey(next)) {
          List<String> longer = new ArrayList<>(way);
          longer.add(next);
          ways.put(next, longer);
          open.add(next);
        }
      }
    }
    return Optional.empty();
  }

  private static String describe(List<String> circle, Map<String, Map<String, String>> uses) {
    List<String> links = new ArrayList<>();
    for (int i = 0; i < circle.size(); i++) {
      String next = circle.get((i + 1) % circle.size());
      links.add(uses.get(circle.get(i)).get(next));
    }
    return "circle: " + String.join(", ", links);
  }

  private String place(Tree.Source source) {
    return tree.relative(source.path());
  }
}
