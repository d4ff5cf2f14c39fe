package opml.llm.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Texts of schemas against the schemas.
class SchemaTest {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private static void assertTexts(String schema, List<String> right, List<String> wrong) {
    Grammar made = Grammar.ofJsonSchema(schema);
    for (String text : right) {
      assertThat(TextWalk.accepts(made, text)).as("%s of %s", text, schema).isTrue();
    }
    for (String text : wrong) {
      assertThat(TextWalk.accepts(made, text)).as("%s of %s", text, schema).isFalse();
    }
  }

  /// `-Dopml.schemas=1000` for more. One in a hundred is narrowed: of an object with members of any kind beside one
  /// that refers to itself, no byte tells which it is, or too many states would. Of these not all values have texts.
  @Test
  void textsAreOfValuesThatTheSchemaDescribesAndValuesHaveTexts() throws Exception {
    int trials = Integer.getInteger("opml.schemas", 40);
    int narrowed = 0;
    for (int trial = 0; trial < trials; trial++) {
      SchemaValues values = new SchemaValues(random);
      String what = "%s, seed %d".formatted(values.whole(), seed);
      Grammar made = Grammar.ofJsonSchema(values.whole());
      boolean isWhole = isWhole(values.whole());
      narrowed += isWhole ? 0 : 1;
      for (int i = 0; i < 20; i++) {
        String text = TextWalk.text(made, random, 40);
        JsonNode value = MAPPER.readTree(text);
        assertThat(values.describes(values.whole(), value)).as("%s of %s", text, what).isTrue();
        JsonNode other = values.value(values.whole(), 3);
        assertThat(values.describes(values.whole(), other)).as("%s of %s", other, what).isTrue();
        String written = i % 2 == 0 ? other.toString() : pretty(other);
        assertThat(TextWalk.accepts(made, written) || !isWhole)
            .as("%s of %s", written, what)
            .isTrue();
      }
    }
    assertThat(narrowed).as("narrowed, seed %d", seed).isLessThanOrEqualTo(trials / 8);
  }

  private static boolean isWhole(JsonNode schema) {
    try {
      return !Determinism.ofAllTexts(SchemaReader.read(schema)).isEmpty();
    } catch (GrammarException e) {
      assertThat(e.getMessage()).containsAnyOf("told by the next byte", "states");
      return false;
    }
  }

  @Test
  void whereNoByteTellsAlternativesApartTheWiderOneIsKept() {
    String open =
        "{'type':'object','properties':{'n':{'type':'integer'}},'additionalProperties':true}";
    String tree =
        "{'type':'object','properties':{'kids':{'type':'array','items':{'$ref':'#/$defs/tree'}},"
            + "'n':{'type':'integer'}},'required':['n']}";
    for (String both :
        List.of(open + ",{'$ref':'#/$defs/tree'}", "{'$ref':'#/$defs/tree'}," + open)) {
      String schema = "{'anyOf':[%s],'$defs':{'tree':%s}}".formatted(both, tree).replace('\'', '"');
      assertThatThrownBy(() -> Determinism.ofAllTexts(SchemaReader.read(schema)))
          .isInstanceOf(GrammarException.class);
      assertTexts(
          schema,
          List.of(
              "{\"n\":1}", "{\"kids\":[{\"x\":[null]}]}", "{\"kids\":[{\"n\":1}]}", "{\"kids\":7}"),
          List.of("{\"n\":\"1\"}", "{\"kids\":[}", "[]"));
    }
  }

  private static String pretty(JsonNode value) throws Exception {
    // As others do it: no space before a colon, and none in what is empty.
    return value.toPrettyString().replace("\" : ", "\": ").replace("\r", "");
  }

  @Test
  void membersStandInTheirOrder() {
    assertTexts(
        """
        {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "boolean"}, "c": {}},
         "required": ["b"]}
        """,
        List.of(
            "{\"b\":true}", "{\"a\": 1, \"b\": false, \"c\": [{}]}", "{ \"b\":true,\n  \"c\":1 }"),
        List.of(
            "{}",
            "{\"a\":1}",
            "{\"b\":true,\"a\":1}",
            "{\"b\":true,}",
            "{\"b\":true,\"d\":1}",
            "{,\"b\":true}"));
    assertTexts(
        "{\"properties\": {\"ab\": {\"const\": 1}}, \"additionalProperties\": {\"type\": \"null\"}}",
        List.of(
            "{}", "{\"ab\":1}", "{\"ab\":1,\"a\":null,\"abc\":null}", "{\"x\":null,\"y\":null}"),
        List.of("{\"ab\":null}", "{\"x\":null,\"ab\":null}", "{\"x\":1}", "{\"\\u0061b\":null}"));
  }

  @Test
  void stringsAndNumbers() {
    assertTexts(
        "{\"type\": \"string\", \"pattern\": \"^[a-c]{2}-(\\\\d+|\\\"x\\\")$\"}",
        List.of("\"ab-12\"", "\"cc-\\\"x\\\"\""),
        List.of("\"ab-\"", "\"abc-1\"", "ab-1", "\"ab-1 \""));
    assertTexts(
        "{\"type\": \"string\", \"pattern\": \"b\"}",
        List.of("\"b\"", "\"abc\""),
        List.of("\"ac\""));
    assertTexts(
        "{\"type\": \"string\", \"format\": \"date\"}",
        List.of("\"2024-02-29\""),
        List.of("\"2024-13-01\"", "\"\""));
    assertTexts(
        "{\"type\": \"string\", \"minLength\": 2, \"maxLength\": 3}",
        List.of("\"aé\"", "\"😀\\n\\u00e9\""),
        List.of("\"a\"", "\"abcd\"", "\"\\ud83d\\ude00\""));
    assertTexts(
        "{\"type\": \"integer\", \"minimum\": -3, \"exclusiveMaximum\": 120}",
        List.of("-3", "-1", "0", "9", "99", "119"),
        List.of("-4", "-0", "120", "200", "1000", "01", "1.0", ""));
    assertTexts(
        "{\"type\": \"number\", \"minimum\": 0, \"maximum\": 1}",
        List.of("0", "0.25", "1", "1.0"),
        List.of("-1", "1.01", "2", "1e3", ".5"));
    assertTexts(
        "{\"type\": [\"number\", \"null\"]}",
        List.of("-1.5e+3", "null", "0"),
        List.of("-", "nul", "1."));
  }

  @Test
  void schemasWithinThemselves() {
    assertTexts(
        """
        {"$ref": "#/$defs/e", "$defs": {
          "e": {"anyOf": [{"$ref": "#/$defs/sum"}, {"$ref": "#/$defs/neg"}, {"type": "integer"}]},
          "sum": {"properties": {"l": {"$ref": "#/$defs/e"}, "r": {"$ref": "#/$defs/e"}}, "required": ["l", "r"]},
          "neg": {"properties": {"of": {"$ref": "#/$defs/e"}}, "required": ["of"]}}}
        """,
        List.of("1", "{\"l\":1,\"r\":{\"of\":{\"l\":0,\"r\":2}}}"),
        List.of("{}", "{\"l\":1}", "{\"of\":1,\"r\":1}", "{\"l\":1,\"r\":{}}"));
    assertTexts(
        "{\"allOf\": [{\"properties\": {\"a\": {\"type\": \"null\"}}}, {\"properties\": {\"b\":"
            + " {}}, \"required\": [\"b\"]}]}",
        List.of("{\"b\":1}", "{\"a\":null,\"b\":1}"),
        List.of("{\"a\":null}", "{}"));
    Grammar any = Grammar.ofJsonObjects();
    assertThat(TextWalk.accepts(any, "{\"a\": [1, {\"b\": \"\\\"\"}, [[]]], \"c\": -1e5}"))
        .isTrue();
    assertThat(TextWalk.accepts(any, "[]")).isFalse();
    assertThat(any.words()).as("small enough for a short context").isLessThan(250);
  }

  private static String many(int count, String form, String between) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> form.replace("%+", Integer.toString(i + 1)).replace("%", Integer.toString(i)))
        .collect(Collectors.joining(between));
  }

  @Test
  void hostileSchemasEnd() {
    String twice = "{'$ref':'#/$defs/s%+'},{'$ref':'#/$defs/s%+'}";
    String name = "n".repeat(100_000);
    List<String> hostile =
        List.of(
            // Chains and circles of references.
            "{'$ref':'#/$defs/s0','$defs':{"
                + many(20_000, "'s%':{'$ref':'#/$defs/s%+'}", ",")
                + ",'s20000':{}}}",
            "{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/b'},'b':{'$ref':'#/$defs/a'}}}",
            "{'allOf':[{'$ref':'#/$defs/a'}],'$defs':{'a':{'$ref':'#/$defs/b'},'b':{'$ref':'#/$defs/a'}}}",
            "{'allOf':[{'$ref':'#'}]}",
            // What doubles with each step.
            "{'anyOf':[{'$ref':'#/$defs/s0'}],'$defs':{"
                + many(60, "'s%':{'anyOf':[" + twice + "]}", ",")
                + ",'s60':{'type':'null'}}}",
            "{'allOf':[{'$ref':'#/$defs/s0'}],'$defs':{"
                + many(60, "'s%':{'allOf':[" + twice + "]}", ",")
                + ",'s60':{'type':'null'}}}",
            "{'$ref':'#/$defs/s0','$defs':{"
                + many(60, "'s%':{'type':'array','prefixItems':[" + twice + "]}", ",")
                + ",'s60':{'type':'null'}}}",
            "{'properties':{'x':{'allOf':[{'$ref':'#'}]},'y':{'allOf':[{'$ref':'#'}]}}}",
            // What is deep.
            "{'items':".repeat(900) + "{}" + "}".repeat(900),
            "{'const':" + "[".repeat(900) + "]".repeat(900) + "}",
            "{'anyOf':[".repeat(450) + "{}" + "]}".repeat(450),
            // What is large.
            "{'enum':[" + many(400_000, "%", ",") + "]}",
            "{'enum':[" + many(20_000, "'value %'", ",") + "]}",
            "{'type':["
                + many(200_000, "'object'", ",")
                + "],'required':["
                + many(1_000, "'r%'", ",")
                + "]}",
            "{'const':'" + "x".repeat(4_000_000) + "'}",
            "{'properties':{" + many(300_000, "'p%':{}", ",") + "}}",
            "{'properties':{" + many(900, "'p%':{'type':'null'}", ",") + "}}",
            "{'required':[" + many(300_000, "'r%'", ",") + "]}",
            "{'properties':{'" + name + "':{}},'additionalProperties':true}",
            "{'properties':{"
                + many(500, "'" + "n".repeat(400) + "%':{}", ",")
                + "},'additionalProperties':true}",
            "{'$ref':'#/" + name + "','" + name + "':{'anyOf':[" + many(10_000, "{}", ",") + "]}}",
            "{'allOf':["
                + many(2_000, "{'$ref':'#/$defs/a'},{'$ref':'#/$defs/b'}", ",")
                + "],'$defs':{'a':{'enum':["
                + many(50_000, "%", ",")
                + "]},'b':{'enum':["
                + many(50_000, "%", ",")
                + "]}}}",
            "{'type':'string','minLength':10000,'maxLength':10000}",
            "{'type':'array','items':{'type':'array','items':{'type':'array','maxItems':10000},"
                + "'maxItems':10000},'maxItems':10000}",
            // Patterns.
            "{'pattern':'^(a|aa)+$'}",
            "{'pattern':'a.{18}$'}",
            "{'pattern':'" + ".".repeat(300_000) + "'}",
            "{'pattern':'" + ".".repeat(30_000) + "'}",
            "{'pattern':'^(((a{10000}){10000}){10000}){10000}$'}",
            "{'pattern':'^(((){10000}){10000}){10000}$'}",
            "{'pattern':'^" + "(".repeat(10_000) + "$'}",
            "{'pattern':'^[" + "a-bd-e".repeat(20_000) + "]$'}",
            // Numbers.
            "{'type':'integer','minimum':1e999999999}",
            "{'type':'number','maximum':-1e-2147483647}",
            "{'type':'number','maximum':1e2147483648}",
            "{'type':'integer','minimum':" + "9".repeat(900) + "}",
            "{'const':1e999999999}");
    for (String schema : hostile) {
      try {
        Grammar.ofJsonSchema(schema.replace('\'', '"'));
      } catch (GrammarException e) {
        assertThat(e.getMessage()).matches("(grammar|json-schema): .{1,400}");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '~',
      textBlock =
          """
          {"type": "array", "items": {"not": {}}} @ #/items: 'not' is nothing that a table says
          {"properties": {"x": {"type": "strin"}}} @ #/properties/x/type: there is no type 'strin'
          {"$ref": "http://x"} @ #/$ref: expected is a place in this schema
          {"$ref": "#/$defs/x"} @ #/$ref: there is no #/$defs/x
          {"$ref": "#"} @ no text of it has an end
          {"enum": []} @ #/enum: expected is a list with something in it
          {"type": "string", "pattern": "^(?=a)$"} @ #/pattern: at 3 of the pattern: groups that look ahead
          {"type": "string", "pattern": "^\\\\x-1$"} @ at 4 of the pattern: expected are 2 hexadecimal digits
          {"type": "string", "pattern": "^\\\\u-fff$"} @ at 4 of the pattern: expected are 4 hexadecimal digits
          {"type": "string", "pattern": "^\\\\u+12a$"} @ at 4 of the pattern: expected are 4 hexadecimal digits
          {"type": "string", "pattern": "^a{+2}$"} @ at 3 of the pattern: expected is a repetition
          {"type": "string", "pattern": "^a{2,-3}$"} @ at 3 of the pattern: expected is a repetition
          {"type": "array", "minItems": 3, "maxItems": 2} @ there is nothing between 3 and 2
          {"type": "integer", "minimum": 3, "maximum": 2} @ there is no number
          {"type": "integer", "multipleOf": 3} @ 'multipleOf' is nothing that a table says
          {"properties": {}, "required": ["a"]} @ #/required: 'a' is none of the members
          {"a": @ it is no JSON
          [1] @ #: expected is a schema
          {"type": "array", "items": {"$ref": "#"}, "minItems": 1} @ no text of it has an end
          {"allOf": [{"$ref": "#/$defs/x"}]} @ #/allOf/0/$ref: there is no #/$defs/x
          {"allOf": [{"$ref": "#/a"}], "a": {"$ref": "#/a"}} @ one leads to the other without an end
          {"allOf": [7]} @ #/allOf/0: expected is a schema: an object
          {"allOf": {}} @ #/allOf: expected is a list of schemas
          """)
  void whatIsNotTakenIsRefusedWithItsPlace(String schema, String message) {
    assertThatThrownBy(() -> Grammar.ofJsonSchema(schema))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining(message);
  }
}
