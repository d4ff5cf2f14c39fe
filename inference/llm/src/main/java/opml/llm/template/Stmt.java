package opml.llm.template;

import java.util.List;
import java.util.Optional;

/// A part of a template that does something.
sealed interface Stmt {
  record Data(String text) implements Stmt {}

  record Print(Expr value, int line) implements Stmt {}

  /// @param branches the first whose test holds is taken
  record If(List<Branch> branches, List<Stmt> otherwise, int line) implements Stmt {}

  record Branch(Expr test, List<Stmt> body) {}

  /// @param names what an item is called; several take it apart
  /// @param filter which items are taken
  /// @param otherwise what is done if there are none
  record For(
      List<String> names,
      Expr of,
      Optional<Expr> filter,
      List<Stmt> body,
      List<Stmt> otherwise,
      int line)
      implements Stmt {}

  record SetNames(List<String> names, Expr value, int line) implements Stmt {}

  record SetAttribute(String namespace, String name, Expr value, int line) implements Stmt {}

  /// @param value made of the body's text
  record SetBlock(String name, Expr value, List<Stmt> body, int line) implements Stmt {}

  record FilterBlock(Expr value, List<Stmt> body, int line) implements Stmt {}

  record MacroOf(String name, Parameters parameters, List<Stmt> body) implements Stmt {}

  /// @param defaults of the last names
  record Parameters(List<String> names, List<Expr> defaults) {}

  record CallBlock(Expr.Call call, Parameters parameters, List<Stmt> body, int line)
      implements Stmt {}

  record With(List<String> names, List<Expr> values, List<Stmt> body, int line) implements Stmt {}

  /// Statements that belong together, and mean nothing else here (`generation`).
  record Together(List<Stmt> body) implements Stmt {}

  record Break() implements Stmt {}

  record Continue() implements Stmt {}
}
