import org.jspecify.annotations.NullMarked;

/// Language models: their files, and their tokenizers.
@NullMarked
module opml.llm {
  requires static transitive org.jspecify;
  requires transitive opml.formats;

  exports opml.llm.forward;
  exports opml.llm.model;
  exports opml.llm.session;
  exports opml.llm.tape;
  exports opml.llm.tokenizer;
}
