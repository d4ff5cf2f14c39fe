/// Agents in simulated worlds, by the million.
package opml.cli.command.simulate;
