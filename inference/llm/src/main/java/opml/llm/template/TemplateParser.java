package opml.llm.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.llm.template.Lexeme.Kind;

/// Reads lexemes by Jinja's grammar. A test binds as a filter does, a comparison weaker than a sum, and `a if b else c`
/// weakest of all; a filter behind a sign belongs to what has the sign.
final class TemplateParser {
  private static final int MOST_DEPTH = 100;

  private static final Set<String> NOT_ARGUMENTS_OF_TESTS = Set.of("else", "or", "and");

  private final List<Lexeme> lexemes;
  private int at;
  private int depth;

  private TemplateParser(List<Lexeme> lexemes) {
    this.lexemes = lexemes;
  }

  static List<Stmt> parse(String source) {
    TemplateParser parser = new TemplateParser(Lexer.lexemes(source));
    List<Stmt> body = parser.body(Set.of());
    if (parser.current().kind() != Kind.END) {
      throw parser.unexpected("nothing that ends a block");
    }
    return body;
  }

  // --- Statements ---

  /// Reads up to a block with one of these names, whose begin and name are taken too; or to the end.
  private List<Stmt> body(Set<String> ends) {
    enter();
    List<Stmt> body = new ArrayList<>();
    while (true) {
      Lexeme lexeme = next();
      switch (lexeme.kind()) {
        case DATA -> body.add(new Stmt.Data(lexeme.text()));
        case PRINT_BEGIN -> {
          body.add(new Stmt.Print(tuple(true), lexeme.line()));
          expect(Kind.PRINT_END, "");
        }
        case BLOCK_BEGIN -> {
          if (current().kind() == Kind.NAME && ends.contains(current().text())) {
            depth--;
            return body;
          }
          body.add(statement());
        }
        case END -> {
          if (!ends.isEmpty()) {
            throw TemplateException.at(lexeme.line(), "expected is " + String.join(" or ", ends));
          }
          at--;
          depth--;
          return body;
        }
        case PRINT_END, BLOCK_END, NAME, STRING, WHOLE, REAL, OPERATOR -> {
          at--;
          throw unexpected("text or a block");
        }
      }
    }
  }

  private Stmt statement() {
    Lexeme name = expect(Kind.NAME);
    return switch (name.text()) {
      case "if" -> ifs(name.line());
      case "for" -> loop(name.line());
      case "set" -> set(name.line());
      case "macro" -> macro();
      case "call" -> call(name.line());
      case "filter" -> {
        Expr filtered = filters(Optional.empty());
        yield new Stmt.FilterBlock(filtered, block("endfilter"), name.line());
      }
      case "with" -> with(name.line());
      case "generation" -> new Stmt.Together(block("endgeneration"));
      case "break" -> ended(new Stmt.Break());
      case "continue" -> ended(new Stmt.Continue());
      default ->
          throw TemplateException.at(
              name.line(), "there is no block %s here".formatted(name.shown()));
    };
  }

  private <T> T ended(T statement) {
    expect(Kind.BLOCK_END, "");
    return statement;
  }

  /// Reads the rest of a block's begin, its body and its end.
  private List<Stmt> block(String end) {
    expect(Kind.BLOCK_END, "");
    List<Stmt> body = body(Set.of(end));
    next();
    return ended(body);
  }

  private Stmt ifs(int line) {
    List<Stmt.Branch> branches = new ArrayList<>();
    List<Stmt> otherwise = List.of();
    while (true) {
      Expr test = tuple(false);
      expect(Kind.BLOCK_END, "");
      branches.add(new Stmt.Branch(test, body(Set.of("elif", "else", "endif"))));
      String end = next().text();
      if (end.equals("elif")) {
        continue;
      }
      if (end.equals("else")) {
        otherwise = block("endif");
      } else {
        expect(Kind.BLOCK_END, "");
      }
      return new Stmt.If(branches, otherwise, line);
    }
  }

  private Stmt loop(int line) {
    List<String> names = targets();
    expect(Kind.NAME, "in");
    Expr of = tuple(false);
    Optional<Expr> filter = takes(Kind.NAME, "if") ? Optional.of(expression()) : Optional.empty();
    if (current().is(Kind.NAME, "recursive")) {
      throw unexpected("no recursive loop, which we do not have");
    }
    expect(Kind.BLOCK_END, "");
    List<Stmt> body = body(Set.of("else", "endfor"));
    List<Stmt> otherwise = List.of();
    if (next().text().equals("else")) {
      otherwise = block("endfor");
    } else {
      expect(Kind.BLOCK_END, "");
    }
    return new Stmt.For(names, of, filter, body, otherwise, line);
  }

  private List<String> targets() {
    boolean open = takes(Kind.OPERATOR, "(");
    List<String> names = new ArrayList<>();
    names.add(expect(Kind.NAME).text());
    while (takes(Kind.OPERATOR, ",") && current().kind() == Kind.NAME) {
      names.add(next().text());
    }
    if (open) {
      expect(Kind.OPERATOR, ")");
    }
    return names;
  }

  private Stmt set(int line) {
    List<String> names = targets();
    if (names.size() == 1 && takes(Kind.OPERATOR, ".")) {
      String attribute = expect(Kind.NAME).text();
      expect(Kind.OPERATOR, "=");
      return ended(new Stmt.SetAttribute(names.getFirst(), attribute, tuple(true), line));
    }
    if (takes(Kind.OPERATOR, "=")) {
      return ended(new Stmt.SetNames(names, tuple(true), line));
    }
    Expr value = current().is(Kind.OPERATOR, "|") ? filters(Optional.empty()) : BODY;
    return new Stmt.SetBlock(names.getFirst(), value, block("endset"), line);
  }

  /// The text of a block, without any filter.
  static final Expr BODY = new Expr.Filter(Optional.empty(), "string", Expr.Given.NOTHING);

  private Stmt macro() {
    String name = expect(Kind.NAME).text();
    expect(Kind.OPERATOR, "(");
    Stmt.Parameters parameters = parameters();
    return new Stmt.MacroOf(name, parameters, block("endmacro"));
  }

  private Stmt call(int line) {
    Stmt.Parameters parameters =
        takes(Kind.OPERATOR, "(") ? parameters() : new Stmt.Parameters(List.of(), List.of());
    if (!(expression() instanceof Expr.Call called)) {
      throw unexpected("a call");
    }
    return new Stmt.CallBlock(called, parameters, block("endcall"), line);
  }

  /// Reads a macro's parameters, behind the opening bracket.
  private Stmt.Parameters parameters() {
    List<String> names = new ArrayList<>();
    List<Expr> defaults = new ArrayList<>();
    while (!takes(Kind.OPERATOR, ")")) {
      names.add(expect(Kind.NAME).text());
      if (takes(Kind.OPERATOR, "=")) {
        defaults.add(expression());
      } else if (!defaults.isEmpty()) {
        throw unexpected("a default, as parameters before have one");
      }
      if (!current().is(Kind.OPERATOR, ")")) {
        expect(Kind.OPERATOR, ",");
      }
    }
    return new Stmt.Parameters(names, defaults);
  }

  private Stmt with(int line) {
    List<String> names = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (current().kind() != Kind.BLOCK_END) {
      if (!names.isEmpty()) {
        expect(Kind.OPERATOR, ",");
      }
      names.add(expect(Kind.NAME).text());
      expect(Kind.OPERATOR, "=");
      values.add(expression());
    }
    return new Stmt.With(names, values, block("endwith"), line);
  }

  // --- Expressions ---

  /// Reads expressions with commas between, which are a tuple; one without is itself.
  private Expr tuple(boolean hasConditions) {
    Expr first = hasConditions ? expression() : or();
    if (!current().is(Kind.OPERATOR, ",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (takes(Kind.OPERATOR, ",") && !endsTuple()) {
      items.add(hasConditions ? expression() : or());
    }
    return new Expr.ListOf(items, true);
  }

  private boolean endsTuple() {
    Lexeme lexeme = current();
    return lexeme.kind() == Kind.PRINT_END
        || lexeme.kind() == Kind.BLOCK_END
        || lexeme.is(Kind.OPERATOR, ")");
  }

  private Expr expression() {
    enter();
    Expr expression = or();
    while (takes(Kind.NAME, "if")) {
      Expr test = or();
      Optional<Expr> otherwise =
          takes(Kind.NAME, "else") ? Optional.of(expression()) : Optional.empty();
      expression = new Expr.Condition(test, expression, otherwise);
    }
    depth--;
    return expression;
  }

  private Expr or() {
    Expr left = and();
    while (takes(Kind.NAME, "or")) {
      left = new Expr.Or(left, and());
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (takes(Kind.NAME, "and")) {
      left = new Expr.And(left, not());
    }
    return left;
  }

  private Expr not() {
    if (!takes(Kind.NAME, "not")) {
      return comparison();
    }
    enter();
    Expr of = not();
    depth--;
    return new Expr.Not(of);
  }

  private Expr comparison() {
    Expr first = sum();
    List<Expr.Compared> others = new ArrayList<>();
    for (Optional<Expr.Relation> found = relation(); found.isPresent(); found = relation()) {
      others.add(new Expr.Compared(found.get(), sum()));
    }
    return others.isEmpty() ? first : new Expr.Comparison(first, others);
  }

  private Optional<Expr.Relation> relation() {
    if (takes(Kind.NAME, "in")) {
      return Optional.of(Expr.Relation.IN);
    }
    if (current().is(Kind.NAME, "not") && lexemes.get(at + 1).is(Kind.NAME, "in")) {
      at += 2;
      return Optional.of(Expr.Relation.NOT_IN);
    }
    if (current().kind() != Kind.OPERATOR) {
      return Optional.empty();
    }
    Optional<Expr.Relation> found =
        Optional.ofNullable(
            switch (current().text()) {
              case "==" -> Expr.Relation.EQUAL;
              case "!=" -> Expr.Relation.UNEQUAL;
              case "<" -> Expr.Relation.LESS;
              case "<=" -> Expr.Relation.LESS_OR_EQUAL;
              case ">" -> Expr.Relation.GREATER;
              case ">=" -> Expr.Relation.GREATER_OR_EQUAL;
              default -> null;
            });
    found.ifPresent(_ -> at++);
    return found;
  }

  private Expr sum() {
    Expr left = concatenation();
    while (true) {
      if (takes(Kind.OPERATOR, "+")) {
        left = new Expr.Binary(Expr.Operator.ADD, left, concatenation());
      } else if (takes(Kind.OPERATOR, "-")) {
        left = new Expr.Binary(Expr.Operator.SUBTRACT, left, concatenation());
      } else {
        return left;
      }
    }
  }

  private Expr concatenation() {
    Expr first = product();
    if (!current().is(Kind.OPERATOR, "~")) {
      return first;
    }
    List<Expr> parts = new ArrayList<>(List.of(first));
    while (takes(Kind.OPERATOR, "~")) {
      parts.add(product());
    }
    return new Expr.Concatenation(parts);
  }

  private Expr product() {
    Expr left = power();
    while (true) {
      if (takes(Kind.OPERATOR, "*")) {
        left = new Expr.Binary(Expr.Operator.MULTIPLY, left, power());
      } else if (takes(Kind.OPERATOR, "//")) {
        left = new Expr.Binary(Expr.Operator.FLOOR_DIVIDE, left, power());
      } else if (takes(Kind.OPERATOR, "/")) {
        left = new Expr.Binary(Expr.Operator.DIVIDE, left, power());
      } else if (takes(Kind.OPERATOR, "%")) {
        left = new Expr.Binary(Expr.Operator.MODULO, left, power());
      } else {
        return left;
      }
    }
  }

  private Expr power() {
    Expr left = unary(true);
    while (takes(Kind.OPERATOR, "**")) {
      left = new Expr.Binary(Expr.Operator.POWER, left, unary(true));
    }
    return left;
  }

  private Expr unary(boolean hasFilters) {
    enter();
    Expr expression;
    if (takes(Kind.OPERATOR, "-")) {
      expression = new Expr.Negative(unary(false));
    } else if (takes(Kind.OPERATOR, "+")) {
      expression = new Expr.Positive(unary(false));
    } else {
      expression = primary();
    }
    expression = postfix(expression);
    depth--;
    return hasFilters ? filters(Optional.of(expression)) : expression;
  }

  private Expr primary() {
    Lexeme lexeme = next();
    return switch (lexeme.kind()) {
      case NAME ->
          switch (lexeme.text()) {
            case "true", "True" -> new Expr.Literal(Datum.TRUE);
            case "false", "False" -> new Expr.Literal(Datum.FALSE);
            case "none", "None" -> new Expr.Literal(Datum.NONE);
            default -> new Expr.Name(lexeme.text());
          };
      case STRING -> {
        StringBuilder text = new StringBuilder(lexeme.text());
        while (current().kind() == Kind.STRING) {
          text.append(next().text());
        }
        yield new Expr.Literal(Datum.of(text.toString()));
      }
      case WHOLE -> {
        try {
          yield new Expr.Literal(Datum.of(Long.parseLong(lexeme.text().replace("_", ""))));
        } catch (NumberFormatException e) {
          throw TemplateException.at(lexeme.line(), "a number of more than 64 bits");
        }
      }
      case REAL ->
          new Expr.Literal(new Datum.Real(Double.parseDouble(lexeme.text().replace("_", ""))));
      case OPERATOR ->
          switch (lexeme.text()) {
            case "(" -> brackets();
            case "[" -> new Expr.ListOf(items("]"), false);
            case "{" -> map();
            default -> {
              at--;
              throw unexpected("an expression");
            }
          };
      case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END -> {
        at--;
        throw unexpected("an expression");
      }
    };
  }

  private Expr brackets() {
    if (takes(Kind.OPERATOR, ")")) {
      return new Expr.ListOf(List.of(), true);
    }
    Expr inside = tuple(true);
    expect(Kind.OPERATOR, ")");
    return inside;
  }

  private List<Expr> items(String end) {
    List<Expr> items = new ArrayList<>();
    while (!takes(Kind.OPERATOR, end)) {
      items.add(expression());
      if (!current().is(Kind.OPERATOR, end)) {
        expect(Kind.OPERATOR, ",");
      }
    }
    return items;
  }

  private Expr map() {
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!takes(Kind.OPERATOR, "}")) {
      keys.add(expression());
      expect(Kind.OPERATOR, ":");
      values.add(expression());
      if (!current().is(Kind.OPERATOR, "}")) {
        expect(Kind.OPERATOR, ",");
      }
    }
    return new Expr.MapOf(keys, values);
  }

  private Expr postfix(Expr first) {
    Expr expression = first;
    while (true) {
      if (takes(Kind.OPERATOR, ".")) {
        Lexeme name = next();
        expression =
            switch (name.kind()) {
              case NAME -> new Expr.Attribute(expression, name.text());
              case WHOLE ->
                  new Expr.Item(
                      expression, new Expr.Literal(Datum.of(Long.parseLong(name.text()))));
              case DATA,
                  PRINT_BEGIN,
                  PRINT_END,
                  BLOCK_BEGIN,
                  BLOCK_END,
                  STRING,
                  REAL,
                  OPERATOR,
                  END -> {
                at--;
                throw unexpected("a name");
              }
            };
      } else if (takes(Kind.OPERATOR, "[")) {
        expression = subscript(expression);
      } else if (takes(Kind.OPERATOR, "(")) {
        expression = new Expr.Call(expression, given());
      } else {
        return expression;
      }
    }
  }

  private Expr subscript(Expr of) {
    Optional<Expr> first =
        current().is(Kind.OPERATOR, ":") ? Optional.empty() : Optional.of(expression());
    if (first.isPresent() && takes(Kind.OPERATOR, "]")) {
      return new Expr.Item(of, first.get());
    }
    expect(Kind.OPERATOR, ":");
    Optional<Expr> to = bound();
    Optional<Expr> step = takes(Kind.OPERATOR, ":") ? bound() : Optional.empty();
    expect(Kind.OPERATOR, "]");
    return new Expr.Slice(of, first, to, step);
  }

  private Optional<Expr> bound() {
    return current().is(Kind.OPERATOR, ":") || current().is(Kind.OPERATOR, "]")
        ? Optional.empty()
        : Optional.of(expression());
  }

  private Expr filters(Optional<Expr> first) {
    Optional<Expr> expression = first;
    while (true) {
      if (takes(Kind.OPERATOR, "|") || expression.isEmpty()) {
        String name = expect(Kind.NAME).text();
        Expr.Given given = takes(Kind.OPERATOR, "(") ? given() : Expr.Given.NOTHING;
        expression = Optional.of(new Expr.Filter(expression, name, given));
      } else if (takes(Kind.NAME, "is")) {
        expression = Optional.of(check(expression.get()));
      } else if (takes(Kind.OPERATOR, "(")) {
        expression = Optional.of(new Expr.Call(expression.get(), given()));
      } else {
        return expression.get();
      }
    }
  }

  private Expr check(Expr of) {
    boolean isNegated = takes(Kind.NAME, "not");
    String name = expect(Kind.NAME).text();
    Expr.Given given = Expr.Given.NOTHING;
    if (takes(Kind.OPERATOR, "(")) {
      given = given();
    } else if (beginsArgument()) {
      given = new Expr.Given(List.of(postfix(primary())), Map.of());
    }
    Expr check = new Expr.Check(of, name, given);
    return isNegated ? new Expr.Not(check) : check;
  }

  private boolean beginsArgument() {
    Lexeme lexeme = current();
    return switch (lexeme.kind()) {
      case NAME -> !NOT_ARGUMENTS_OF_TESTS.contains(lexeme.text());
      case STRING, WHOLE, REAL -> true;
      case OPERATOR -> lexeme.text().equals("[") || lexeme.text().equals("{");
      case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END -> false;
    };
  }

  /// Reads what a call is given, behind the opening bracket.
  private Expr.Given given() {
    List<Expr> positional = new ArrayList<>();
    Map<String, Expr> named = new LinkedHashMap<>();
    while (!takes(Kind.OPERATOR, ")")) {
      if (current().kind() == Kind.NAME && lexemes.get(at + 1).is(Kind.OPERATOR, "=")) {
        String name = next().text();
        at++;
        named.put(name, expression());
      } else if (named.isEmpty()) {
        positional.add(expression());
      } else {
        throw unexpected("a name, as arguments before have one");
      }
      if (!current().is(Kind.OPERATOR, ")")) {
        expect(Kind.OPERATOR, ",");
      }
    }
    return new Expr.Given(positional, named);
  }

  // --- Lexemes ---

  private Lexeme current() {
    return lexemes.get(at);
  }

  private Lexeme next() {
    Lexeme lexeme = lexemes.get(at);
    if (lexeme.kind() != Kind.END || at == lexemes.size() - 1) {
      at = Math.min(at + 1, lexemes.size());
    }
    return lexeme;
  }

  private boolean takes(Kind kind, String text) {
    boolean found = current().is(kind, text);
    if (found) {
      at++;
    }
    return found;
  }

  private Lexeme expect(Kind kind) {
    if (current().kind() != kind) {
      throw unexpected("a name");
    }
    return next();
  }

  private void expect(Kind kind, String text) {
    if (!takes(kind, text)) {
      throw unexpected(
          switch (kind) {
            case PRINT_END -> "}}";
            case BLOCK_END -> "%}";
            case DATA, PRINT_BEGIN, BLOCK_BEGIN, NAME, STRING, WHOLE, REAL, OPERATOR, END ->
                "'%s'".formatted(text);
          });
    }
  }

  private void enter() {
    depth++;
    if (depth > MOST_DEPTH) {
      throw unexpected("nothing that nests so deep");
    }
  }

  private TemplateException unexpected(String expected) {
    return TemplateException.at(
        current().line(), "expected is %s, found %s".formatted(expected, current().shown()));
  }
}
