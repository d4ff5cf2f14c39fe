package opml.llm.template;

import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Goes over a template once, and writes what it says.
final class Rendering {
  private static final long MOST_OF_RANGE = 100_000;

  /// How the statements behind one go on.
  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  private final Spending spending;
  private final ZonedDateTime now;
  private final Pythonic python;
  private final Reckoning reckoning;
  private final Methods methods;
  private final Filters filters;
  private final Checks checks;
  private StringBuilder out = new StringBuilder();
  private Scope variables;

  /// @param now what time the template is told
  Rendering(Map<String, Datum> given, Spending spending, ZonedDateTime now) {
    this.spending = spending;
    this.now = now;
    this.python = new Pythonic(spending);
    this.reckoning = new Reckoning(spending);
    this.methods = new Methods(python, spending);
    this.filters = new Filters(this, python, methods, spending);
    this.checks = new Checks(python);
    Map<String, Datum> all = new HashMap<>();
    function(all, "raise_exception", this::raise);
    function(all, "strftime_now", this::time);
    function(all, "range", this::range);
    function(all, "dict", named -> Datum.map(new LinkedHashMap<>(named.named())));
    function(all, "namespace", Rendering::namespace);
    all.putAll(given);
    this.variables = Scope.of(all);
  }

  private static void function(Map<String, Datum> to, String name, Datum.Callee callee) {
    to.put(name, new Datum.Function(name, callee));
  }

  String text(List<Stmt> template) {
    run(template);
    return out.toString();
  }

  // --- What every template may call ---

  private Datum raise(Arguments given) {
    throw TemplateException.raised(python.string(given.get(0, "message")));
  }

  private Datum time(Arguments given) {
    return Datum.of(TimeText.of(now, Pythonic.text(given.get(0, "format")), spending));
  }

  private Datum range(Arguments given) {
    boolean hasStart = given.positional().size() > 1;
    long start = hasStart ? Pythonic.whole(given.get(0, "start")) : 0;
    long stop = Pythonic.whole(given.get(hasStart ? 1 : 0, "stop"));
    long step = Pythonic.whole(given.get(2, "step", Datum.of(1)));
    if (step == 0) {
      throw new TemplateException("a range by steps of zero");
    }
    List<Datum> numbers = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      spending.step();
      if (numbers.size() == MOST_OF_RANGE) {
        throw new TemplateException("a range of more than %,d".formatted(MOST_OF_RANGE));
      }
      numbers.add(Datum.of(i));
    }
    return Datum.list(numbers);
  }

  private static Datum namespace(Arguments given) {
    Map<String, Datum> entries = new HashMap<>(given.named());
    if (!given.positional().isEmpty()
        && given.positional().getFirst() instanceof Datum.Entries(Map<String, Datum> more)) {
      more.forEach(entries::putIfAbsent);
    }
    return new Datum.Namespace(entries);
  }

  // --- Statements ---

  private Flow run(List<Stmt> body) {
    spending.enter();
    Flow flow = Flow.ON;
    for (Stmt statement : body) {
      flow = run(statement);
      if (flow != Flow.ON) {
        break;
      }
    }
    spending.leave();
    return flow;
  }

  private Flow run(Stmt statement) {
    spending.step();
    int line =
        switch (statement) {
          case Stmt.Print print -> print.line();
          case Stmt.If ifs -> ifs.line();
          case Stmt.For loop -> loop.line();
          case Stmt.SetNames set -> set.line();
          case Stmt.SetAttribute set -> set.line();
          case Stmt.SetBlock set -> set.line();
          case Stmt.FilterBlock block -> block.line();
          case Stmt.CallBlock call -> call.line();
          case Stmt.With with -> with.line();
          case Stmt.Data _, Stmt.MacroOf _, Stmt.Together _, Stmt.Break _, Stmt.Continue _ -> 0;
        };
    try {
      return execute(statement);
    } catch (TemplateException e) {
      throw line == 0 ? e : e.in(line);
    }
  }

  private Flow execute(Stmt statement) {
    return switch (statement) {
      case Stmt.Data(String text) -> {
        write(text);
        yield Flow.ON;
      }
      case Stmt.Print(Expr value, _) -> {
        write(python.string(value(value)));
        yield Flow.ON;
      }
      case Stmt.If(List<Stmt.Branch> branches, List<Stmt> otherwise, _) -> {
        for (Stmt.Branch branch : branches) {
          if (Pythonic.isTrue(value(branch.test()))) {
            yield run(branch.body());
          }
        }
        yield run(otherwise);
      }
      case Stmt.For loop -> {
        run(loop);
        yield Flow.ON;
      }
      case Stmt.SetNames(List<String> names, Expr value, _) -> {
        assign(variables, names, value(value));
        yield Flow.ON;
      }
      case Stmt.SetAttribute(String name, String attribute, Expr value, _) -> {
        if (!(Pythonic.requireThere(variables.get(name))
            instanceof Datum.Namespace(Map<String, Datum> entries))) {
          throw new TemplateException("'%s' is no namespace".formatted(name));
        }
        entries.put(attribute, value(value));
        yield Flow.ON;
      }
      case Stmt.SetBlock(String name, Expr value, List<Stmt> body, _) -> {
        Scope outer = variables;
        variables = outer.inner();
        Datum text = Datum.of(captured(body));
        variables = outer;
        variables.set(name, filtered(value, text));
        yield Flow.ON;
      }
      case Stmt.FilterBlock(Expr value, List<Stmt> body, _) -> {
        Scope outer = variables;
        variables = outer.inner();
        Datum text = Datum.of(captured(body));
        variables = outer;
        write(python.string(filtered(value, text)));
        yield Flow.ON;
      }
      case Stmt.MacroOf(String name, Stmt.Parameters parameters, List<Stmt> body) -> {
        variables.set(name, macro(name, parameters, body, variables));
        yield Flow.ON;
      }
      case Stmt.CallBlock(Expr.Call call, Stmt.Parameters parameters, List<Stmt> body, _) -> {
        Datum caller = macro("caller", parameters, body, variables);
        Arguments given = arguments(call.given());
        Map<String, Datum> named = new LinkedHashMap<>(given.named());
        named.put("caller", caller);
        write(
            python.string(called(value(call.callee()), new Arguments(given.positional(), named))));
        yield Flow.ON;
      }
      case Stmt.With(List<String> names, List<Expr> values, List<Stmt> body, _) -> {
        Scope outer = variables;
        Scope inner = outer.inner();
        for (int i = 0; i < names.size(); i++) {
          inner.set(names.get(i), value(values.get(i)));
        }
        variables = inner;
        Flow flow = run(body);
        variables = outer;
        yield flow;
      }
      case Stmt.Together(List<Stmt> body) -> run(body);
      case Stmt.Break() -> Flow.BREAK;
      case Stmt.Continue() -> Flow.CONTINUE;
    };
  }

  private void write(String text) {
    spending.making(text.length());
    out.append(text);
  }

  /// {@return what statements write}
  private String captured(List<Stmt> body) {
    StringBuilder outer = out;
    out = new StringBuilder();
    run(body);
    String text = out.toString();
    out = outer;
    return text;
  }

  private void run(Stmt.For loop) {
    List<Datum> items = python.items(value(loop.of()));
    Scope outer = variables;
    if (loop.filter().isPresent()) {
      List<Datum> taken = new ArrayList<>();
      for (Datum item : items) {
        variables = outer.inner();
        assign(variables, loop.names(), item);
        if (Pythonic.isTrue(value(loop.filter().get()))) {
          taken.add(item);
        }
      }
      variables = outer;
      items = taken;
    }
    if (items.isEmpty()) {
      run(loop.otherwise());
      return;
    }
    for (int i = 0; i < items.size(); i++) {
      variables = outer.inner();
      variables.set("loop", new Datum.Loop(items, i));
      assign(variables, loop.names(), items.get(i));
      if (run(loop.body()) == Flow.BREAK) {
        break;
      }
    }
    variables = outer;
  }

  private void assign(Scope to, List<String> names, Datum value) {
    spending.step();
    if (names.size() == 1) {
      to.set(names.getFirst(), value);
      return;
    }
    List<Datum> parts = python.items(Pythonic.requireThere(value));
    if (parts.size() != names.size()) {
      throw new TemplateException("%d names for %d values".formatted(names.size(), parts.size()));
    }
    for (int i = 0; i < parts.size(); i++) {
      to.set(names.get(i), parts.get(i));
    }
  }

  private Datum macro(String name, Stmt.Parameters parameters, List<Stmt> body, Scope around) {
    return new Datum.Function(
        name,
        given -> {
          List<String> names = parameters.names();
          if (given.positional().size() > names.size()) {
            throw new TemplateException(
                "macro '%s' takes %d arguments, and is given %d"
                    .formatted(name, names.size(), given.positional().size()));
          }
          for (String named : given.named().keySet()) {
            if (!names.contains(named) && !named.equals("caller")) {
              throw new TemplateException("macro '%s' takes no '%s'".formatted(name, named));
            }
          }
          Scope outer = variables;
          variables = around.inner();
          Datum caller = given.named().get("caller");
          if (caller != null) {
            variables.set("caller", caller);
          }
          int firstDefault = names.size() - parameters.defaults().size();
          for (int i = 0; i < names.size(); i++) {
            Optional<Datum> said = given.find(i, names.get(i));
            variables.set(
                names.get(i),
                said.isPresent()
                    ? said.get()
                    : i < firstDefault
                        ? new Datum.Missing(names.get(i))
                        : value(parameters.defaults().get(i - firstDefault)));
          }
          Datum text = Datum.of(captured(body));
          variables = outer;
          return text;
        });
  }

  // --- Expressions ---

  private Datum value(Expr expression) {
    spending.step();
    spending.enter();
    Datum value =
        switch (expression) {
          case Expr.Literal(Datum literal) -> literal;
          case Expr.Name(String name) -> variables.get(name);
          case Expr.ListOf(List<Expr> items, boolean isTuple) ->
              new Datum.Items(values(items), isTuple);
          case Expr.MapOf(List<Expr> keys, List<Expr> values) -> {
            Map<String, Datum> entries = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
              entries.put(Pythonic.text(value(keys.get(i))), value(values.get(i)));
            }
            yield Datum.map(entries);
          }
          case Expr.Attribute(Expr of, String name) -> attribute(value(of), name);
          case Expr.Item(Expr of, Expr key) -> item(value(of), value(key));
          case Expr.Slice(Expr of, var from, var to, var step) ->
              reckoning.slice(value(of), bound(from), bound(to), bound(step));
          case Expr.Call(Expr callee, Expr.Given given) -> called(value(callee), arguments(given));
          case Expr.Filter(Optional<Expr> of, String name, Expr.Given given) ->
              filters.apply(
                  name,
                  value(of.orElseThrow(() -> new TemplateException("a filter of nothing"))),
                  arguments(given));
          case Expr.Check(Expr of, String name, Expr.Given given) ->
              Datum.of(holds(name, value(of), arguments(given)));
          case Expr.Negative(Expr of) ->
              reckoning.apply(Expr.Operator.MULTIPLY, number(value(of)), Datum.of(-1));
          case Expr.Positive(Expr of) ->
              reckoning.apply(Expr.Operator.MULTIPLY, number(value(of)), Datum.of(1));
          case Expr.Not(Expr of) -> Datum.of(!Pythonic.isTrue(value(of)));
          case Expr.Binary(Expr.Operator operator, Expr left, Expr right) ->
              reckoning.apply(operator, value(left), value(right));
          case Expr.Concatenation(List<Expr> parts) ->
              methods.joined("", values(parts), python::string);
          case Expr.And(Expr left, Expr right) -> {
            Datum first = value(left);
            yield Pythonic.isTrue(first) ? value(right) : first;
          }
          case Expr.Or(Expr left, Expr right) -> {
            Datum first = value(left);
            yield Pythonic.isTrue(first) ? first : value(right);
          }
          case Expr.Comparison(Expr first, List<Expr.Compared> others) -> compared(first, others);
          case Expr.Condition(Expr test, Expr then, Optional<Expr> otherwise) ->
              Pythonic.isTrue(value(test))
                  ? value(then)
                  : otherwise.map(this::value).orElse(new Datum.Missing("else"));
        };
    spending.leave();
    return value;
  }

  private static Datum number(Datum value) {
    if (!Pythonic.isNumber(Pythonic.requireThere(value))) {
      throw new TemplateException("'%s' has no sign".formatted(Pythonic.type(value)));
    }
    return value;
  }

  private List<Datum> values(List<Expr> expressions) {
    List<Datum> values = new ArrayList<>();
    for (Expr expression : expressions) {
      values.add(value(expression));
    }
    return values;
  }

  private Datum bound(Optional<Expr> expression) {
    return expression.map(this::value).orElse(Datum.NONE);
  }

  private Arguments arguments(Expr.Given given) {
    if (given.positional().isEmpty() && given.named().isEmpty()) {
      return Arguments.NONE;
    }
    Map<String, Datum> named = new LinkedHashMap<>();
    given.named().forEach((name, value) -> named.put(name, value(value)));
    return new Arguments(values(given.positional()), named);
  }

  /// {@return what the filters of a block make of its text}
  private Datum filtered(Expr filter, Datum text) {
    if (!(filter instanceof Expr.Filter(Optional<Expr> of, String name, Expr.Given given))) {
      throw new TemplateException("a block is filtered by filters only");
    }
    Datum inner = of.isPresent() ? filtered(of.get(), text) : text;
    return filters.apply(name, inner, arguments(given));
  }

  private Datum compared(Expr first, List<Expr.Compared> others) {
    Datum left = value(first);
    for (Expr.Compared other : others) {
      Datum right = value(other.with());
      boolean holds =
          switch (other.relation()) {
            case EQUAL -> python.areEqual(left, right);
            case UNEQUAL -> !python.areEqual(left, right);
            case LESS -> python.compare(left, right) < 0;
            case LESS_OR_EQUAL -> python.compare(left, right) <= 0;
            case GREATER -> python.compare(left, right) > 0;
            case GREATER_OR_EQUAL -> python.compare(left, right) >= 0;
            case IN -> python.contains(right, left);
            case NOT_IN -> !python.contains(right, left);
          };
      if (!holds) {
        return Datum.FALSE;
      }
      left = right;
    }
    return Datum.TRUE;
  }

  private Datum called(Datum callee, Arguments arguments) {
    if (!(Pythonic.requireThere(callee) instanceof Datum.Function function)) {
      throw new TemplateException("'%s' is not called".formatted(Pythonic.type(callee)));
    }
    return function.callee().call(arguments);
  }

  boolean holds(String test, Datum value, Arguments arguments) {
    return checks.holds(test, value, arguments);
  }

  /// {@return what a value has behind a dot: a method, else an entry}
  Datum attribute(Datum of, String name) {
    Pythonic.requireThere(of);
    return methods.find(of, name).orElseGet(() -> reckoning.item(of, Datum.of(name)));
  }

  /// {@return what a value has in brackets: an entry, else a method}
  Datum item(Datum of, Datum key) {
    Datum found = reckoning.item(of, key);
    return found instanceof Datum.Missing && key instanceof Datum.Text(String name)
        ? methods.find(of, name).orElse(found)
        : found;
  }
}
