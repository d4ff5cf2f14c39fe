/// The file that says what a node is, in TOML. [opml.node.config.ConfigFile] reads it into an
/// [opml.node.config.NodeConfig], or tells everything that is wrong with it, each with its line and column.
@NullMarked
package opml.node.config;

import org.jspecify.annotations.NullMarked;
