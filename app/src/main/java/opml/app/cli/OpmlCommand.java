package opml.app.cli;

import opml.app.cli.bench.BenchCommand;
import opml.app.cli.chain.ChainCommand;
import opml.app.cli.chain.DeployCommand;
import opml.app.cli.conformance.ConformanceCommand;
import opml.app.cli.machine.VmCommand;
import opml.app.cli.market.RequestCommand;
import opml.app.cli.market.ServeCommand;
import opml.app.cli.market.StatusCommand;
import opml.app.cli.market.VerifyCommand;
import opml.app.cli.market.WithdrawCommand;
import opml.app.cli.model.ModelCommand;
import opml.app.demo.DemoCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/// The root of all commands. What is inherited from here: help, version, and the meaning of exit codes.
@Command(
    name = "opml",
    description =
        "Optimistic machine learning on chain: claims of inferences, and disputes over them.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:failed; one line on standard error says why", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  opml demo",
      "  opml chain up --keys keys",
      "  opml deploy --key-file keys/deployer.key",
      "  opml model register mnist.onnx --key-file keys/server.key",
      "  opml serve --model mnist.onnx --key-file keys/server.key",
      "  opml request --model mnist.onnx --input seven.pgm --fee 0.01 \\",
      "      --deadline 3600 --key-file keys/requester.key --wait"
    },
    subcommands = {
      DemoCommand.class,
      ChainCommand.class,
      DeployCommand.class,
      ModelCommand.class,
      RequestCommand.class,
      ServeCommand.class,
      VerifyCommand.class,
      StatusCommand.class,
      WithdrawCommand.class,
      VmCommand.class,
      BenchCommand.class,
      ConformanceCommand.class
    })
public final class OpmlCommand {}
