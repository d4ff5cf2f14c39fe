/// Fetching a model's file from where its owner chose to get it, however often the connection breaks.
package opml.cli.command.pull;
