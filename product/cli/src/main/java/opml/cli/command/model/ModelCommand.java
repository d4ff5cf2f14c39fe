package opml.cli.command.model;

import picocli.CommandLine.Command;

/// What can be done with a model file.
@Command(
    name = "model",
    description = "Imports, shows, runs, measures, compares and registers models.",
    footer = {
      "  opml model inspect mnist.onnx",
      "  opml model run mnist.onnx --input seven.pgm --vm",
      "  opml model profile mnist.onnx",
      "  opml model register mnist.onnx --key-file keys/server.key"
    },
    subcommands = {
      ModelImportCommand.class,
      ModelInspectCommand.class,
      ModelRunCommand.class,
      ModelProfileCommand.class,
      ModelCompareCommand.class,
      ModelRegisterCommand.class
    })
public final class ModelCommand {}
