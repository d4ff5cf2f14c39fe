/// `opml receipt`: answers that a server has signed are computed again, and brought to a chain.
package opml.cli.command.receipt;
