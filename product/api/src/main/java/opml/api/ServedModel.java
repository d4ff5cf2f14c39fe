package opml.api;

import java.util.Optional;
import opml.llm.chat.ChatTemplate;
import opml.llm.session.Drafting;
import opml.llm.session.TextEngine;
import opml.llm.tokenizer.Tokenizer;
import opml.receipt.Voucher;

/// A model that answers.
///
/// @param template absent if the model takes no conversations
/// @param context tokens of a text, at most
/// @param drafting how texts are guessed ahead
/// @param fingerprint what tells the model from others, whatever they are called
/// @param voucher what makes receipts of its answers; absent if there are none
public record ServedModel(
    Tokenizer tokenizer,
    Optional<ChatTemplate> template,
    TextEngine engine,
    int context,
    Drafting drafting,
    String fingerprint,
    Optional<Voucher> voucher) {
  /// {@return what requests are read by}
  AskedModel asked() {
    return new AskedModel(tokenizer, template, context);
  }
}
