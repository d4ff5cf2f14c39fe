/// What is shipped.
@NullMarked
package opml.cli.command.dist;

import org.jspecify.annotations.NullMarked;
