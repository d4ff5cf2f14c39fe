package opml.cli.command.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.codec.WholeFile;
import opml.formats.json.JsonValue;
import opml.llm.chat.ChatTemplate;
import opml.llm.template.Datum;

/// What was said in a conversation. In a file it is the array `messages` that clients of OpenAI's API send.
record ChatHistory(List<Said> said) {
  private static final String MESSAGES = "messages";
  private static final String ROLE = "role";
  private static final String CONTENT = "content";

  /// @param role who says it: `system`, `user`, `assistant`
  record Said(String role, String content) {}

  static ChatHistory begin(Optional<String> system) {
    return new ChatHistory(system.map(text -> new Said("system", text)).stream().toList());
  }

  int size() {
    return said.size();
  }

  ChatHistory with(String role, String content) {
    List<Said> more = new ArrayList<>(said);
    more.add(new Said(role, content));
    return new ChatHistory(List.copyOf(more));
  }

  /// {@return what a template is told}
  List<Datum> messages() {
    return said.stream().map(each -> ChatTemplate.message(each.role(), each.content())).toList();
  }

  /// Writes a file, whole or not at all.
  void save(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode object = mapper.createObjectNode();
    ArrayNode messages = object.putArray(MESSAGES);
    said.forEach(each -> messages.addObject().put(ROLE, each.role()).put(CONTENT, each.content()));
    String json = mapper.writerWithDefaultPrettyPrinter().writeValueAsString(object) + "\n";
    WholeFile.write(file, json.getBytes(StandardCharsets.UTF_8));
  }

  /// {@return what a file has}
  ///
  /// @throws opml.core.codec.MalformedException if it has something else
  static ChatHistory load(Path file) throws IOException {
    return new ChatHistory(
        JsonValue.read(file).get(MESSAGES).list().stream()
            .map(each -> new Said(each.get(ROLE).text(), each.get(CONTENT).text()))
            .toList());
  }
}
