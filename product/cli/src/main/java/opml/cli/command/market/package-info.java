/// The roles on a chain: `request`, `serve`, `verify`, and what anyone may look at or take: `status`, `withdraw`.
package opml.cli.command.market;
