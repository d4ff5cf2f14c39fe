package opml.llm.model;

import java.util.Optional;
import opml.llm.tokenizer.Tokenizer;

/// A language model as its file has it: nothing of it is computed yet, and the weights stay where they are.
///
/// @param name what people call it: what the file says, or the file's own name
/// @param tokenizer absent if there is none beside the weights
/// @param chatTemplate how a conversation is written as a text, in Jinja; absent if the model comes without
public record LanguageModel(
    String name,
    Hyperparameters hyperparameters,
    Weights weights,
    Optional<Tokenizer> tokenizer,
    Optional<String> chatTemplate) {}
