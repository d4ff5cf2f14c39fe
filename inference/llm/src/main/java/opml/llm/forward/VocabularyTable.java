package opml.llm.forward;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.llm.model.LanguageModel;
import opml.llm.tokenizer.Tokenizer;

/// What a check knows of the tokens: the text of each, and which end an answer. A model without a tokenizer has tokens
/// without texts, none of which ends anything.
///
/// @param pieces the texts, one behind the other; one zero if there are none
/// @param ends (vocabulary): where each ends
/// @param stops (vocabulary): 1 for those that end answers
/// @param longest bytes of a text
public record VocabularyTable(Tensor pieces, Tensor ends, Tensor stops, int longest) {
  /// {@return the table of a model's tokens}
  public static VocabularyTable of(LanguageModel model) {
    int count = model.hyperparameters().vocabulary();
    Optional<Tokenizer> tokenizer = model.tokenizer();
    ByteArrayOutputStream pieces = new ByteArrayOutputStream();
    int[] ends = new int[count];
    int longest = 0;
    for (int id = 0; id < count; id++) {
      if (tokenizer.isPresent()) {
        byte[] piece = tokenizer.get().piece(id);
        pieces.writeBytes(piece);
        longest = Math.max(longest, piece.length);
      }
      ends[id] = pieces.size();
    }
    if (pieces.size() == 0) {
      pieces.write(0);
    }
    return new VocabularyTable(
        Tensor.ofBytes(ElementType.U8, Shape.of(pieces.size()), pieces.toByteArray()),
        Tensor.ofInts(Shape.of(count), ends),
        stops(model),
        longest);
  }

  /// {@return 1 for each token that ends answers}
  static Tensor stops(LanguageModel model) {
    int count = model.hyperparameters().vocabulary();
    byte[] stops = new byte[count];
    for (int id = 0; id < count; id++) {
      int token = id;
      boolean ends =
          model.tokenizer().filter(t -> t.endsOfGeneration().contains(token)).isPresent();
      stops[id] = (byte) (ends ? 1 : 0);
    }
    return Tensor.ofBytes(ElementType.U8, Shape.of(count), stops);
  }

  /// {@return how many integers have a bit for each token}
  static int words(int vocabulary) {
    return (vocabulary + Integer.SIZE - 1) / Integer.SIZE;
  }

  /// {@return where the text of a token ends}
  int end(int token) {
    return token < 0 ? 0 : (int) ends.integer(token);
  }
}
