package opml.receipt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.core.codec.ShortBuffer;
import opml.llm.forward.CheckGraph;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import opml.llm.tokenizer.StreamDecoder;
import opml.llm.tokenizer.Tokenizer;

/// Compares the texts that a client was shown with the receipts that came with them: a server might show one text, and
/// sign another.
///
/// A text that was cut where the client had said is a begin of the one that is signed; one that repeats the prompt has
/// that first.
public final class ShownTexts {
  private final Tokenizer tokenizer;

  /// Texts that receipts vouch for, and those of their prompts.
  private final List<Signed> texts = new ArrayList<>();

  private record Signed(String prompt, String answer) {
    boolean covers(String said) {
      return answer.startsWith(said)
          || said.startsWith(prompt) && answer.startsWith(said.substring(prompt.length()));
    }
  }

  public ShownTexts(Tokenizer tokenizer, List<AnswerReceipt> receipts) {
    this.tokenizer = tokenizer;
    int[] prompt = new int[0];
    int[] text = new int[0];
    for (AnswerReceipt receipt : receipts) {
      Optional<int[]> asked = prompt(receipt);
      Optional<TextAnswer> answer = new ReceiptCheck(receipt).answer();
      if (asked.isEmpty() || answer.isEmpty()) {
        continue;
      }
      boolean goesOn = text.length > prompt.length && Arrays.equals(asked.get(), text);
      if (goesOn) {
        texts.removeLast();
      } else {
        prompt = asked.get();
        text = prompt;
      }
      int[] tokens = answer.get().tokens();
      int before = text.length;
      text = Arrays.copyOf(text, before + tokens.length);
      System.arraycopy(tokens, 0, text, before, tokens.length);
      texts.add(signed(prompt, Arrays.copyOfRange(text, prompt.length, text.length)));
    }
  }

  private Optional<int[]> prompt(AnswerReceipt receipt) {
    byte[] whole = ShortBuffer.pad(receipt.request(), CheckGraph.requestBytes(receipt.limits()));
    return TextRequest.read(whole, receipt.limits(), tokenizer.size())
        .request()
        .map(TextRequest::prompt);
  }

  private Signed signed(int[] prompt, int... tokens) {
    StreamDecoder decoder = tokenizer.decoder(false);
    // What comes is the middle of a text, whose first space is its own.
    decoder.next(prompt[prompt.length - 1]);
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      if (token < 0 || token >= tokenizer.size()) {
        break;
      }
      if (!tokenizer.endsOfGeneration().contains(token)) {
        text.append(decoder.next(token));
      }
    }
    return new Signed(tokenizer.decode(prompt, false), text.append(decoder.end()).toString());
  }

  /// {@return what is wrong with the texts that were shown}
  public List<String> flaws(List<String> said) {
    List<String> flaws = new ArrayList<>();
    for (int i = 0; i < said.size(); i++) {
      String shown = said.get(i);
      if (texts.stream().noneMatch(text -> text.covers(shown))) {
        flaws.add("the text of choice %d is not the one that was signed".formatted(i));
      }
    }
    return flaws;
  }
}
