import org.jspecify.annotations.NullMarked;

/// ONNX models in a Java program.
@NullMarked
module opml.session {
  requires static transitive org.jspecify;
  requires transitive opml.formats;
  requires opml.twins;
  requires opml.proof;

  exports opml.session;
}
