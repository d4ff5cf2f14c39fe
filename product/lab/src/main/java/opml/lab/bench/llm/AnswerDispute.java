package opml.lab.bench.llm;

import java.util.List;
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

  private AnswerDispute() {}

  /// Plays it on a chain.
  static OneDispute play(DevChain chain, LanguageModel language, String beginning) {
    int[] prompt = language.tokenizer().orElseThrow().encode(beginning, true, false);
    int context = Math.min(CONTEXT, language.hyperparameters().context());
    TextLimits limits = new TextLimits(context, TOKENS, CacheType.F16);
    byte[] request = new TextRequest(prompt, TOKENS).encode(limits);
    try (Answerer answerer = new Answerer(language, limits, Twins.provider())) {
      TextAnswer right = TextAnswer.read(answerer.answer(request)).orElseThrow();
      TokenLie lie =
          TokenLie.about(answerer.session(), prompt, right, answerer.vocabulary(), answerer.room());
      Model model = Model.checking(CheckGraph.of(language, limits), PinnedPrograms::of);
      GraphWorkshop honest = new GraphWorkshop(List.of());
      honest.add(model, Answers.leavingNothing((input, _) -> answerer.answer(input)));
      Liar liar = new Liar(model, lie.lie(model), _ -> lie.answer().encode(answerer.room()));
      return OneDispute.ofAnswer(
          chain, honest, model, request, liar, language.name(), Audience.SILENT);
    }
  }
}
