package opml.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Tells the calls of tools in an answer from its text, as it comes: behind the marks of [ToolUse], or a bare object
/// that is all of the answer. What turns out to be no call is text.
final class CallFinder {
  private static final List<String> MARKS = List.of(ToolUse.HERMES, ToolUse.MISTRAL, ToolUse.LLAMA);

  private enum State {
    TEXT,
    /// Behind a mark.
    MARKED,
    /// In the name of a call whose arguments follow, as Mistral's newer models write it.
    NAMED,
    /// Between that name and its arguments.
    AFTER_NAME,
    CALL,
    /// Behind a call.
    BETWEEN
  }

  private final ToolUse tools;
  private State state = State.TEXT;
  private boolean mayBeBare;

  /// Text that may be a mark's begin, with the blanks before it.
  private final StringBuilder held = new StringBuilder();

  /// The mark and what came since, should it be no call.
  private final StringBuilder lead = new StringBuilder();

  private final StringBuilder name = new StringBuilder();
  private String mark = "";
  private boolean isList;
  private CallReader call = CallReader.ofCall();
  private boolean isAnnounced;
  private int count;
  private List<Part> parts = new ArrayList<>();

  CallFinder(ToolUse tools) {
    this.tools = tools;
    this.mayBeBare = tools.takesBare();
  }

  /// {@return how many calls there are}
  int count() {
    return tools.isParallel() ? count : Math.min(count, 1);
  }

  /// {@return what is known of an answer now that more of it has come}
  List<Part> next(String piece) {
    if (!tools.isWanted()) {
      return piece.isEmpty() ? List.of() : List.of(new Part.Text(piece));
    }
    for (int i = 0; i < piece.length(); i++) {
      take(piece.charAt(i));
    }
    if (state == State.TEXT) {
      sayUpTo(held.length() - heldBack());
    }
    return taken();
  }

  /// {@return what is known now that nothing more comes}
  List<Part> end() {
    switch (state) {
      case TEXT -> {
        if (count == 0 || !held.toString().isBlank()) {
          sayUpTo(held.length());
        }
      }
      case MARKED, NAMED, AFTER_NAME -> giveUp("");
      case CALL -> {
        if (!isAnnounced) {
          giveUp(call.raw());
        }
      }
      case BETWEEN -> {}
    }
    return taken();
  }

  private List<Part> taken() {
    List<Part> all = parts;
    parts = new ArrayList<>();
    return all;
  }

  private void take(char c) {
    switch (state) {
      case TEXT -> takeText(c);
      case MARKED -> takeMarked(c);
      case NAMED -> takeNamed(c);
      case AFTER_NAME -> {
        lead.append(c);
        if (c == '{') {
          begin(CallReader.ofArguments(name.toString().strip()), c);
        }
      }
      case CALL -> takeCall(c);
      case BETWEEN -> takeBetween(c);
    }
  }

  // --- Text ---

  private void takeText(char c) {
    if (mayBeBare && c == '{' && held.toString().isBlank()) {
      enter("", held.length());
      takeMarked(c);
      return;
    }
    held.append(c);
    for (String each : MARKS) {
      int at = held.length() - each.length();
      if (at >= 0 && held.indexOf(each, at) == at) {
        enter(each, at);
        return;
      }
    }
  }

  /// A mark begins at a place in the text that is held.
  private void enter(String found, int at) {
    int end = at;
    while (end > 0 && Character.isWhitespace(held.charAt(end - 1))) {
      end--;
    }
    sayUpTo(end);
    lead.setLength(0);
    lead.append(held);
    held.setLength(0);
    mark = found;
    isList = false;
    state = State.MARKED;
  }

  /// {@return how much of the end of the text may be a mark's begin, with blanks before it}
  private int heldBack() {
    int from = held.length();
    for (String each : MARKS) {
      for (int length = Math.min(each.length() - 1, held.length()); length > 0; length--) {
        int at = held.length() - length;
        if (held.substring(at).equals(each.substring(0, length))) {
          from = Math.min(from, at);
          break;
        }
      }
    }
    while (from > 0 && Character.isWhitespace(held.charAt(from - 1))) {
      from--;
    }
    return held.length() - from;
  }

  private void sayUpTo(int end) {
    if (end > 0) {
      parts.add(new Part.Text(held.substring(0, end)));
      held.delete(0, end);
      mayBeBare = false;
    }
  }

  private void giveUp(String read) {
    state = State.TEXT;
    held.append(lead).append(read);
    lead.setLength(0);
    sayUpTo(held.length());
  }

  // --- Calls ---

  private void takeMarked(char c) {
    if (c == '{') {
      begin(CallReader.ofCall(), c);
      return;
    }
    lead.append(c);
    if (mark.equals(ToolUse.MISTRAL) && c == '[' && !isList) {
      isList = true;
    } else if (mark.equals(ToolUse.MISTRAL) && !isList && Character.isLetter(c)) {
      name.setLength(0);
      name.append(c);
      state = State.NAMED;
    } else if (!Character.isWhitespace(c)) {
      giveUp("");
    }
  }

  private void takeNamed(char c) {
    lead.append(c);
    switch (c) {
      case '{' -> begin(CallReader.ofArguments(name.toString().strip()), c);
      case '[' -> state = State.AFTER_NAME;
      default -> name.append(c);
    }
  }

  private void begin(CallReader reader, char c) {
    call = reader;
    isAnnounced = false;
    state = State.CALL;
    takeCall(c);
  }

  private void takeCall(char c) {
    call.take(c);
    Optional<String> called = call.name();
    boolean isNone =
        called.isPresent() && mark.isEmpty() && !tools.names().contains(called.get())
            || called.isEmpty() && call.isEnded();
    if (isNone && !isAnnounced) {
      giveUp(call.raw());
      return;
    }
    if (called.isPresent() && !isAnnounced) {
      isAnnounced = true;
      count++;
      tell(new Part.Call(count - 1, called.get()));
    }
    if (isAnnounced) {
      String more = call.isEnded() && !call.hasArguments() ? "{}" : call.arguments();
      if (!more.isEmpty()) {
        tell(new Part.Arguments(count - 1, more));
      }
    }
    if (call.isEnded()) {
      state = State.BETWEEN;
      lead.setLength(0);
      held.setLength(0);
    }
  }

  /// Characters of the same arguments are told together.
  private void tell(Part part) {
    if (count > 1 && !tools.isParallel()) {
      return;
    }
    if (part instanceof Part.Arguments(int index, String more)
        && !parts.isEmpty()
        && parts.getLast() instanceof Part.Arguments(int last, String before)
        && last == index) {
      parts.set(parts.size() - 1, new Part.Arguments(index, before + more));
    } else {
      parts.add(part);
    }
  }

  private void takeBetween(char c) {
    if (held.isEmpty() && Character.isWhitespace(c)) {
      return;
    }
    if (held.isEmpty() && c == '{' && !(mark.equals(ToolUse.MISTRAL) && !isList)) {
      begin(CallReader.ofCall(), c);
      return;
    }
    if (mark.equals(ToolUse.HERMES)) {
      held.append(c);
      if (ToolUse.HERMES_END.contentEquals(held)) {
        held.setLength(0);
        state = State.TEXT;
      } else if (!ToolUse.HERMES_END.startsWith(held.toString())) {
        state = State.TEXT;
      }
      return;
    }
    boolean goesOn = isList ? c == ',' : c == ';';
    if (!goesOn) {
      state = State.TEXT;
      if (!isList || c != ']') {
        takeText(c);
      }
    }
  }
}
