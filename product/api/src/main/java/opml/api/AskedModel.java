package opml.api;

import java.util.Optional;
import opml.llm.chat.ChatTemplate;
import opml.llm.tokenizer.Tokenizer;

/// What of a model it takes to read a request: nothing that answers it.
///
/// @param template absent if the model takes no conversations
/// @param context tokens of a text, at most
public record AskedModel(Tokenizer tokenizer, Optional<ChatTemplate> template, int context) {}
