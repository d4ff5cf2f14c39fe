package opml.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Passes on to a client what a generation says, as a stream or whole at the end.
///
/// A client that has gone is noticed by writing only. So something without a meaning is written once a second where
/// there is nothing to say: a comment in a stream, a blank before JSON.
final class Relay {
  private static final long PULSE_MILLIS = 1_000;
  private static final byte[] COMMENT = ": waiting\n\n".getBytes(StandardCharsets.UTF_8);
  private static final byte[] BLANK = {' '};

  private final CompletionRequest request;
  private final AnswerJson json;
  private final boolean isChat;
  private final Generation generation;
  private final ServerResponse response;
  private final Watchdog watchdog;
  private final Receipts receipts;
  private Optional<OutputStream> out = Optional.empty();

  Relay(
      CompletionRequest request,
      AnswerJson json,
      boolean isChat,
      Generation generation,
      ServerResponse response,
      Watchdog watchdog,
      Receipts receipts) {
    this.request = request;
    this.json = json;
    this.isChat = isChat;
    this.generation = generation;
    this.response = response;
    this.watchdog = watchdog;
    this.receipts = receipts;
  }

  /// {@return the status that the client was told}
  ///
  /// @throws UncheckedIOException if the client has gone; then the generation ends
  int toEnd() throws InterruptedException {
    boolean isDone = false;
    try {
      int status = request.isStream() ? stream() : whole();
      isDone = true;
      return status;
    } finally {
      if (!isDone) {
        generation.cancel();
      }
    }
  }

  private int whole() throws InterruptedException {
    List<StringBuilder> texts =
        Stream.generate(StringBuilder::new).limit(request.prompts().size()).toList();
    List<AnswerJson.Whole> answers = new ArrayList<>();
    while (true) {
      Optional<Heard> heard = generation.next(PULSE_MILLIS);
      if (heard.isEmpty()) {
        write(BLANK);
        continue;
      }
      switch (heard.get()) {
        case Heard.Said(int prompt, String text) -> texts.get(prompt).append(text);
        case Heard.Made made -> receipts.add(made);
        case Heard.Ended(int prompt, String reason, int tokens) ->
            answers.add(new AnswerJson.Whole(texts.get(prompt).toString(), reason, tokens));
        case Heard.Failed(ApiException why) -> {
          if (out.isEmpty()) {
            throw why;
          }
          write(AnswerJson.bytes(AnswerJson.error(why)));
          close();
          return why.status();
        }
        case Heard.Done() -> {
          byte[] bytes = AnswerJson.bytes(receipts.moveTo(json.whole(answers)));
          if (out.isEmpty()) {
            response.header("Content-Type", "application/json");
            watchdog.watch(() -> response.send(bytes));
          } else {
            write(bytes);
            close();
          }
          return 200;
        }
      }
    }
  }

  private int stream() throws InterruptedException {
    int tokens = 0;
    boolean isBegun = false;
    while (true) {
      Optional<Heard> heard = generation.next(PULSE_MILLIS);
      if (heard.isEmpty()) {
        write(COMMENT);
        continue;
      }
      if (heard.get() instanceof Heard.Failed(ApiException why)) {
        if (out.isEmpty()) {
          throw why;
        }
        write(event(AnswerJson.error(why)));
        close();
        return why.status();
      }
      if (heard.get() instanceof Heard.Made made) {
        receipts.add(made);
        continue;
      }
      StringBuilder events = new StringBuilder();
      if (isChat && !isBegun) {
        copies(events, 0, index -> json.begin(index));
      }
      isBegun = true;
      switch (heard.get()) {
        case Heard.Said(int prompt, String text) ->
            copies(events, prompt, index -> json.part(index, text));
        case Heard.Ended(int prompt, String reason, int count) -> {
          tokens += count * request.copies();
          copies(events, prompt, index -> receipts.moveTo(json.end(index, reason)));
        }
        case Heard.Done() -> {
          if (request.showsUsage()) {
            events.append(text(json.used(tokens)));
          }
          events.append("data: [DONE]\n\n");
          write(events.toString().getBytes(StandardCharsets.UTF_8));
          close();
          return 200;
        }
        case Heard.Failed _, Heard.Made _ -> throw new AssertionError("these were heard before");
      }
      write(events.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  /// Makes a choice's event.
  @FunctionalInterface
  private interface Choice {
    ObjectNode of(int index);
  }

  /// Each copy of an answer hears the same.
  private void copies(StringBuilder events, int prompt, Choice choice) {
    for (int copy = 0; copy < request.copies(); copy++) {
      events.append(text(choice.of(prompt * request.copies() + copy)));
    }
  }

  private static String text(ObjectNode object) {
    return "data: " + new String(AnswerJson.bytes(object), StandardCharsets.UTF_8) + "\n\n";
  }

  private static byte[] event(ObjectNode object) {
    return text(object).getBytes(StandardCharsets.UTF_8);
  }

  private void write(byte[] bytes) {
    if (out.isEmpty()) {
      response.header(
          "Content-Type", request.isStream() ? "text/event-stream" : "application/json");
      response.header("Cache-Control", "no-store");
      out = Optional.of(response.outputStream());
    }
    OutputStream stream = out.get();
    watchdog.watch(
        () -> {
          try {
            stream.write(bytes);
            stream.flush();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void close() {
    out.ifPresent(
        stream ->
            watchdog.watch(
                () -> {
                  try {
                    stream.close();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }));
  }
}
