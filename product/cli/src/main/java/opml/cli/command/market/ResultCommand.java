package opml.cli.command.market;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.option.DeploymentOption;
import opml.cli.option.ModelOptions;
import opml.cli.option.OutputFiles;
import opml.game.claim.ClaimId;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.hub.ClaimedOutput;
import opml.hub.HubReader;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenRequest;
import opml.hub.Requester.Answer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Reads what became of a request.
@Command(
    name = "result",
    description = {
      "Reads the result of a request from the chain; nothing is sent, and no key is needed.",
      "Only a final result is sure. A provisional one may still be refuted: nothing of value may depend on it."
    },
    footer = {
      "  opml result 0x1b2c3d4e --model mnist.onnx",
      "  opml result 0x1b2c3d4e --model mnist.onnx --wait --output logits.npy",
      "  opml result 0x1b2c3d4e --model two.onnx --output pooled=out.npy",
      "  opml result 0x1b2c3d4e --model model.gguf",
      "  opml result 0x1b2c3d4e --json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ResultCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private DeploymentOption deployment;
  @Mixin private WaitOptions options;

  @Parameters(
      paramLabel = "ID",
      description = "The request; the first digits are enough, if no other begins with them.")
  private String id;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "The model's file, which tells the values' type and shape, or that the answer is a text.")
  private Optional<Path> file;

  @Mixin private ModelOptions text;

  @Override
  public Integer call() {
    IdPrefix prefix = IdPrefix.of(id);
    Duration pause = options.pause();
    Optional<RequestedModel> named = file.map(path -> RequestedModel.of(path, text, console));
    Optional<OutputFiles> output = options.outputFiles(named);
    try (DeploymentOption.Opened opened = deployment.open()) {
      HubReader reader = new HubReader(opened.deployment(), opened.chain());
      long window = opened.deployment().parameters().window();
      Picture picture = reader.read();
      SeenRequest request = prefix.only(picture);
      RequestedModel model = modelOf(request.state().request(), named);
      Optional<ClaimedResult> result =
          options.wait
              ? Optional.of(
                  new Waiting(
                          console,
                          options.longOutputs(console),
                          new Waiting.Look() {
                            @Override
                            public Answer at(RequestId wanted) {
                              opened.requireHub();
                              return answer(reader, wanted);
                            }

                            @Override
                            public ClaimedOutput output(ClaimId claim) {
                              return reader.claimedOutput(claim);
                            }

                            @Override
                            public Optional<byte[]> input(RequestId wanted) {
                              return ResultCommand.input(reader, request);
                            }
                          },
                          model,
                          window,
                          pause)
                      .until(request.id()))
              : shown(reader, picture, request, model, window);
      if (output.isPresent() && result.isEmpty()) {
        throw new Failure(
            "request %s has no final result to write to %s; --wait waits for one"
                .formatted(request.id(), output.get()));
      }
      result.ifPresent(end -> options.finish(console, end, output));
    }
    return 0;
  }

  private RequestedModel modelOf(Request request, Optional<RequestedModel> named) {
    return named
        .map(
            model ->
                model
                    .edition(request.modelId())
                    .orElseThrow(
                        () ->
                            new Failure(
                                "--model %s is model %s, the request is for model %s%s"
                                    .formatted(
                                        file.orElseThrow(),
                                        model.id(),
                                        request.modelId(),
                                        model.hintOnId()))))
        .orElseGet(() -> new RequestedModel(request.modelId(), Optional.empty()));
  }

  /// Whoever only reads cannot end a request that nobody answered, so this is its end.
  private static Answer answer(HubReader reader, RequestId id) {
    Picture picture = reader.read();
    SeenRequest request = picture.requests().get(id);
    if (request == null) {
      // A reorganisation took it; it is on its way back.
      return new Answer.Waiting();
    }
    Answer answer = Answer.of(picture, request);
    if (answer instanceof Answer.Unanswered) {
      throw new Failure(
          "request "
              + id
              + ": nobody answered in time; 'opml withdraw' gives its requester the fee back");
    }
    return answer;
  }

  /// Shows how a request stands.
  ///
  /// @return the final result, if there is one
  private Optional<ClaimedResult> shown(
      HubReader reader, Picture picture, SeenRequest request, RequestedModel model, long window) {
    return switch (Answer.of(picture, request)) {
      case Answer.Waiting _ -> {
        show(
            request,
            "waiting",
            "nobody has claimed a result yet; claims may come until "
                + Instant.ofEpochSecond(request.state().deadline()));
        yield Optional.empty();
      }
      case Answer.Unanswered _ -> {
        show(
            request,
            "unanswered",
            "nobody answered in time; 'opml withdraw' gives its requester the fee back");
        yield Optional.empty();
      }
      case Answer.Expired _ -> {
        show(request, "expired", "no claim stood in time; 'opml withdraw' has the fee paid out");
        yield Optional.empty();
      }
      case Answer.Provisional provisional -> {
        provisional(picture, request, result(reader, provisional.claim(), model), window);
        yield Optional.empty();
      }
      case Answer.Final end -> {
        ClaimedResult result =
            options
                .longOutputs(console)
                .complete(result(reader, end.claim(), model), () -> input(reader, request));
        show(request, "final", result.toString(), result.fields());
        yield Optional.of(result);
      }
    };
  }

  private static ClaimedResult result(HubReader reader, SeenClaim claim, RequestedModel model) {
    return ClaimedResult.of(claim, reader.claimedOutput(claim.id()), model);
  }

  private static Optional<byte[]> input(HubReader reader, SeenRequest request) {
    return request.state().request().availability().isPublic()
        ? Optional.of(reader.input(request.id()))
        : Optional.empty();
  }

  private void provisional(
      Picture picture, SeenRequest request, ClaimedResult result, long window) {
    long live = request.state().liveClaims();
    long open = result.claim().state().openGames();
    long ends = result.claim().state().claimedAt() + window;
    String standing =
        open > 0
            ? "It is disputed in " + open + (open == 1 ? " game." : " games.")
            : picture.now() > ends
                ? "Nobody disputed it in time; it becomes final with the next settlement."
                : "It can be challenged until " + Instant.ofEpochSecond(ends) + ".";
    String beside =
        live > 1 ? " There are " + live + " live claims; 'opml status' shows them." : "";
    Map<String, @Nullable Object> facts = result.fields();
    facts.putAll(Json.object("liveClaims", live, "openGames", open, "windowEnds", ends));
    show(
        request,
        "provisional",
        "%s%nThis may still be refuted: nothing of value may depend on it. %s%s"
            .formatted(result, standing, beside),
        facts);
  }

  private void show(SeenRequest request, String status, String text) {
    show(request, status, text, Json.object());
  }

  private void show(
      SeenRequest request, String status, String text, Map<String, @Nullable Object> facts) {
    Map<String, @Nullable Object> object =
        Json.object(
            "request", request.id(),
            "model", request.state().request().modelId(),
            "fee", request.state().request().fee(),
            "deadline", request.state().deadline(),
            "status", status);
    object.putAll(facts);
    console.show(object, () -> status + ": " + text);
  }
}
