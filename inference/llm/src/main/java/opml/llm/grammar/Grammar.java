package opml.llm.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// What the texts of answers may be: an automaton over their bytes, as a table of integers that a request has
/// ([opml.kernels.transformer.GrammarTable]).
///
/// @param table its entries; any integers, since anybody may send them; none if every text is right
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record Grammar(int[] table) {
  /// Every text.
  public static final Grammar ANY = new Grammar(new int[0]);

  public Grammar {
    table = table.clone();
  }

  /// {@return the texts of a grammar in llama.cpp's notation}
  ///
  /// @throws GrammarException if it is none, or there is no table for it
  public static Grammar ofGbnf(String text) {
    return of(GbnfParser.parse(text));
  }

  /// {@return the JSON texts of values that a schema describes}: members in the order of its `properties`, and others
  /// only where it says so
  ///
  /// @throws GrammarException if it is none, or asks for what there is no table for
  public static Grammar ofJsonSchema(String text) {
    return of(SchemaReader.read(text));
  }

  /// {@return the same of a schema that was read already}
  public static Grammar ofJsonSchema(JsonNode schema) {
    return of(SchemaReader.read(schema));
  }

  /// {@return all JSON objects}
  public static Grammar ofJsonObjects() {
    return ofJsonSchema("{\"type\": \"object\"}");
  }

  private static Grammar of(GrammarRules rules) {
    return new Grammar(TableWriter.table(Determinism.of(rules)));
  }

  @Override
  public int[] table() {
    return table.clone();
  }

  /// {@return whether every text is right}
  public boolean isAny() {
    return table.length == 0;
  }

  /// {@return how many integers it takes of a request}
  public int words() {
    return table.length;
  }

  /// Writes the integers.
  public void write(ByteBuffer out, int at) {
    for (int i = 0; i < table.length; i++) {
      out.putInt(at + Integer.BYTES * i, table[i]);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Grammar that && Arrays.equals(table, that.table);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(table);
  }

  @Override
  public String toString() {
    return isAny() ? "any text" : "a grammar of %d entries".formatted(table.length);
  }
}
