package opml.llm.session;

import java.util.Arrays;
import java.util.function.IntConsumer;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;

/// Answers requests, and tells right answers from wrong ones. The one answer to a request is a function of the request
/// and the model ([opml.llm.forward.CheckGraph]), whoever asks and whatever was asked before.
public final class Writer {
  private final TextLimits limits;
  private final VocabularyTable vocabulary;
  private final int room;
  private final boolean[] stops;

  /// @param room bytes of an answer's tape
  public Writer(TextLimits limits, VocabularyTable vocabulary, int room) {
    this.limits = limits;
    this.vocabulary = vocabulary;
    this.room = room;
    this.stops = new boolean[vocabulary.stops().shape().count()];
    for (int i = 0; i < stops.length; i++) {
      stops[i] = vocabulary.stops().integer(i) != 0;
    }
  }

  /// {@return the tape of the answer to a request}
  ///
  /// @param request bytes of its slot
  /// @param heard each token, when it is there
  public byte[] answer(Session session, byte[] request, IntConsumer heard) {
    TextRequest.Read read = TextRequest.read(request, limits, stops.length);
    return read.request()
        .map(found -> answer(session, found, heard))
        .orElseGet(() -> TextAnswer.refusal(read.flaw()))
        .encode(room);
  }

  private TextAnswer answer(Session session, TextRequest request, IntConsumer heard) {
    int[] prompt = request.prompt();
    int[] tokens = new int[request.limit()];
    int count = 0;
    boolean ended = false;
    if (tokens.length > 0) {
      session.choose(request.sampling(), prompt.length);
      int kept = session.cutTo(prompt);
      int next = session.take(Arrays.copyOfRange(prompt, kept, prompt.length));
      while (true) {
        tokens[count] = next;
        heard.accept(next);
        count++;
        ended = stops[next];
        if (ended || count == tokens.length) {
          break;
        }
        next = session.take(next);
      }
    }
    return TextAnswer.of(Arrays.copyOf(tokens, count), ended, vocabulary, room);
  }

  /// {@return whether a tape is the answer to a request}: all of its tokens are worked on at once, at the speed at
  /// which prompts are read
  ///
  /// @param request bytes of its slot
  /// @param tape bytes of the answer's slot
  public boolean isRight(Session session, byte[] request, byte[] tape) {
    TextRequest.Read read = TextRequest.read(request, limits, stops.length);
    if (read.request().isEmpty()) {
      return Arrays.equals(tape, TextAnswer.refusal(read.flaw()).encode(room));
    }
    int[] prompt = read.request().get().prompt();
    int limit = read.request().get().limit();
    int[] tokens = TextAnswer.read(tape).map(TextAnswer::tokens).orElse(new int[0]);
    boolean ended = tokens.length > 0 && isStop(tokens[tokens.length - 1]);
    boolean formed =
        tokens.length <= limit
            && (ended || tokens.length == limit)
            && Arrays.stream(tokens).allMatch(token -> token >= 0 && token < stops.length)
            && Arrays.stream(tokens).limit(Math.max(0, tokens.length - 1)).noneMatch(this::isStop)
            && Arrays.equals(tape, TextAnswer.of(tokens, ended, vocabulary, room).encode(room));
    session.choose(read.request().get().sampling(), prompt.length);
    return formed && chooses(session, prompt, tokens);
  }

  private boolean isStop(int token) {
    return token >= 0 && token < stops.length && stops[token];
  }

  /// {@return whether the model chooses these tokens behind a prompt}
  private static boolean chooses(Session session, int[] prompt, int[] tokens) {
    if (tokens.length == 0) {
      return true;
    }
    int[] all = Arrays.copyOf(prompt, prompt.length + tokens.length - 1);
    System.arraycopy(tokens, 0, all, prompt.length, tokens.length - 1);
    int at = Math.min(session.cutTo(all), prompt.length - 1);
    session.cut(at);
    while (at < all.length) {
      int count = Math.min(session.rows(), all.length - at);
      int first = Math.max(0, prompt.length - 1 - at);
      int choices = Math.max(0, count - first);
      session.pass(all, at, count, first, choices);
      for (int i = 0; i < choices; i++) {
        if (session.chosen(i) != tokens[at + first + i - (prompt.length - 1)]) {
          return false;
        }
      }
      at += count;
    }
    return true;
  }
}
