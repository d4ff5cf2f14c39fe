package opml.cli.command.simulate;

import picocli.CommandLine.Command;

/// Simulations.
@Command(
    name = "simulate",
    description = "Plays with the real agents in simulated worlds, in simulated time.",
    footer = {"  opml simulate games --count 10000 --seed 1"},
    subcommands = {SimulateGamesCommand.class})
public final class SimulateCommand {}
