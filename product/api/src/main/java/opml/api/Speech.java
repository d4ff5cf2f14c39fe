package opml.api;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import opml.llm.session.LogProbabilities;
import opml.llm.tokenizer.StreamDecoder;
import opml.llm.tokenizer.Tokenizer;

/// Makes of the tokens of an answer what is said of it, until it is at its end.
final class Speech {
  private final CompletionRequest request;
  private final int answer;
  private final Tokenizer tokenizer;
  private final int room;
  private final StreamDecoder decoder;
  private final StopText stop;

  /// Chances of tokens whose text has not been said yet.
  private final Deque<Chance> held = new ArrayDeque<>();

  /// Tokens of the answer; there are `count`.
  private int[] made = new int[16];

  private int decoded;
  private int said;
  private int count;
  private boolean isEnded;

  /// @param answer which one of the request's
  /// @param context tokens of a text, at most
  Speech(CompletionRequest request, int answer, Tokenizer tokenizer, int context) {
    this.request = request;
    this.answer = answer;
    this.tokenizer = tokenizer;
    int[] prompt = request.prompt(answer);
    this.room = Math.min(request.most(), context - prompt.length);
    this.decoder = tokenizer.decoder(false);
    this.stop = new StopText(request.stops());
    // What comes is the middle of a text, whose first space is its own.
    decoder.next(prompt[prompt.length - 1]);
  }

  /// {@return what is heard before the first token}
  List<Heard> begin() {
    List<Heard> heard = new ArrayList<>();
    String echo = request.echo(answer);
    decoded = echo.length();
    say(echo, heard);
    if (room <= 0) {
      end("length", 0, heard);
    }
    return heard;
  }

  /// {@return how many tokens it may have}
  int room() {
    return room;
  }

  /// {@return the tokens that were said}
  int[] tokens() {
    return Arrays.copyOf(made, count);
  }

  /// {@return whether no more tokens are wanted}
  boolean isEnded() {
    return isEnded;
  }

  /// {@return what is heard of the next token}
  ///
  /// @param logits that it was chosen by, a float for each token; asked for at once, or not at all
  List<Heard> next(int token, Supplier<MemorySegment> logits) {
    List<Heard> heard = new ArrayList<>();
    if (count == made.length) {
      made = Arrays.copyOf(made, 2 * count);
    }
    made[count] = token;
    count++;
    boolean isEnd = tokenizer.endsOfGeneration().contains(token);
    if (!isEnd) {
      if (request.told().showsChances()) {
        held.add(chance(token, LogProbabilities.of(logits.get())));
      }
      String text = text(token);
      decoded += text.length();
      say(stop.next(text), heard);
    }
    if (isEnd || stop.isFound() || count == room) {
      String rest = decoder.end();
      decoded += rest.length();
      say(stop.next(rest) + stop.end(), heard);
      // Tokens without a text are there, too, unless a text ended the answer before them.
      if (!stop.isFound() && !held.isEmpty()) {
        heard.add(new Heard.Said(answer, "", List.copyOf(held)));
      }
      // Cut by a text, it is the answer to somebody who asks for no more than this.
      boolean isCut = stop.isFound() && !isEnd;
      end(isEnd || stop.isFound() ? "stop" : "length", isCut ? count : room, heard);
    }
    return heard;
  }

  /// {@return the text that a token finishes}; some control tokens tell where calls of tools begin
  private String text(int token) {
    return tokenizer.isControl(token) && request.tools().isMark(tokenizer.text(token))
        ? decoder.next(token) + tokenizer.text(token)
        : decoder.next(token);
  }

  private void say(String text, List<Heard> heard) {
    if (text.isEmpty()) {
      return;
    }
    said += text.length();
    List<Chance> chances = new ArrayList<>();
    while (!held.isEmpty() && held.element().at() < said) {
      chances.add(held.remove());
    }
    heard.add(new Heard.Said(answer, text, chances));
  }

  /// @param limit tokens that the answer might have had
  private void end(String reason, int limit, List<Heard> heard) {
    isEnded = true;
    heard.add(new Heard.Made(answer, limit, tokens()));
    heard.add(new Heard.Ended(answer, reason, count));
  }

  private Chance chance(int token, LogProbabilities all) {
    List<Chance.Word> others = new ArrayList<>();
    for (int other : all.greatest(request.told().others())) {
      others.add(word(other, all));
    }
    return new Chance(decoded, word(token, all), others);
  }

  private Chance.Word word(int token, LogProbabilities all) {
    byte[] bytes =
        tokenizer.isControl(token)
            ? tokenizer.text(token).getBytes(StandardCharsets.UTF_8)
            : tokenizer.piece(token);
    return new Chance.Word(new String(bytes, StandardCharsets.UTF_8), bytes, all.of(token));
  }
}
