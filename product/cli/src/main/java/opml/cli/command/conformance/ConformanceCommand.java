package opml.cli.command.conformance;

import picocli.CommandLine.Command;

/// Tests against the outside.
@Command(
    name = "conformance",
    description =
        "Holds models and operators against themselves everywhere, and, with soft-float, machines and tokenizers,"
            + " against others.",
    footer = {
      "  opml conformance bits model.onnx",
      "  opml conformance disputes --only 'Conv.*'",
      "  opml conformance float f32_mulAdd cases.txt",
      "  opml conformance float --random 1000000",
      "  opml conformance onnx cases",
      "  opml conformance operators",
      "  opml conformance riscv tests",
      "  opml conformance tokenizer model.gguf"
    },
    subcommands = {
      ConformanceBitsCommand.class,
      ConformanceDisputesCommand.class,
      ConformanceFloatCommand.class,
      ConformanceOnnxCommand.class,
      ConformanceOperatorsCommand.class,
      ConformanceRiscvCommand.class,
      ConformanceTokenizerCommand.class
    })
public final class ConformanceCommand {}
