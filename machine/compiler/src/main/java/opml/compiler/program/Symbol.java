package opml.compiler.program;

/// From `pc` on, until the next symbol, the program is this line of this method; of inlined code, the inlined method.
///
/// @param line 0 where the class file does not say
public record Symbol(int pc, String className, String method, int line) {
  /// {@return whether two symbols name the same line}
  public boolean samePlace(Symbol other) {
    return className.equals(other.className) && method.equals(other.method) && line == other.line;
  }

  @Override
  public String toString() {
    return className + "." + method + (line == 0 ? "" : ":" + line);
  }
}
