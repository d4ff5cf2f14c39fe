/// A chain of one's own, and the contracts on any chain: `opml chain up` and `opml deploy`.
package opml.cli.command.chain;
