package opml.cli.command.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.compiler.Programs;
import opml.compiler.program.CompiledProgram;
import opml.compiler.program.Symbol;
import opml.kernels.catalog.KernelCatalog;
import opml.vm.isa.Disassembler;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows a program's instructions.
@Command(
    name = "disassemble",
    description =
        "Shows the instructions of an executable, or of a kernel with the lines that they come from.",
    footer = {"  opml vm disassemble seven.elf", "  opml vm disassemble --kernel gemm.f32"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class VmDisassembleCommand implements Callable<Integer> {
  @Mixin private Console console;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private What what;

  /// One of the two.
  @SuppressWarnings("NullAway.Init") // filled by picocli
  static final class What {
    @Parameters(paramLabel = "FILE.elf", description = "A static RV64IM executable.")
    private Optional<Path> file;

    @Option(
        names = "--kernel",
        paramLabel = "NAME",
        description = "A kernel of the catalogue, such as relu.f32.")
    private Optional<String> kernel;
  }

  @Override
  public Integer call() {
    if (what.kernel.isPresent()) {
      kernel(what.kernel.get());
    } else if (what.file.isPresent()) {
      executable(what.file.get());
    }
    return 0;
  }

  private void executable(Path file) {
    ByteBuffer code =
        ByteBuffer.wrap(ExecutableFile.load(file).program().code()).order(ByteOrder.LITTLE_ENDIAN);
    boolean gap = false;
    for (int pc = 0; pc + 4 <= code.limit(); pc += 4) {
      int word = code.getInt(pc);
      if (word != 0) {
        line(pc, word, null);
      } else if (!gap) {
        console.say("       …");
      }
      gap = word == 0;
    }
  }

  private void kernel(String name) {
    CompiledProgram program;
    try {
      program = Programs.of(KernelCatalog.byName(name));
    } catch (IllegalArgumentException e) {
      throw new Failure("--kernel: " + e.getMessage(), e);
    }
    ByteBuffer code = ByteBuffer.wrap(program.code()).order(ByteOrder.LITTLE_ENDIAN);
    @Nullable Symbol last = null;
    for (int pc = 0; pc < code.limit(); pc += 4) {
      Symbol symbol = program.at(pc);
      if (last == null || !symbol.samePlace(last)) {
        console.say(symbol + ":");
      }
      last = symbol;
      line(pc, code.getInt(pc), symbol);
    }
    console.say(
        "%s: %d instructions, %d bytes of constants, %d bytes of stack, code root %s"
            .formatted(
                name,
                program.instructionCount(),
                program.constants().length,
                program.stackBytes(),
                program.codeRoot()));
  }

  private void line(int pc, int word, @Nullable Symbol symbol) {
    String text = Disassembler.disassemble(pc, word);
    console.show(
        Json.object(
            "pc", pc,
            "word", "0x%08x".formatted(word),
            "text", text,
            "source", symbol),
        () -> "%8x:  %08x  %s".formatted(pc, word, text));
  }
}
