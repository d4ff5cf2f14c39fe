package opml.llm.template;

/// A template that is none, or that cannot be rendered with what it was given: it says so itself (`raise_exception`),
/// or it asks for too much.
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Whether the template itself refuses what it was given.
  private final boolean raised;

  private TemplateException(String message, boolean raised) {
    super(message);
    this.raised = raised;
  }

  public TemplateException(String message) {
    this(message, false);
  }

  /// {@return the refusal that a template raises}
  static TemplateException raised(String message) {
    return new TemplateException(message, true);
  }

  static TemplateException at(int line, String message) {
    return new TemplateException("line %d: %s".formatted(line, message));
  }

  /// {@return the same error, with the line that it happened in}
  TemplateException in(int line) {
    String said = String.valueOf(getMessage());
    return raised || said.startsWith("line ") ? this : at(line, said);
  }

  /// {@return whether the template itself refuses what it was given}
  public boolean isRaised() {
    return raised;
  }
}
