package opml.llm.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Grammars against what their texts are by other means: by hand, and by Java's regular expressions.
class GrammarTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private static void assertTexts(String grammar, List<String> right, List<String> wrong) {
    Grammar made = Grammar.ofGbnf(grammar);
    for (String text : right) {
      assertThat(TextWalk.accepts(made, text)).as(text).isTrue();
    }
    for (String text : wrong) {
      assertThat(TextWalk.accepts(made, text)).as(text).isFalse();
    }
  }

  @Test
  void partsOfTexts() {
    assertTexts(
        "root ::= \"a\\n\\\"\\x41\" [b-dx-] # comment\n",
        List.of("a\n\"Ab", "a\n\"Ad", "a\n\"A-", "a\n\"Ax"),
        List.of("a\n\"Ae", "a\n\"A", "a\n\"Abb", ""));
    assertTexts(
        "root ::= [^a-z\\]]+ . | (\"\" | \"é\"\n  | \"\\U0001F600\") \"!\"",
        List.of("ABé", "é]", "[😀", "!", "é!", "😀!"),
        List.of("a", "]", "A", "aA", "é", "!!!!a]"));
    assertTexts(
        "root ::= \"a\"{2} \"b\"{1,} \"c\"{0,2} \"d\"{,1} \"e\"? \"f\"*",
        List.of("aab", "aabbbccdeff", "aabcf"), List.of("ab", "aaab", "aabccc", "aabdd", "aabee"));
  }

  @Test
  void rulesWithinThemselves() {
    assertTexts(
        """
        # sums
        root  ::= (expr "=" ws term "\\n")+
        expr  ::= term ([-+*/] term)*
        term  ::= ident | num | "(" ws expr ")" ws
        ident ::= [a-z] [a-z0-9_]* ws
        num   ::= [0-9]+ ws
        ws    ::= [ \\t\\n]*
        """,
        List.of("1=2\n", "(a +3) *((b)) = c\n1=1\n"),
        List.of("1=2", "(1=2\n", "1)=2\n", "1+=2\n", "((1)=1\n"));
    assertTexts(
        "root ::= \"x\" root | \"y\"", List.of("y", "x".repeat(200) + "y"), List.of("x", "yy"));
    assertTexts(
        "root ::= \"(\" root \")\" root | \"\"",
        List.of("", "()()", "((()))", "(".repeat(32) + ")".repeat(32)),
        List.of("(", "())", "(".repeat(34) + ")".repeat(34)));
  }

  @Test
  void aJsonGrammarAsPeopleUseIt() {
    assertTexts(
        """
        root   ::= object
        value  ::= object | array | string | number | ("true" | "false" | "null") ws
        object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* )? "}" ws
        array  ::= "[" ws ( value ("," ws value)* )? "]" ws
        string ::= "\\"" ( [^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\bfnrt] | "u" [0-9a-fA-F]{4}) )* "\\"" ws
        number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
        ws ::= | " " | "\\n" [ \\t]{0,20}
        """,
        List.of(
            "{}", "{\"a\": [1, -2.5e3, {\"é\\u00e9\": null}], \"b\": \"x\"}", "{\n\t\"a\":\n [] }"),
        List.of("[]", "{\"a\"}", "{\"a\": 01}", "{\"a\": [1,]}", "{\"a\": tru}", "{\"\n\": 1}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '~',
      textBlock =
          """
          root ::= "a @ line 1, column 10: a literal without an end
          root ::= x @ there is no rule 'x'
          a ::= "b" @ expected is a rule 'root'
          root ::= ("a" @ line 1, column 10: a group without an end
          root ::= [a @ a class of characters without an end
          root ::= "a"{3,2} @ expected is a repetition
          root ::= "a"{99999} @ expected is a number of repetitions
          root ::= "\\q" @ an escape that there is not
          root ::= "a" ) @ expected is the end of a rule
          root = "a" @ expected is '::='
          root ::= root "a" | "b" @ rule 'root' (line 1, column 1) begins with itself
          root ::= "a" root @ no text of it has an end
          root ::= "a" root "a" | "b" root "b" | "a" @ it cannot be told
          root ::= (("a"{9999}){9999}){9999} @ what repeats often is too long
          root ::= "" @ x
          """)
  void whatIsNoGrammarIsRefusedWithItsPlace(String grammar, String message) {
    if (message.equals("x")) {
      assertThat(TextWalk.accepts(Grammar.ofGbnf(grammar), "")).isTrue();
      return;
    }
    assertThatThrownBy(() -> Grammar.ofGbnf(grammar))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining(message);
  }

  @Test
  void hostileGrammarsEnd() {
    List<String> hostile =
        List.of(
            "root ::= " + "(".repeat(5_000),
            "root ::= [ab]* \"a\" [ab]{18}",
            "root ::= [^\\x00]{10000}",
            "root ::= \"" + "x".repeat(100_000) + "\"",
            "root ::= (\"a\"? ){5000} ((\"a\"* )*)*",
            "root ::= \"a\"" + "*".repeat(100_000),
            "root ::= \"a\"" + "{2}".repeat(5_000),
            "root ::= " + "(".repeat(90) + "x" + "){2}".repeat(90) + "\nx ::= \"a\"",
            "root ::= " + "(".repeat(90) + "\"\"" + "){10000}".repeat(90),
            "root ::= " + "(".repeat(40) + "\"\" | \"\"" + "){0,10000}".repeat(40),
            "root ::= \"" + "x".repeat(499_000) + "\"",
            "root ::= \"" + "x".repeat(16_000) + "\"",
            "root ::= \"a\"{0,10000} [b]*",
            "root ::= [ab]* \"a\" [ab]{13}",
            "root ::= [" + "a-bd-e".repeat(80_000) + "]{100}",
            "root ::= " + "\"a\" | ".repeat(80_000) + "\"b\"",
            "root ::= a\n" + "a ::= a\n".repeat(60_000),
            IntStream.range(0, 100_000)
                .mapToObj("r%d::=a\n"::formatted)
                .collect(Collectors.joining()),
            "x".repeat(8_000_000),
            "root ::= r0\n"
                + IntStream.range(0, 40)
                    .mapToObj(i -> "r%d ::= r%d r%d\n".formatted(i, i + 1, i + 1))
                    .collect(Collectors.joining())
                + "r40 ::= \"a\"?\n");
    for (String grammar : hostile) {
      try {
        Grammar.ofGbnf(grammar);
      } catch (GrammarException e) {
        assertThat(e).hasMessageStartingWith("grammar: ");
      }
    }
    for (int trial = 0; trial < 2_000; trial++) {
      StringBuilder text = new StringBuilder("root ::= ");
      for (int i = random.nextInt(30); i > 0; i--) {
        text.append("\"a\" root | ( ) [a-c] * + ? {2,3} \n::= . # \\ é".charAt(random.nextInt(44)));
      }
      try {
        Grammar.ofGbnf(text.toString());
      } catch (GrammarException e) {
        assertThat(e).as("%s, seed %d", text, seed).hasMessageStartingWith("grammar: ");
      }
    }
  }

  /// A grammar and the same as a regular expression.
  private record Both(String grammar, String expression) {}

  private Both part(int depth, List<String> rules) {
    int kind = random.nextInt(depth == 0 ? 3 : 8);
    if (kind == 2 && !rules.isEmpty()) {
      int rule = random.nextInt(rules.size());
      return new Both("r" + rule, rules.get(rule));
    }
    if (kind < 3) {
      String letter = "abcé".charAt(random.nextInt(4)) + "";
      return switch (random.nextInt(3)) {
        case 0 -> new Both("\"%s\"".formatted(letter), letter);
        case 1 -> new Both("[%sa]".formatted(letter), "[%sa]".formatted(letter));
        default -> new Both("[^%sb]".formatted(letter), "[^%sb]".formatted(letter));
      };
    }
    Both one = part(depth - 1, rules);
    Both two = part(depth - 1, rules);
    return switch (kind) {
      case 3 -> new Both(one.grammar + " " + two.grammar, one.expression + two.expression);
      case 4 ->
          new Both(
              "(%s | %s)".formatted(one.grammar, two.grammar),
              "(%s|%s)".formatted(one.expression, two.expression));
      case 5 -> new Both("(%s)?".formatted(one.grammar), "(%s)?".formatted(one.expression));
      case 6 -> new Both("(%s)*".formatted(one.grammar), "(%s)*".formatted(one.expression));
      default ->
          new Both("(%s){1,2}".formatted(one.grammar), "(%s){1,2}".formatted(one.expression));
    };
  }

  @Test
  void regularGrammarsAreTheRegularExpressions() {
    int matched = 0;
    for (int trial = 0; trial < 60; trial++) {
      List<String> rules = new ArrayList<>();
      StringBuilder grammar = new StringBuilder();
      for (int i = 0; i < 3; i++) {
        Both rule = part(2, rules);
        grammar.append("r%d ::= %s\n".formatted(i, rule.grammar));
        rules.add("(" + rule.expression + ")");
      }
      Both root = part(3, rules);
      grammar.append("root ::= ").append(root.grammar).append('\n');
      Grammar made = Grammar.ofGbnf(grammar.toString());
      Pattern expected = Pattern.compile(root.expression);
      for (int i = 0; i < 60; i++) {
        String text =
            i % 2 == 0
                ? TextWalk.text(made, random, 8)
                : random
                    .ints(random.nextInt(6), 0, 5)
                    .mapToObj(c -> "abcéz".charAt(c) + "")
                    .reduce("", String::concat);
        boolean matches = expected.matcher(text).matches();
        matched += matches ? 1 : 0;
        assertThat(TextWalk.accepts(made, text))
            .as("'%s' of%n%s(%s), seed %d", text, grammar, root.expression, seed)
            .isEqualTo(matches);
      }
    }
    assertThat(matched).isGreaterThan(1_000);
  }

  @Test
  void bytesThatAreNoTextAreNone() {
    Grammar any = Grammar.ofGbnf("root ::= .*");
    assertThat(TextWalk.accepts(any, "aé€😀")).isTrue();
    for (byte[] wrong :
        new byte[][] {
          {(byte) 0x80},
          {(byte) 0xc0, (byte) 0x80},
          {(byte) 0xe0, (byte) 0x80, (byte) 0x80},
          {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
          {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
          {(byte) 0xc3}
        }) {
      assertThat(TextWalk.accepts(any, wrong)).isFalse();
    }
  }

  @Test
  void aChainOfRulesIsBounded() {
    StringBuilder chain = new StringBuilder("root ::= x0\n");
    for (int i = 0; i < 20_000; i++) {
      chain.append("x%d ::= x%d%n".formatted(i, i + 1));
    }
    chain.append("x20000 ::= \"a\"\n");
    assertThatThrownBy(() -> Grammar.ofGbnf(chain.toString()))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("which are at most 2,000");
  }
}
