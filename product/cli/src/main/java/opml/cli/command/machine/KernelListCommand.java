package opml.cli.command.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.cli.console.Table;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedProgram;
import opml.kernels.catalog.PinnedPrograms;
import opml.kernels.catalog.Scalar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Lists the kernels with what is pinned of each.
@Command(
    name = "list",
    description = {
      "Lists the kernels: their parameters, and the roots of their programs.",
      "With --json also the bound, the most instructions that a program executes. It is a sum of terms: 7@s0,s1 is 7"
          + " times the first and the second scalar. + * / and ^ (the larger one) stand before what they join."
    },
    footer = {"  opml kernel list", "  opml kernel list --json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class KernelListCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Override
  public Integer call() {
    List<Map<String, @Nullable Object>> objects = new ArrayList<>();
    Table table = new Table("kernel", "segments", "scalars", "root");
    for (Kernel kernel : KernelCatalog.all()) {
      PinnedProgram program = PinnedPrograms.of(kernel);
      List<String> scalars = kernel.scalars().stream().map(Scalar::name).toList();
      table.row(
          kernel.name(),
          String.join(" ", kernel.segments()),
          String.join(" ", scalars),
          program.codeRoot());
      objects.add(
          Json.object(
              "kernel", kernel.name(),
              "segments", kernel.segments(),
              "scalars", scalars,
              "codeRoot", program.codeRoot(),
              "codeDepth", program.codeDepth(),
              "stackBytes", program.stackBytes(),
              "constantBytes", program.constants().length,
              "bound", program.bound().toString()));
    }
    console.show(Json.object("kernels", objects), table::toString);
    return 0;
  }
}
