/// `opml conformance`: the soft-float against TestFloat and this machine's floats, and the machines against each
/// other and the contract on other people's programs.
package opml.cli.command.conformance;
