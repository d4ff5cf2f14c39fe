import org.jspecify.annotations.NullMarked;

/// Language models: so far, their tokenizers.
@NullMarked
module opml.llm {
  requires static transitive org.jspecify;
  requires transitive opml.formats;

  exports opml.llm.tokenizer;
}
