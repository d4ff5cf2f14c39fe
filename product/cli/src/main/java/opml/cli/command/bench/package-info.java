/// `opml bench`: figures beside their peers, as a table and as a file.
package opml.cli.command.bench;
