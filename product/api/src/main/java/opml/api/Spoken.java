package opml.api;

import java.util.ArrayList;
import java.util.List;

/// What has been heard of an answer, with its calls of tools.
final class Spoken {
  private final CallFinder finder;
  private final boolean isKept;
  private final StringBuilder text = new StringBuilder();
  private final List<Call> calls = new ArrayList<>();
  private final List<Chance> chances = new ArrayList<>();
  private String reason = "";
  private int tokens;

  /// A call of a tool.
  ///
  /// @param arguments JSON, as far as the model has written it
  record Call(String name, StringBuilder arguments) {}

  /// @param isKept whether all of it is wanted in the end
  Spoken(ToolUse tools, boolean isKept) {
    this.finder = new CallFinder(tools);
    this.isKept = isKept;
  }

  /// {@return what is known now that more was said}
  List<Part> hear(Heard.Said said) {
    if (isKept) {
      chances.addAll(said.chances());
    }
    return keep(finder.next(said.text()));
  }

  /// {@return what is known now that the answer is at its end}
  List<Part> hear(Heard.Ended ended) {
    List<Part> rest = keep(finder.end());
    tokens = ended.tokens();
    boolean calls = finder.count() > 0 && ended.reason().equals("stop");
    reason = calls ? "tool_calls" : ended.reason();
    return rest;
  }

  private List<Part> keep(List<Part> parts) {
    if (isKept) {
      for (Part part : parts) {
        switch (part) {
          case Part.Text(String more) -> text.append(more);
          case Part.Call(int _, String name) -> calls.add(new Call(name, new StringBuilder()));
          case Part.Arguments(int index, String json) -> calls.get(index).arguments().append(json);
        }
      }
    }
    return parts;
  }

  String text() {
    return text.toString();
  }

  List<Call> calls() {
    return calls;
  }

  List<Chance> chances() {
    return chances;
  }

  /// {@return why it is at its end, once it is}: `stop`, `length` or `tool_calls`
  String reason() {
    return reason;
  }

  /// {@return how many tokens it has, once it is at its end}
  int tokens() {
    return tokens;
  }
}
