package opml.cli.console;

import java.util.ArrayList;
import java.util.List;
import opml.core.codec.MalformedException;

/// What is wrong with a command's input, all of it: nobody wants to mend one thing to be told of the next.
public final class Problems {
  private final List<String> found = new ArrayList<>();
  private boolean misused;

  /// Notes a problem, if it is one.
  public Problems when(boolean wrong, String problem) {
    if (wrong) {
      found.add(problem);
    }
    return this;
  }

  /// Notes that an argument is wrong: then the whole command was asked wrongly.
  public Problems misuse(String problem) {
    found.add(problem);
    misused = true;
    return this;
  }

  /// Notes what is wrong with one thing, which says so itself.
  public Problems of(Runnable check) {
    try {
      check.run();
    } catch (Failure | MalformedException e) {
      found.add(String.valueOf(e.getMessage()));
      misused |= Messages.isAboutAnArgument(e);
    }
    return this;
  }

  /// Ends the command, if there are any.
  ///
  /// @throws Failure that tells all problems
  public void fail() {
    if (!found.isEmpty()) {
      String all = String.join("; also ", found);
      throw misused ? Failure.misuse(all) : new Failure(all);
    }
  }
}
