package opml.lab.bench.llm;

import java.util.List;
import opml.engine.commit.Model;
import opml.engine.plan.Team;
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
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.llm.session.Writer;
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
    VocabularyTable vocabulary = VocabularyTable.of(language);
    int room = CheckGraph.answerBytes(limits, vocabulary);
    Writer writer = new Writer(limits, vocabulary, room);
    byte[] request = new TextRequest(prompt, TOKENS).encode(limits);
    try (Session session = session(language, limits)) {
      byte[] right = writer.answer(session, request, _ -> {});
      TokenLie lie =
          TokenLie.about(session, prompt, TextAnswer.read(right).orElseThrow(), vocabulary, room);
      Model model = Model.checking(CheckGraph.of(language, limits), PinnedPrograms::of);
      GraphWorkshop honest = new GraphWorkshop(List.of());
      honest.add(
          model, Answers.leavingNothing((input, _) -> writer.answer(session, input, _ -> {})));
      Liar liar = new Liar(model, lie.lie(model), _ -> lie.answer().encode(room));
      return OneDispute.ofAnswer(
          chain, honest, model, request, liar, language.name(), Audience.SILENT);
    }
  }

  private static Session session(LanguageModel language, TextLimits limits) {
    return TextEngine.of(
            language,
            limits.context(),
            limits.cacheType(),
            Math.min(TextEngine.ROWS, limits.context()),
            Twins.provider(),
            Team.shared(),
            _ -> {})
        .open();
  }
}
