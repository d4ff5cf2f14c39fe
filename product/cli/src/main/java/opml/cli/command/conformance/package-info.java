/// `opml conformance`: the soft-float against TestFloat and this machine's floats, the machines against each other and
/// the contract on other people's programs, tokenizers against the ids of another implementation.
package opml.cli.command.conformance;
