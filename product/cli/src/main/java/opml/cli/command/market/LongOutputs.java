package opml.cli.command.market;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.function.Supplier;
import opml.agent.OutputFolder;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.cli.option.KnownModel;
import opml.core.codec.ShortBuffer;
import opml.engine.commit.Model;
import opml.engine.plan.GraphRunner;
import opml.engine.tensor.Tensor;
import opml.hub.ClaimedOutput;
import opml.hub.ClaimedOutput.ByRoot;
import opml.proof.GraphWorkshop;

/// Finds the bytes of outputs that claims name by their root alone: where a server has published them, or else by a run
/// of the model's file. Nobody is believed: what does not have the root is none.
///
/// @param place a folder or the address of one, where servers publish
record LongOutputs(Console console, Optional<String> place) {
  private static final Download.Patience PATIENCE =
      new Download.Patience(Duration.ofMinutes(10), Duration.ofSeconds(10), 64_000);

  /// Nobody else waits.
  private static final Download.Watch ALONE =
      new Download.Watch() {
        @Override
        public void grows(long bytes) {}

        @Override
        public boolean givesWay(Duration taken) {
          return false;
        }
      };

  /// {@return the same result with the output's bytes, if they can be had}
  ///
  /// @param input of the request, if the chain has it
  /// @throws Failure if the model's file has another output on this input
  ClaimedResult complete(ClaimedResult result, Supplier<Optional<byte[]>> input) {
    if (!(result.output() instanceof ByRoot wanted) || result.bytes().isPresent()) {
      return result;
    }
    return published(wanted)
        .or(() -> result.model().known().flatMap(model -> computed(wanted, model, input)))
        .map(found -> result.with(ShortBuffer.pad(found, Math.toIntExact(wanted.bytes()))))
        .orElse(result);
  }

  private Optional<byte[]> published(ByRoot wanted) {
    if (place.isEmpty()) {
      return Optional.empty();
    }
    String name = OutputFolder.name(wanted.root());
    try {
      byte[] found =
          place.get().matches("https?://.*")
              ? fetched(place.get() + (place.get().endsWith("/") ? "" : "/") + name, wanted)
              : read(Path.of(place.get()).resolve(name), wanted);
      if (wanted.isOf(found)) {
        return Optional.of(found);
      }
      console.note("--outputs %s: what is there is not what was claimed".formatted(place.get()));
    } catch (IOException e) {
      console.note("--outputs %s: %s".formatted(place.get(), Messages.of(e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted while the output was fetched", e);
    }
    return Optional.empty();
  }

  private static byte[] read(Path file, ByRoot wanted) throws IOException {
    if (Files.size(file) > wanted.bytes()) {
      throw new IOException("%s has more than %d bytes".formatted(file, wanted.bytes()));
    }
    return Files.readAllBytes(file);
  }

  private static byte[] fetched(String address, ByRoot wanted)
      throws IOException, InterruptedException {
    Path file = Files.createTempFile("opml", ".output");
    try {
      // The user has named the place, so it may be near.
      new Download(EnumSet.allOf(Download.Source.class), wanted.bytes(), PATIENCE)
          .into(file, address, ALONE);
      return read(file, wanted);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private Optional<byte[]> computed(
      ByRoot wanted, KnownModel known, Supplier<Optional<byte[]>> input) {
    return input
        .get()
        .map(
            bytes -> {
              console.note("the chain has the output's root alone: the model's file is run");
              Model model = known.model();
              int length = Math.toIntExact(model.descriptor().inputBytes());
              MemorySegment whole = Tensor.allocate(length);
              MemorySegment.copy(
                  MemorySegment.ofArray(ShortBuffer.pad(bytes, length)), 0, whole, 0, length);
              if (GraphWorkshop.runner(model).run(whole)
                      instanceof GraphRunner.Result.Finished(Tensor output)
                  && wanted.isOf(output.data().toArray(ValueLayout.JAVA_BYTE))) {
                return output.data().toArray(ValueLayout.JAVA_BYTE);
              }
              throw new Failure(
                  "the model's file has another output on this input than was claimed, whose root is "
                      + wanted.root());
            });
  }

  /// {@return how to get at an output that is not known}
  static String hint(ClaimedOutput output) {
    return ("the chain has the output's root alone: %s; --outputs PLACE says where its server publishes it,"
            + " --model FILE runs the model")
        .formatted(output instanceof ByRoot root ? root.root() : "none");
  }
}
