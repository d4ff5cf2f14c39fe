package opml.api;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import java.io.IOException;

/// A part of a tree of JSON that is none: it is made while it is written, since as a tree it would take many times as
/// much memory as its text.
@FunctionalInterface
interface WrittenJson {
  void write(JsonGenerator out, SerializerProvider how) throws IOException;

  /// {@return it as a node of a tree}
  default JsonNode node() {
    return ApiBody.MAPPER
        .getNodeFactory()
        .pojoNode(
            new JsonSerializable.Base() {
              @Override
              public void serialize(JsonGenerator out, SerializerProvider how) throws IOException {
                write(out, how);
              }

              @Override
              public void serializeWithType(
                  JsonGenerator out, SerializerProvider how, TypeSerializer type)
                  throws IOException {
                write(out, how);
              }
            });
  }
}
