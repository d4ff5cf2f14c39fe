import org.jspecify.annotations.NullMarked;

/// Model files: from their bytes to a graph.
@NullMarked
module opml.formats {
  requires static transitive org.jspecify;
  requires transitive opml.engine;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.google.protobuf;
  requires re2j;

  exports opml.formats;
  exports opml.formats.file;
  exports opml.formats.gguf;
  exports opml.formats.image;
  exports opml.formats.json;
  exports opml.formats.llama2c;
  exports opml.formats.onnx;
  exports opml.formats.onnx.cases;
  exports opml.formats.onnx.file;
  exports opml.formats.onnx.node;
  exports opml.formats.onnx.operator;
  exports opml.formats.refusal;
  exports opml.formats.safetensors;
  exports opml.formats.strings;
}
