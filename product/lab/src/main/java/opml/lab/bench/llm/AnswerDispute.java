package opml.lab.bench.llm;

import java.util.List;
import java.util.stream.IntStream;
import opml.engine.commit.Model;
import opml.ethereum.devchain.DevChain;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.scenario.Audience;
import opml.lab.scenario.Liar;
import opml.lab.scenario.OneDispute;
import opml.lab.scenario.TokenLie;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.llm.session.Answerer;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import opml.proof.Answers;
import opml.proof.GraphWorkshop;
import opml.twins.Twins;

/// A whole dispute about one token in the middle of an answer.
final class AnswerDispute {
  private static final int CONTEXT = 256;
  private static final int TOKENS = 48;

  /// So few that one node checks them all.
  private static final int FEW = 24;

  private AnswerDispute() {}

  /// Plays it on a chain.
  static OneDispute play(
      DevChain chain, LanguageModel language, String beginning, DisputedToken disputed) {
    int[] prompt = language.tokenizer().orElseThrow().encode(beginning, true, false);
    int context = Math.min(CONTEXT, language.hyperparameters().context());
    int tokens = disputed == DisputedToken.LIKELIEST ? TOKENS : FEW;
    TextLimits limits = new TextLimits(context, tokens, CacheType.F16);
    byte[] request = new TextRequest(prompt, tokens, disputed.sampling()).encode(limits);
    try (Answerer answerer = new Answerer(language, limits, Twins.provider())) {
      TextAnswer right = TextAnswer.read(answerer.answer(request)).orElseThrow();
      TokenLie lie = lie(answerer, prompt, right, disputed);
      Model model = Model.checking(CheckGraph.of(language, limits), PinnedPrograms::of);
      GraphWorkshop honest = new GraphWorkshop(List.of());
      honest.add(model, Answers.leavingNothing((input, _) -> answerer.answer(input)));
      Liar liar = new Liar(model, lie.lie(model), _ -> lie.answer().encode(answerer.room()));
      return OneDispute.ofAnswer(
          chain, honest, model, request, liar, language.name(), Audience.SILENT);
    }
  }

  private static TokenLie lie(
      Answerer answerer, int[] prompt, TextAnswer right, DisputedToken disputed) {
    VocabularyTable vocabulary = answerer.vocabulary();
    int room = answerer.room();
    int[] tokens = right.tokens();
    return switch (disputed) {
      case LIKELIEST -> TokenLie.about(answerer.session(), prompt, right, vocabulary, room);
      case SAMPLED -> {
        int truth = tokens[tokens.length / 2];
        int drawnElsewhere =
            IntStream.of(tokens).filter(token -> token != truth).findFirst().orElseThrow();
        yield TokenLie.instead(right, drawnElsewhere, vocabulary, room);
      }
      case FORBIDDEN -> TokenLie.instead(right, DisputedToken.OUTSIDE, vocabulary, room);
    };
  }
}
