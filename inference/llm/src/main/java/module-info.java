import org.jspecify.annotations.NullMarked;

/// Language models: their files, and their tokenizers.
@NullMarked
module opml.llm {
  requires static transitive org.jspecify;
  requires transitive com.fasterxml.jackson.databind;
  requires transitive opml.formats;

  exports opml.llm.chat;
  exports opml.llm.forward;
  exports opml.llm.grammar;
  exports opml.llm.model;
  exports opml.llm.session;
  exports opml.llm.tape;
  exports opml.llm.template;
  exports opml.llm.tokenizer;
}
