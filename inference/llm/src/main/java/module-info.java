import org.jspecify.annotations.NullMarked;

/// Language models: their files, and their tokenizers.
@NullMarked
module opml.llm {
  requires static transitive org.jspecify;
  requires transitive opml.formats;

  exports opml.llm.model;
  exports opml.llm.tokenizer;
}
