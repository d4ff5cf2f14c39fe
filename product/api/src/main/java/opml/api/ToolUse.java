package opml.api;

import java.util.Set;
import opml.llm.chat.ChatTemplate;

/// What calls of tools are looked for in an answer.
///
/// Nothing tells in which form a model writes them but the template by which it reads them.
///
/// @param isWanted whether any are
/// @param names of the tools
/// @param takesBare whether an answer that is a JSON object with a tool's name is a call, without a mark before it
/// @param isParallel whether there may be several
/// @param hasBriefIds whether calls are told apart by nine letters, which Mistral's templates insist on
record ToolUse(
    boolean isWanted,
    Set<String> names,
    boolean takesBare,
    boolean isParallel,
    boolean hasBriefIds) {
  /// Before and behind a call, in models that Nous Research's Hermes 2 Pro was the first of, such as Qwen's.
  static final String HERMES = "<tool_call>";

  static final String HERMES_END = "</tool_call>";

  /// Before all calls, in Mistral's models.
  static final String MISTRAL = "[TOOL_CALLS]";

  /// Before a call, in LLaMA 3.1 and later; many of their answers lack it.
  static final String LLAMA = "<|python_tag|>";

  static final ToolUse NONE = new ToolUse(false, Set.of(), false, false, false);

  ToolUse {
    names = Set.copyOf(names);
  }

  /// {@return what a model's template makes the model write}
  static ToolUse of(ChatTemplate template, Set<String> names, boolean isParallel) {
    boolean isMistral = template.mentions(MISTRAL);
    boolean isMarked = template.mentions(HERMES) || isMistral;
    return new ToolUse(true, names, !isMarked, isParallel, isMistral);
  }

  /// {@return whether a control token tells that a call begins or ends}
  boolean isMark(String token) {
    return isWanted
        && (token.equals(HERMES)
            || token.equals(HERMES_END)
            || token.equals(MISTRAL)
            || token.equals(LLAMA)
            || token.equals("[ARGS]")
            || token.equals("[CALL_ID]"));
  }
}
