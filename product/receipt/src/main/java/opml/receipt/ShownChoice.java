package opml.receipt;

import java.util.List;

/// A choice of an answer as a client was shown it.
///
/// @param place the field that it stands in: `text`, `message`, `delta`, or `output` of a response
/// @param text empty where there are calls only
/// @param reason why it ends, as OpenAI's API says it; nothing where that was not told
/// @param calls of tools, in their order
public record ShownChoice(String place, String text, String reason, List<ShownCall> calls) {
  public ShownChoice {
    calls = List.copyOf(calls);
  }
}
