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
    byte[] stops = new byte[count];
    int longest = 0;
    for (int id = 0; id < count; id++) {
      if (tokenizer.isPresent()) {
        byte[] piece = tokenizer.get().piece(id);
        pieces.writeBytes(piece);
        longest = Math.max(longest, piece.length);
        stops[id] = (byte) (tokenizer.get().endsOfGeneration().contains(id) ? 1 : 0);
      }
      ends[id] = pieces.size();
    }
    if (pieces.size() == 0) {
      pieces.write(0);
    }
    return new VocabularyTable(
        Tensor.ofBytes(ElementType.U8, Shape.of(pieces.size()), pieces.toByteArray()),
        Tensor.ofInts(Shape.of(count), ends),
        Tensor.ofBytes(ElementType.U8, Shape.of(count), stops),
        longest);
  }
}
