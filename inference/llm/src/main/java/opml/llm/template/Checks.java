package opml.llm.template;

/// Jinja's tests: what may stand behind `is`.
final class Checks {
  private final Pythonic python;

  Checks(Pythonic python) {
    this.python = python;
  }

  boolean holds(String name, Datum value, Arguments arguments) {
    return switch (name) {
      case "defined" -> !(value instanceof Datum.Missing);
      case "undefined" -> value instanceof Datum.Missing;
      case "none" -> value instanceof Datum.Nothing;
      case "boolean" -> value instanceof Datum.Flag;
      case "true" -> value.equals(Datum.TRUE);
      case "false" -> value.equals(Datum.FALSE);
      case "integer" -> value instanceof Datum.Whole;
      case "float" -> value instanceof Datum.Real;
      case "number" -> Pythonic.isNumber(value);
      case "string" -> value instanceof Datum.Text;
      case "mapping" -> value instanceof Datum.Entries;
      case "callable" -> value instanceof Datum.Function;
      case "sequence" ->
          value instanceof Datum.Text
              || value instanceof Datum.Items
              || value instanceof Datum.Entries
              || value instanceof Datum.Missing;
      case "iterable" -> value instanceof Datum.Loop || holds("sequence", value, arguments);
      case "lower" ->
          python.string(value).equals(Pythonic.lower(python.string(value)))
              && hasLetters(python.string(value));
      case "upper" ->
          python.string(value).equals(Pythonic.upper(python.string(value)))
              && hasLetters(python.string(value));
      case "odd" -> Math.floorMod(Pythonic.whole(value), 2L) == 1;
      case "even" -> Math.floorMod(Pythonic.whole(value), 2L) == 0;
      case "divisibleby" -> {
        long by = Pythonic.whole(arguments.get(0, "num"));
        if (by == 0) {
          throw new TemplateException("a division by zero");
        }
        yield Pythonic.whole(value) % by == 0;
      }
      case "eq", "equalto", "==" -> python.areEqual(value, arguments.get(0, "other"));
      case "ne", "!=" -> !python.areEqual(value, arguments.get(0, "other"));
      case "lt", "lessthan", "<" -> python.compare(value, arguments.get(0, "other")) < 0;
      case "le", "<=" -> python.compare(value, arguments.get(0, "other")) <= 0;
      case "gt", "greaterthan", ">" -> python.compare(value, arguments.get(0, "other")) > 0;
      case "ge", ">=" -> python.compare(value, arguments.get(0, "other")) >= 0;
      case "in" -> python.contains(arguments.get(0, "seq"), value);
      // Of values that do not change, nobody can tell being equal from being the same.
      case "sameas" ->
          Pythonic.type(value).equals(Pythonic.type(arguments.get(0, "other")))
              && python.areEqual(value, arguments.get(0, "other"));
      default -> throw new TemplateException("there is no test '%s' here".formatted(name));
    };
  }

  private static boolean hasLetters(String text) {
    return text.codePoints().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
  }
}
