package opml.vm.state;

/// A saved page that was not in memory any more, and did not come back as it was saved.
public final class DamagedPageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DamagedPageException(String message) {
    super(message);
  }

  public DamagedPageException(String message, Throwable cause) {
    super(message, cause);
  }
}
