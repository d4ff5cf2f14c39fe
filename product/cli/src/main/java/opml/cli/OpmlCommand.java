package opml.cli;

import opml.cli.command.bench.BenchCommand;
import opml.cli.command.chain.ChainCommand;
import opml.cli.command.chain.DeployCommand;
import opml.cli.command.conformance.ConformanceCommand;
import opml.cli.command.dist.DistCommand;
import opml.cli.command.key.KeyCommand;
import opml.cli.command.machine.KernelCommand;
import opml.cli.command.machine.VmCommand;
import opml.cli.command.market.NodeCommand;
import opml.cli.command.market.RequestCommand;
import opml.cli.command.market.ResultCommand;
import opml.cli.command.market.ServeCommand;
import opml.cli.command.market.StatusCommand;
import opml.cli.command.market.VerifyCommand;
import opml.cli.command.market.WithdrawCommand;
import opml.cli.command.model.ModelCommand;
import opml.cli.command.pull.PullCommand;
import opml.cli.command.receipt.ReceiptCommand;
import opml.cli.command.simulate.ChaosCommand;
import opml.cli.command.simulate.SimulateCommand;
import opml.cli.command.text.ApiCommand;
import opml.cli.command.text.ChatCommand;
import opml.cli.command.text.RunCommand;
import opml.cli.console.ExitCode;
import opml.cli.story.DemoCommand;
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
    exitCodeList = {
      ExitCode.DONE_HELP,
      ExitCode.FAILED_HELP,
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
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
      RunCommand.class,
      ChatCommand.class,
      ApiCommand.class,
      PullCommand.class,
      ChainCommand.class,
      KeyCommand.class,
      DeployCommand.class,
      ModelCommand.class,
      RequestCommand.class,
      ResultCommand.class,
      ServeCommand.class,
      VerifyCommand.class,
      NodeCommand.class,
      StatusCommand.class,
      WithdrawCommand.class,
      ReceiptCommand.class,
      VmCommand.class,
      KernelCommand.class,
      BenchCommand.class,
      ConformanceCommand.class,
      SimulateCommand.class,
      ChaosCommand.class,
      DistCommand.class,
      BuildCommand.class,
      TestCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    })
public final class OpmlCommand {}
