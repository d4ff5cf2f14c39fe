package opml.compiler.frontend;

import opml.compiler.ir.MethodRef;

/// A method is not kernel Java. The message names the class, the method and the source line, and what was found there.
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient MethodRef method;
  private final int line;

  public RefusedException(MethodRef method, int line, String reason) {
    super(
        method.className()
            + "."
            + method.name()
            + (line > 0 ? ", line " + line : "")
            + ": "
            + reason);
    this.method = method;
    this.line = line;
  }

  public MethodRef method() {
    return method;
  }

  /// {@return the source line, or 0 where the class file has none}
  public int line() {
    return line;
  }
}
